import { type ErrorCode, waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { type CallPlace, type CloudCall, tenantSetting } from './cloud-call.ts';

const certificateCodes =
  /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_|PATH_LENGTH_|HOSTNAME_|EPROTO$)/;

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'the name is not known to the name service (ENOTFOUND)',
  EAI_AGAIN: 'the name service does not answer (EAI_AGAIN)',
  EHOSTUNREACH: 'there is no way to this host (EHOSTUNREACH)',
  ENETUNREACH: 'there is no way to its network (ENETUNREACH)',
  ETIMEDOUT: 'no connection was made in time (ETIMEDOUT)',
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made in time (UND_ERR_CONNECT_TIMEOUT)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it was issued for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
  CERT_HAS_EXPIRED: 'it has run out (CERT_HAS_EXPIRED)',
};

/**
 * The error that a failed connection means, told by its code. An error that already has a Waybill code stays as it is. What
 * Node or a library says in words is left out: it may quote what was sent. Pure.
 */
export function connectionFailure(error: unknown, call: CloudCall, place: CallPlace, timeoutMs: number): WaybillError {
  if (isWaybillError(error)) return error;
  const code = codeOf(error);
  const make = (waybillCode: ErrorCode, setting: string, more: Record<string, string | number>) => {
    const facts = { ...place, doing: call.doing, setting: tenantSetting(place.tenant, setting), ...more };
    return waybillError(waybillCode, facts, { cause: error });
  };
  const reason = reasons[code] ?? `the connection broke (${code})`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return make('WAYBILL_CLOUD_TIMEOUT', 'timeout', { timeoutMs });
  }
  if (certificateCodes.test(code)) {
    return make('WAYBILL_CLOUD_CERTIFICATE', 'ca', { reason: reasons[code] ?? code });
  }
  if (/^(HPE_|HTTPParserError$|UND_ERR_HEADERS_OVERFLOW$)/.test(code)) {
    return make('WAYBILL_CLOUD_ANSWER', 'url', { reason: `it is not HTTP (${code})` });
  }
  return make('WAYBILL_CLOUD_UNREACHABLE', 'url', { reason });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code, cause } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? codeOf(cause) : error.name;
}
