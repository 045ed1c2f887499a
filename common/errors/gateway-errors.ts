import type { ErrorEntry } from './waybill-error.ts';

export const gatewayErrors = {
  WAYBILL_GATEWAY_CANNOT_LISTEN: {
    message: 'The gateway cannot listen on {address}: {reason}.',
    remedy:
      'Stop the other program, perhaps another gateway, or set listen.host in {file} to an address of this machine and listen.port to a free port.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
