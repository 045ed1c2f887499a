import type { ErrorEntry } from './waybill-error.ts';

export const importErrors = {
  WAYBILL_IMPORT_UNREADABLE: {
    message: 'The file {file} cannot be read: {reason}.',
    remedy:
      'Name the configuration of the other program, and give this account the right to read it. Nothing was written.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_IMPORT_NOT_YAML: {
    message: 'The file {file} is not YAML: {reason}.',
    remedy: 'Correct this place, and run the command again. Nothing was written.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_IMPORT_NOT_JSON: {
    message: 'The file {file} is not JSON: {reason}.',
    remedy: 'Correct this place, and run the command again. Nothing was written.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_IMPORT_NOT_SEED: {
    message: 'The file {file} is no configuration of the old promotion program: {reason}.',
    remedy:
      'Name the folder that this program runs in, the one with static/config.json and Certificates, or correct this file. Nothing was written.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_IMPORT_NOT_BUTLER: {
    message: 'The file {file} is no configuration of Butler: it has no group "Butler" at its beginning.',
    remedy: 'Name the YAML file that Butler is started with, as in production.yaml. Nothing was written.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_IMPORT_NO_CLOUD: {
    message: 'The configuration of Butler in {file} tells nothing of Qlik Cloud: it has no {key}.',
    remedy:
      'Only alerts of Qlik Cloud can be carried over. Write the settings under `alerts` by hand, as docs/reference/configuration.md describes them. Nothing was written.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_IMPORT_NOT_WRITTEN: {
    message: 'The file {file} was not written: {reason}.',
    remedy: 'Name another file with --output, or add --force where this one may be replaced.',
    retryable: false,
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorEntry>;
