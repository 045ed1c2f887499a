import type { ErrorEntry } from './waybill-error.ts';

export const consoleErrors = {
  WAYBILL_CONSOLE_CANNOT_LISTEN: {
    message: 'The console cannot listen on {address}: {reason}.',
    remedy:
      'Stop the other program, perhaps another Waybill, or set console.bind to an address of this machine and console.port to a free port.',
    retryable: false,
  },
  WAYBILL_CONSOLE_CERTIFICATE_UNUSABLE: {
    message: 'The console cannot use the file {file} (console.tls): {reason}.',
    remedy:
      'Let console.tls.certificate and console.tls.key name a PEM certificate and its own key, which the account that runs Waybill can read.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_CONSOLE_FORBIDDEN: {
    message: '{why}',
    remedy: 'Ask an administrator of Waybill for the right, under People on the console.',
    retryable: false,
  },
  WAYBILL_CONSOLE_FORM_REFUSED: {
    message: 'The form was not accepted: {reason}.',
    remedy: 'Go back, load the page again and send the form once more.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
