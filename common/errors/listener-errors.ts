import type { ErrorEntry } from './waybill-error.ts';

export const listenerErrors = {
  WAYBILL_LISTENER_CANNOT_LISTEN: {
    message: 'The listener cannot listen on {address}: {reason}.',
    remedy:
      'Stop the other program, perhaps another Waybill, or set listener.bind to an address of this machine and listener.port to a free port.',
    retryable: false,
  },
  WAYBILL_LISTENER_CERTIFICATE_UNUSABLE: {
    message: 'The listener cannot use the file {file} (listener.tls): {reason}.',
    remedy:
      'Let listener.tls.certificate and listener.tls.key name a PEM certificate and its own key, which the account that runs Waybill can read.',
    retryable: false,
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorEntry>;
