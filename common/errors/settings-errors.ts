import type { ErrorEntry } from './waybill-error.ts';

export const settingsErrors = {
  WAYBILL_SETTINGS_CHANGED_MEANWHILE: {
    message: 'The configuration file {file} was changed since this page was shown. Nothing was saved.',
    remedy: 'Open the settings again: they show what stands there now. Then make your change once more.',
    retryable: false,
  },
  WAYBILL_SETTINGS_NOT_WRITABLE: {
    message: 'The configuration file {file} cannot be written: {reason}. Nothing was saved.',
    remedy:
      'Let the account that runs the console write to the file and its folder, or put the text that the console shows into the file by hand.',
    retryable: false,
  },
  WAYBILL_SETTINGS_NOT_IN_PLACE: {
    message:
      'The setting {setting} cannot be changed by a form: the file says it with an anchor, an alias or a merged group.',
    remedy: 'Change it in the file itself; running processes take it over.',
    retryable: false,
  },
  WAYBILL_SETTINGS_SECRET_NOT_KEPT: {
    message: 'The secret cannot be kept in a file in {folder}: {reason}.',
    remedy:
      'Let the account that runs the console write to this folder, or give a reference such as ${env:NAME} in place of the secret.',
    retryable: false,
  },
  WAYBILL_SETTINGS_NO_SUCH: {
    message: 'There is no setting {setting}.',
    remedy: 'Go to the settings and choose one.',
    retryable: false,
  },
  WAYBILL_SETTINGS_NO_VERSION: {
    message: 'There is no version {n} of the settings.',
    remedy: 'Look into the list of versions.',
    retryable: false,
  },
  WAYBILL_SETTINGS_NO_FILE: {
    message: 'The settings cannot be shown: {reason}.',
    remedy:
      'Mend the file by hand: waybill config check says what is wrong, and where. Running processes keep what they have.',
    retryable: false,
  },
  WAYBILL_SETTINGS_TRIAL_UNREADABLE: {
    message: 'The worker cannot use the settings that were to be tried: {problems}',
    remedy: 'Correct them in the form. A file that they name has to be there on the host of the worker.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
