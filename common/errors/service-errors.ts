import type { ErrorEntry } from './waybill-error.ts';

export const serviceErrors = {
  WAYBILL_SERVICE_UNSUPPORTED: {
    message: 'Waybill makes no service on {platform}, only on Windows and on Linux with systemd.',
    remedy: 'Run `waybill up` with whatever starts services on this system; it ends in order at SIGTERM.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_SERVICE_NOT_ADMINISTRATOR: {
    message: 'Only {who} may do this. Nothing was changed.',
    remedy: 'Repeat the command {how}. `waybill service install --print` shows the definition to anybody.',
    retryable: false,
  },
  WAYBILL_SERVICE_VALUE_UNUSABLE: {
    message: '"{value}" cannot stand in the definition of a service: {reason}.',
    remedy: 'Use another name, account or folder.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_SERVICE_FOREIGN: {
    message: '{file} was not made by Waybill. Nothing was changed.',
    remedy: 'Choose another name with --name, or move that file away.',
    retryable: false,
  },
  WAYBILL_SERVICE_DIFFERS: {
    message: 'Another definition stands in {file}:\n{difference}\nNothing was changed.',
    remedy: 'Add --force to replace it.',
    retryable: false,
  },
  WAYBILL_SERVICE_NOT_WRITTEN: {
    message: 'The definition {file} could not be written or removed: {reason}.',
    remedy: 'See that the folder exists and that this account may write to it.',
    retryable: false,
  },
  WAYBILL_SERVICE_COMMAND_FAILED: {
    message: '`{command}` failed: {reason}.',
    remedy: 'Mend the cause and repeat the command; what was done already is left as it is.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>;
