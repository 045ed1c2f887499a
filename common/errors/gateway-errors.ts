import type { ErrorEntry } from './waybill-error.ts';

export const gatewayErrors = {
  WAYBILL_GATEWAY_CANNOT_LISTEN: {
    message: 'The gateway cannot listen on {address}: {reason}.',
    remedy:
      'Stop the other program, perhaps another gateway, or set listen.host in {file} to an address of this machine and listen.port to a free port.',
    retryable: false,
  },
  WAYBILL_GATEWAY_SETTINGS_INVALID: {
    message: 'The settings of the gateway in {file} have {count} problem(s):\n{problems}',
    remedy:
      'Correct what is listed and start the gateway again. Every setting of it is described in docs/reference/gateway.md.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_GATEWAY_SETTINGS_UNREADABLE: {
    message: 'The settings of the gateway in {file} cannot be read: {reason}.',
    remedy:
      'Name a file that the account of the gateway can read with --settings. docs/reference/gateway.md describes what stands in it.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_GATEWAY_SPOOL_UNUSABLE: {
    message: 'The gateway cannot keep events in {folder}: {reason}.',
    remedy: 'Set spool.folder in {file} to a folder that the account of the gateway can write to.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
