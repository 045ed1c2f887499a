import type { ErrorEntry } from './waybill-error.ts';

export const setupErrors = {
  WAYBILL_SETUP_ANSWER_MISSING: {
    message: 'It is not said {question}, and nobody can be asked. Nothing was changed.',
    remedy: 'Add {flag}, or run the command in a terminal.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_SETUP_ANSWER_WRONG: {
    message: '{flag} cannot be "{value}": {reason}. Nothing was changed.',
    remedy: 'Correct this option. `waybill init --help` shows how each is written.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_SETUP_SITES_UNFIT: {
    message: 'Waybill cannot work with {sites} yet: {what} Nothing was changed.',
    remedy: '{advice}',
    retryable: false,
  },
  WAYBILL_SETUP_SECRET_IN_PLAIN_TEXT: {
    message:
      '{flag} holds a password itself, which would stand in files and in the list of processes. Nothing was changed.',
    remedy:
      'Put the password into an environment variable or a file, and write {flag} <alias>=${env:NAME} or ${file:PATH}.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_SETUP_NOT_DONE: {
    message: 'Site "{site}" answered that it {what}, but it does not show it.',
    remedy:
      'Look in the QMC of this site, then run the same command again: it goes on where it was. What was done so far stands in {record}.',
    retryable: true,
  },
  WAYBILL_SETUP_CHANGED_MEANWHILE: {
    message: 'At site "{site}" somebody changed {what} while the plan was looked at.',
    remedy: 'Run the command again, and look at the plan anew. What was done so far stands in {record}.',
    retryable: false,
  },
  WAYBILL_SETUP_OTHER_SITE: {
    message: '{record} tells what was set up at {recorded}, and the source is {wanted} now. Nothing was changed.',
    remedy: 'Take it back first with `waybill init --undo`, or use another folder for the other source.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_SETUP_RECORD_UNREADABLE: {
    message: 'The record of the set-up, {file}, cannot be used: {reason}. Nothing was changed.',
    remedy:
      'Give this account the right to read it, or put back a copy. Without it, what was set up is taken back by hand in the QMC.',
    retryable: false,
  },
  WAYBILL_SETUP_NOTHING_TO_UNDO: {
    message: 'There is nothing to take back: {file} does not exist.',
    remedy: 'Run the command in the folder in which `waybill init` was run, or name its configuration with --config.',
    retryable: false,
    exitCode: 3,
  },
  WAYBILL_SETUP_NOT_WRITTEN: {
    message: 'The file {file} was not written: {reason}.',
    remedy:
      'See that the folder exists, that this account may write to it, and that there is room. Then run the command again.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>;
