import type { ErrorEntry } from './waybill-error.ts';

export const artifactErrors = {
  WAYBILL_ARTIFACT_MISSING: {
    message: 'The exported app {sha256} is not in the artifact store {store}.',
    remedy:
      'Waybill exports the app again by itself where it still can. If this keeps coming: check that nothing else deletes files there, and that artifacts.keep is longer than promotions wait.',
    retryable: false,
  },
  WAYBILL_ARTIFACT_DAMAGED: {
    message:
      'The exported app {sha256} in {store} is {foundBytes} bytes long, but {expectedBytes} bytes were written. It was not used.',
    remedy:
      'Check the disk or bucket of the artifact store. Remove the damaged file; the app is exported again with the next promotion.',
    retryable: false,
  },
  WAYBILL_ARTIFACT_SIZE_MISMATCH: {
    message: 'The exported app ended after {foundBytes} bytes where {expectedBytes} were announced. Nothing was kept.',
    remedy: 'None needed: the export is repeated. If this keeps coming: look for a proxy between Waybill and the site.',
    retryable: true,
  },
  WAYBILL_ARTIFACT_ELSEWHERE: {
    message:
      'The exported app is in the artifact store {expectedStoreId}, but {store} on host {host} is the store {foundStoreId}: it is the folder of another host, or was replaced.',
    remedy:
      'Let all workers use one store: set artifacts.kind to s3, or point artifacts.folder of every worker to the same shared folder. If the folder was replaced on purpose, start the promotion again.',
    retryable: false,
  },
  WAYBILL_ARTIFACT_DISK_FULL: {
    message:
      'The artifact store {store} on host {host} is full ({reason}). Nothing was kept of the app being exported.',
    remedy:
      'Free space on this disk, move artifacts.folder to a larger one, or lower artifacts.keep. Waybill tries again by itself.',
    retryable: true,
  },
  WAYBILL_ARTIFACT_NOT_WRITABLE: {
    message: 'The artifact store {store} on host {host} cannot be used: {reason}.',
    remedy:
      'Give the account that runs the worker the right to read, write and delete in artifacts.folder, and check that its disk is mounted.',
    retryable: false,
  },
  WAYBILL_ARTIFACT_FILE_BUSY: {
    message: 'A file of the artifact store {store} on host {host} stayed locked by another program ({reason}).',
    remedy: 'Exclude artifacts.folder from the virus scanner or backup program. Waybill tries again by itself.',
    retryable: true,
  },
  WAYBILL_ARTIFACT_STORE_FAILED: {
    message: 'The disk of the artifact store {store} on host {host} failed: {reason}. Nothing was kept.',
    remedy: 'Check this disk or network share. Waybill tries again by itself.',
    retryable: true,
  },
  WAYBILL_ARTIFACT_NO_BUCKET: {
    message: 'artifacts.kind is s3, but artifacts.s3 is not set.',
    remedy: 'Set artifacts.s3.bucket, or artifacts.kind to folder.',
    retryable: false,
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorEntry>;
