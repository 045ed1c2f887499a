import type { ErrorEntry } from './waybill-error.ts';

export const temporalErrors = {
  WAYBILL_TEMPORAL_SERVER_NOT_FOUND: {
    message: 'No Temporal server program was found. Tried: {tried}.',
    remedy:
      'Set temporal.devServer.executable to a temporal program of version {version}, put it on the PATH or into {cacheFolder}, allow the download or install Go 1.25; or set temporal.address to a Temporal service that runs already.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_VERSION_MISMATCH: {
    message:
      'The Temporal database {databaseFile} was written by Temporal server {recordedVersion}, and {executable} is Temporal server {foundVersion}.',
    remedy:
      'Use the temporal program of server {recordedVersion} (temporal.devServer.executable). To change the version on purpose: stop Waybill, copy the database file away, delete {recordFile} and start again.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_RECORD_UNREADABLE: {
    message: 'The file {recordFile}, which says which Temporal server wrote the database, cannot be read: {reason}.',
    remedy:
      'Restore the file from a backup, or delete it when you are sure that the Temporal program has not been changed since.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_PORT_IN_USE: {
    message: 'Waybill cannot listen on {address} ({setting}): {reason}.',
    remedy:
      'Another program, perhaps another Waybill, uses that port. Stop it, or set {setting} to a free port. If a Temporal service is meant to be there, set temporal.address instead.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_SERVER_FAILED: {
    message: 'The Temporal development server ({executable}) did not start: {reason}.',
    remedy: 'Look at the end of {logFile}. When the machine is only slow, raise temporal.devServer.startTimeout.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_STOPPED: {
    message: '{what} was stopped before it was done.',
    remedy: 'Nothing to do when you stopped it; otherwise start it again.',
    retryable: true,
  },
  WAYBILL_TEMPORAL_UNREACHABLE: {
    message: 'The Temporal service at {address} does not answer: {reason}.',
    remedy:
      'Check that it runs and that a firewall lets this machine through, then the settings temporal.address and temporal.tls. With no temporal.address, `waybill up` must be running on this machine.',
    retryable: true,
  },
  WAYBILL_TEMPORAL_REFUSED: {
    message: 'The Temporal service at {address} refused Waybill (namespace {namespace}): {reason}.',
    remedy: 'Check temporal.apiKey, temporal.tls.certificate and what they may do in that namespace.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_FILE_UNREADABLE: {
    message: 'The file {file} of the setting {setting} cannot be read: {reason}.',
    remedy: 'Correct the path, or let the account that Waybill runs under read the file.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_WRONG_KEY: {
    message: 'Data in Temporal is encrypted with the key {keyId}, which Waybill does not have.',
    remedy: 'Set temporal.encryption.key to the key that was in use when the promotion began.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_DATA_DAMAGED: {
    message: 'Data in Temporal, encrypted with the key {keyId}, was changed or is incomplete.',
    remedy: 'Restore the Temporal database from a backup. Waybill can rebuild open promotions from its ledger.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_NAMESPACE_MISSING: {
    message: 'The Temporal service at {address} has no namespace {namespace}, and Waybill may not make it: {reason}.',
    remedy:
      'Have it made by whoever runs the service (temporal operator namespace create --namespace {namespace} --retention {retention}), or correct temporal.namespace.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE: {
    message: 'The search attribute {name} of namespace {namespace} has the type {found}; Waybill needs {wanted}.',
    remedy: 'Remove that search attribute from the namespace, or give Waybill a namespace of its own.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_BUNDLE_FAILED: {
    message: 'The workflow code could not be made ready: {reason}.',
    remedy: 'Reinstall Waybill (npm ci); if it stays so, the installed files were changed.',
    retryable: false,
  },
  WAYBILL_TEMPORAL_WORKER_FAILED: {
    message: 'The worker on task queue {taskQueue} stopped by itself: {reason}.',
    remedy: 'Start Waybill again; no promotion is lost. If it happens again, look at the log before this message.',
    retryable: true,
  },
  WAYBILL_TEMPORAL_UNEXPECTED: {
    message: 'The step {step} failed in a way that Waybill does not know: {what} at {place}.',
    remedy: 'It is tried again. If it stays, report these words; the log has the rest.',
    retryable: true,
  },
  WAYBILL_TEMPORAL_QUEUE_UNPOLLED: {
    message: 'Nobody polls the task queue {queue} since {sinceUtc}; about {backlog} tasks wait there.',
    remedy: 'Start `waybill worker` where this site can be reached, or add the site to its `worker.sites`.',
    retryable: true,
  },
} as const satisfies Record<string, ErrorEntry>;
