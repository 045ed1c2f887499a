import { type ErrorCode, waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';
import { type CallPlace, isWrite, type QrsCall } from './call.ts';
import type { Exchange } from './exchange.ts';

/** What is known about a call whose connection failed. */
export interface FailedCall {
  readonly call: QrsCall;
  readonly place: CallPlace;
  readonly exchange: Pick<Exchange, 'isStarted' | 'hasReply' | 'sentBytes' | 'receivedBytes' | 'announcedBytes'>;
  /** The reply is a file, not JSON. */
  readonly isDownload?: boolean;
  /** Length that was announced for an upload. */
  readonly uploadBytes?: number | undefined;
  /** Why the site may refuse our client certificate, as far as its files tell; empty when they look right. */
  readonly certificateDoubt?: string;
}

const untrustedCodes = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
]);

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens on this port (ECONNREFUSED)',
  ENOTFOUND: 'the name is not known to the name service (ENOTFOUND)',
  EAI_AGAIN: 'the name service does not answer (EAI_AGAIN)',
  EHOSTUNREACH: 'there is no way to this host (EHOSTUNREACH)',
  ENETUNREACH: 'there is no way to its network (ENETUNREACH)',
  ETIMEDOUT: 'no connection was made in time (ETIMEDOUT)',
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made within timeouts.connect',
};

/**
 * The error that a failed connection means. Pure: it looks at the code of `error` and at how far the exchange had come.
 * An error that already has a Waybill code stays as it is.
 */
export function connectionFailure(error: Error, failed: FailedCall): WaybillError {
  if (isWaybillError(error)) return error as WaybillError;
  const code = errorCode(error);
  return (
    tlsFailure(error, code, failed) ?? timeoutOrBodyFailure(error, code, failed) ?? lostConnection(error, code, failed)
  );
}

function tlsFailure(error: Error, code: string, failed: FailedCall): WaybillError | undefined {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { host, cert } = error as { host?: string; cert?: { subjectaltname?: string; subject?: { CN?: string } } };
    const names = cert?.subjectaltname?.replaceAll(/DNS:|IP Address:/g, '') ?? cert?.subject?.CN;
    return make('WAYBILL_QRS_TLS_NAME', failed, error, { expected: host, names });
  }
  if (code === 'CERT_HAS_EXPIRED') return make('WAYBILL_QRS_TLS_EXPIRED', failed, error, { reason: 'it has run out' });
  if (code === 'CERT_NOT_YET_VALID') {
    return make('WAYBILL_QRS_TLS_EXPIRED', failed, error, { reason: 'it is valid only from a later day on' });
  }
  if (untrustedCodes.has(code)) return make('WAYBILL_QRS_TLS_UNTRUSTED', failed, error, { reason: code });
  if (/ALERT_(BAD_CERT|CERTIFICATE_|UNKNOWN_CA|UNSUPPORTED_CERT|NO_CERT|ACCESS_DENIED)/.test(code)) {
    const reason = failed.certificateDoubt || code;
    return make('WAYBILL_QRS_CLIENT_CERTIFICATE', failed, error, { reason, mayHaveTakenEffect: false });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_'))
    return make('WAYBILL_QRS_TLS_FAILED', failed, error, { reason: code });
  return undefined;
}

function timeoutOrBodyFailure(error: Error, code: string, failed: FailedCall): WaybillError | undefined {
  const { call, exchange } = failed;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return make('WAYBILL_QRS_TIMEOUT', failed, error, { timeoutMs: call.timeoutMs, setting: call.timeoutSetting });
  }
  const isOurBody =
    code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH' || (code === 'UND_ERR_ABORTED' && !exchange.hasReply);
  if (isOurBody && failed.uploadBytes !== undefined) {
    const facts = { sizeBytes: failed.uploadBytes, sentBytes: exchange.sentBytes, mayHaveTakenEffect: false };
    return make('WAYBILL_QRS_UPLOAD_SOURCE', failed, error, facts);
  }
  if (exchange.hasReply && failed.isDownload) {
    const { receivedBytes, announcedBytes } = exchange;
    return make('WAYBILL_QRS_TRUNCATED', failed, error, { receivedBytes, announcedBytes });
  }
  if (exchange.hasReply) return make('WAYBILL_QRS_REPLY', failed, error, { reason: 'it was cut off' });
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return make('WAYBILL_QRS_REPLY', failed, error, { reason: `it is not HTTP (${code})` });
  }
  return undefined;
}

function lostConnection(error: Error, code: string, failed: FailedCall): WaybillError {
  const wasClosed = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(code);
  if (wasClosed && failed.certificateDoubt) {
    const facts = { reason: failed.certificateDoubt, mayHaveTakenEffect: false };
    return make('WAYBILL_QRS_CLIENT_CERTIFICATE', failed, error, facts);
  }
  const hint = wasClosed ? '; a site does this too when it does not accept the client certificate' : '';
  const reason =
    wasClosed || failed.exchange.isStarted
      ? `the connection was lost before any reply (${code})${hint}`
      : (reasons[code] ?? `${error.message} (${code})`);
  return make('WAYBILL_QRS_UNREACHABLE', failed, error, { reason });
}

function errorCode(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}

function make(
  code: ErrorCode,
  failed: FailedCall,
  cause: Error,
  facts: Record<string, string | number | boolean | undefined>,
): WaybillError {
  const { call, place, exchange } = failed;
  const mayHaveTakenEffect = isWrite(call) && exchange.isStarted;
  return waybillError(code, { ...place, doing: call.doing, mayHaveTakenEffect, ...facts }, { cause });
}
