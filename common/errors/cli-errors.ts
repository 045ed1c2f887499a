import type { ErrorEntry } from './waybill-error.ts';

export const cliErrors = {
  WAYBILL_CLI_NOT_FOUND: {
    message: 'The ledger knows no app and no promotion "{what}"{hint}',
    remedy: 'Look for it with `waybill list --text "{what}"`. A promotion is named by its key, an app by name or id.',
    retryable: false,
    exitCode: 3,
  },
  WAYBILL_CLI_NOTHING_WAITS: {
    message: 'No app "{what}" waits for a decision{hint}',
    remedy:
      'Look with `waybill list --waiting`. An app waits once it is published to a stream, or once its promotion properties are set.',
    retryable: false,
    exitCode: 3,
  },
  WAYBILL_CLI_AMBIGUOUS: {
    message: '"{what}" can mean {count} apps:\n{choices}',
    remedy: 'Name one of them by its id, or add --site where they are on different sites.',
    retryable: false,
  },
  WAYBILL_CLI_TARGET_UNKNOWN: {
    message: '{target} is no target of {site}; its targets are {known}.',
    remedy: 'Use one of these, or add the site to `targets` and `sources.{site}.targets` of the configuration.',
    retryable: false,
  },
  WAYBILL_CLI_TARGET_UNREADABLE: {
    message: '"{text}" does not say where to and how: {reason}.',
    remedy: 'Write --to as <target>:<mode>, as in {example}. The targets of {site} are {known}; the modes {modes}.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CLI_USAGE: {
    message: 'The command cannot be carried out as it is written: {reason}.',
    remedy: '{advice}',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CLI_NOT_CONFIRMED: {
    message: 'Nothing was done, because nobody said yes.',
    remedy: 'Answer y when asked, or add --yes.',
    retryable: false,
  },
  WAYBILL_AUDIT_NOT_WRITTEN: {
    message: 'The audit trail was not written to {file}: {reason}.',
    remedy: 'Name another file with --out, or add --force to replace one that stands there.',
    retryable: false,
  },
  WAYBILL_CLI_NO_LEDGER: {
    message: 'There is no ledger at {file}: no Waybill has worked with this configuration yet.',
    remedy:
      'Check --config and the setting ledger.file. The ledger is made when `waybill up` or `waybill worker` starts for the first time; this command must run on the same host, or use a ledger in PostgreSQL.',
    retryable: false,
  },
  WAYBILL_CLI_NO_WORKER: {
    message: 'Temporal was reached, but no worker answered within {timeout}.',
    remedy:
      'Is `waybill worker` (or `waybill up`) running? Start it, look with `waybill show {what}` whether the order arrived after all, and repeat the command if not.',
    retryable: true,
  },
  WAYBILL_CLI_NO_ANSWER: {
    message: 'The order was taken in, but not carried out within {timeout}; it is still being tried.',
    remedy: 'Look with `waybill show {what}` what became of it. Site {site} may not be reachable from the worker.',
    retryable: true,
  },
  WAYBILL_CLI_NOT_RUNNING: {
    message: 'There is nothing to {action}: {reason}.',
    remedy: 'Look with `waybill show {what}`.',
    retryable: false,
  },
  WAYBILL_CLI_WHICH_PROMOTION: {
    message: '"{app}" has {count} promotions under way that could be meant:\n{choices}',
    remedy: 'Name one of them by its key, or a target with --target.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CLI_WHICH_TARGET: {
    message: 'Promotion {promotionKey} has several targets that could be meant: {targets}.',
    remedy: 'Name one with --target.',
    retryable: false,
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorEntry>;
