import type { ErrorEntry } from './waybill-error.ts';

const s3Errors = {
  WAYBILL_S3_CREDENTIALS: {
    message: 'The S3 bucket {bucket} at {endpoint} does not accept the access key of {setting} ({reason}).',
    remedy:
      'Check {setting}.credentials. Without that setting, the AWS settings of the account that runs the worker are used: environment, profile or instance role.',
    retryable: false,
  },
  WAYBILL_S3_DENIED: {
    message: 'The S3 bucket {bucket} at {endpoint} does not allow {operation} ({reason}).',
    remedy:
      'Allow the access key of {setting} on this bucket and all its objects: s3:GetBucketVersioning, s3:ListBucket, s3:ListBucketVersions, s3:ListBucketMultipartUploads, s3:GetObject, s3:GetObjectVersion, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload.',
    retryable: false,
  },
  WAYBILL_S3_NO_BUCKET: {
    message: 'There is no usable S3 bucket {bucket} at {endpoint} ({reason}).',
    remedy:
      'Check {setting}.bucket, {setting}.region and {setting}.endpoint; most S3-compatible stores also need {setting}.pathStyle: true.',
    retryable: false,
  },
  WAYBILL_S3_CERTIFICATE: {
    message: 'The certificate of {endpoint} is not trusted ({reason}).',
    remedy:
      'Set {setting}.ca to the PEM file of the authority that signed it, and use in {setting}.endpoint the name that it was issued for.',
    retryable: false,
  },
  WAYBILL_S3_CA_UNREADABLE: {
    message: 'The file {file} of {setting}.ca cannot be read ({reason}).',
    remedy:
      'Put the PEM file of the authority there, readable for the account that runs the worker, or remove the setting.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_S3_CLOCK: {
    message: 'The S3 store {endpoint} refuses requests because the clocks differ too much ({reason}).',
    remedy: 'Set the clock of the host that runs the worker (or of the store): at most 15 minutes apart.',
    retryable: false,
  },
  WAYBILL_S3_REFUSED: {
    message: 'The S3 store {endpoint} refused {operation} in bucket {bucket} ({reason}).',
    remedy: 'Check {setting} in the configuration, and whether this store knows the operation.',
    retryable: false,
  },
  WAYBILL_S3_UNREACHABLE: {
    message: 'The S3 store {endpoint} does not answer {operation} ({reason}).',
    remedy: 'Check the network, firewall and name of {setting}.endpoint. Waybill tries again by itself.',
    retryable: true,
  },
  WAYBILL_S3_BUSY: {
    message: 'The S3 store {endpoint} cannot serve {operation} now ({reason}).',
    remedy: 'None needed: Waybill tries again by itself. If it stays so, check the state of the store.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>;

export const versionErrors = {
  ...s3Errors,
  WAYBILL_VERSION_STORE_OFF: {
    message: 'A version was asked for, but versioning.bucket is not set.',
    remedy: 'Set versioning.bucket and versioning.mode, or do not ask for versions.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_VERSION_STORE_UNVERSIONED: {
    message: 'The S3 bucket {bucket} at {endpoint} does not keep versions (versioning is {status}).',
    remedy:
      'Switch versioning on for this bucket (in AWS: Properties, Bucket Versioning, Enable), or name another one in versioning.bucket. Nothing was written.',
    retryable: false,
  },
  WAYBILL_VERSION_CONTENT_MISMATCH: {
    message:
      'The file to keep as a version of {key} is not the one that was exported: expected {expected}, found {found}. Nothing was written.',
    remedy: 'None needed: the version is tried again from the stored export. If it stays so, check the artifact store.',
    retryable: true,
  },
  WAYBILL_VERSION_INCOMPLETE: {
    message: 'The version {versionId} of {key} in bucket {bucket} is not as it was written: {reason}.',
    remedy:
      'Waybill writes it once more by itself. If this stays so, check whether something else changes objects in this bucket.',
    retryable: true,
  },
  WAYBILL_VERSION_MISSING: {
    message: 'There is no version {versionId} of {key} in the S3 bucket {bucket}.',
    remedy: 'It was deleted, by hand or by a lifecycle rule of the bucket.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
