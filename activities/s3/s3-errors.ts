import { type ErrorCode, waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';

/** Which bucket an operation was about, and which setting names it. */
export interface BucketPlace {
  bucket: string;
  /** As a person knows it; AWS when none is set. */
  endpoint: string;
  setting: 'versioning' | 'artifacts.s3';
}

const credentialNames = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'TokenRefreshRequired',
  'CredentialsProviderError',
  'InvalidClientTokenId',
  // versitygw, with status 404
  'XAdminUserNotFound',
]);
const bucketNames = new Set([
  'NoSuchBucket',
  'InvalidBucketName',
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
const busyNames = new Set(['SlowDown', 'ThrottlingException', 'Throttling', 'RequestTimeout', 'OperationAborted']);
const certificateCodes = /^(ERR_TLS_CERT|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(VERIFY|GET)|ERR_SSL_|EPROTO)/;

/**
 * The Waybill error of a failed S3 call. Errors of our own and the reason of an abort come through unchanged.
 */
export function asS3Error(error: unknown, operation: string, place: BucketPlace): unknown {
  if (isWaybillError(error) || !(error instanceof Error) || error.name === 'AbortError') return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const facts = { ...place, operation, reason: reasonOf(error) };
  return waybillError(code, facts, { cause: error, retryAfterMs: retryAfterMs(error) });
}

/** True when the store says that this object or version does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NoSuchVersion', 'NotFound'].includes(error.name);
}

function codeOf(error: Error): ErrorCode | undefined {
  const systemCode = systemCodeOf(error);
  if (systemCode !== undefined && certificateCodes.test(systemCode)) return 'WAYBILL_S3_CERTIFICATE';
  if (credentialNames.has(error.name)) return 'WAYBILL_S3_CREDENTIALS';
  if (bucketNames.has(error.name)) return 'WAYBILL_S3_NO_BUCKET';
  if (error.name === 'RequestTimeTooSkewed') return 'WAYBILL_S3_CLOCK';
  if (busyNames.has(error.name)) return 'WAYBILL_S3_BUSY';
  const status = statusOf(error);
  if (status !== undefined) return codeOfStatus(status);
  return systemCode !== undefined || error.name === 'TimeoutError' ? 'WAYBILL_S3_UNREACHABLE' : undefined;
}

function codeOfStatus(status: number): ErrorCode {
  if (status >= 500 || status === 429 || status === 408) return 'WAYBILL_S3_BUSY';
  if (status === 401 || status === 403) return 'WAYBILL_S3_DENIED';
  if (status === 301 || status === 307) return 'WAYBILL_S3_NO_BUCKET';
  // An answer of 200 that was cut, or that no S3 store gives, is a fault on the way.
  return status >= 400 ? 'WAYBILL_S3_REFUSED' : 'WAYBILL_S3_UNREACHABLE';
}

function statusOf(error: Error): number | undefined {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode;
}

function systemCodeOf(error: Error): string | undefined {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : undefined;
}

function reasonOf(error: Error): string {
  const status = statusOf(error);
  const name = error.name === 'Error' ? (systemCodeOf(error) ?? error.message) : error.name;
  return status === undefined ? name : `${name}, HTTP ${status}`;
}

function retryAfterMs(error: Error): number | undefined {
  const { $response } = error as { $response?: { headers?: Record<string, string> } };
  const seconds = Number($response?.headers?.['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
