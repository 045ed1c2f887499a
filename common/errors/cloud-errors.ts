import type { ErrorEntry } from './waybill-error.ts';

/**
 * Facts that every error of a call to Qlik Cloud carries: `tenant` (alias), `host`, `doing` (the call in words), `setting`
 * (of the tenant, where there is one to look at).
 */
export const cloudErrors = {
  WAYBILL_CLOUD_TENANT_UNKNOWN: {
    message: 'There is no tenant {tenant} in the configuration; it knows {known}.',
    remedy: 'Add the tenant under alerts.tenants, or correct the name where it is used.',
    retryable: false,
  },
  WAYBILL_CLOUD_UNREACHABLE: {
    message: 'Tenant {tenant} ({host}) could not be reached while trying to {doing}: {reason}.',
    remedy:
      'Waybill tries again. If it lasts, check that this machine may connect to {host} (name service, firewall, proxy), and {setting}.',
    retryable: true,
  },
  WAYBILL_CLOUD_CERTIFICATE: {
    message: 'Tenant {tenant} ({host}) showed a certificate that this machine does not trust: {reason}.',
    remedy:
      'If a proxy opens the connections of this network, set {setting} to the PEM file of its authority. Otherwise check the clock of this machine and alerts.tenants.{tenant}.url.',
    retryable: false,
  },
  WAYBILL_CLOUD_CA_FILE: {
    message: 'The file {file} of {setting} cannot be used: {reason}.',
    remedy:
      'Put the PEM file of the authority there, readable for the account that runs Waybill, or remove the setting.',
    retryable: false,
  },
  WAYBILL_CLOUD_TIMEOUT: {
    message: 'Tenant {tenant} ({host}) did not answer within {timeoutMs} ms when asked to {doing}.',
    remedy: 'Waybill tries again. If the way to Qlik Cloud is only slow, raise {setting}.',
    retryable: true,
  },
  WAYBILL_CLOUD_LOGIN: {
    message: 'Tenant {tenant} ({host}) does not accept the credentials of Waybill when asked to {doing}: {reply}',
    remedy:
      'Check {setting}: an API key may have expired or been revoked, an OAuth client may have lost its secret, or it may belong to another tenant.',
    retryable: false,
  },
  WAYBILL_CLOUD_FORBIDDEN: {
    message: 'Tenant {tenant} ({host}) does not allow Waybill to {doing} (status {status}): {reply}',
    remedy:
      'Give the user or OAuth client of {setting} the right to it: the role Tenant Admin sees all reloads, and the scope of an OAuth client may be too narrow.',
    retryable: false,
  },
  WAYBILL_CLOUD_NOT_FOUND: {
    message: 'Tenant {tenant} ({host}) has nothing there when asked to {doing}: {reply}',
    remedy: 'It may have been deleted meanwhile, or be invisible to the user of {setting}.',
    retryable: false,
  },
  WAYBILL_CLOUD_NOT_YET: {
    message: 'Tenant {tenant} ({host}) does not have it yet when asked to {doing}: {reply}',
    remedy:
      'Nothing to do: what has just ended is sometimes to be seen only later, so Waybill tries again. If it never appears, it may be invisible to the user of {setting}.',
    retryable: true,
  },
  WAYBILL_CLOUD_RATE_LIMITED: {
    message: 'Tenant {tenant} ({host}) takes no more calls for now; Waybill tried to {doing}: {reply}',
    remedy:
      'Nothing to do: Waybill waits as long as Qlik Cloud asks for. If it comes often, other programs may use the same user or OAuth client of {setting}: give Waybill its own.',
    retryable: true,
  },
  WAYBILL_CLOUD_SERVER: {
    message: 'Tenant {tenant} ({host}) failed when asked to {doing} (status {status}): {reply}',
    remedy: 'Waybill tries again. If it lasts, look at the status page of Qlik Cloud.',
    retryable: true,
  },
  WAYBILL_CLOUD_REFUSED: {
    message: 'Tenant {tenant} ({host}) refused to {doing} (status {status}): {reply}',
    remedy: 'Read the answer. If Qlik Cloud has changed what it understands, a newer Waybill is needed: report it.',
    retryable: false,
  },
  WAYBILL_CLOUD_ANSWER: {
    message: 'The answer of tenant {tenant} ({host}) could not be read when asked to {doing}: {reason}.',
    remedy:
      'Check that {setting} is the address of the tenant itself, and that no proxy puts pages of its own in between. If Qlik Cloud has changed its answers, a newer Waybill is needed: report it.',
    retryable: true,
  },
  WAYBILL_CLOUD_LOG_NOT_KEPT: {
    message: 'The script logs in {folder} on host {host} cannot be kept: {reason}.',
    remedy:
      'Give the account that runs the worker the right to read, write and delete in alerts.scriptLogs.folder, and check that its disk is there and has room. Alerts are sent all the same.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
