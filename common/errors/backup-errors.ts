import type { ErrorEntry } from './waybill-error.ts';

export const backupErrors = {
  WAYBILL_BACKUP_NOT_FOUND: {
    message: 'There is no whole backup in {folder}.',
    remedy:
      'Name the folder that was given to `waybill backup --to`, or one of the folders waybill-<time> in it. What is called unfinished-… was never finished and is no backup.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_BACKUP_UNREADABLE: {
    message: 'The list of the backup, {file}, cannot be used: {reason}.',
    remedy: 'Take another backup. One that a newer Waybill made is read by that Waybill.',
    retryable: false,
  },
  WAYBILL_BACKUP_DAMAGED: {
    message: 'The backup is not as it was written: {file} {reason}. Nothing was put back.',
    remedy: 'Take an older backup, or look for a good copy of this file.',
    retryable: false,
  },
  WAYBILL_BACKUP_NOT_WRITTEN: {
    message: 'The backup was not made: {file}: {reason}.',
    remedy:
      'See that the folder exists or can be made, that this account may write to it and read dataFolder, and that there is room. Then repeat the command.',
    retryable: true,
  },
  WAYBILL_BACKUP_DATABASE_FAILED: {
    message: 'The database {database} could not be copied: {reason}.',
    remedy:
      'Look whether the disk is well and Waybill runs. If the database is damaged, keep it, and see docs/how-to/restore-and-rebuild.md.',
    retryable: true,
  },
  WAYBILL_BACKUP_MISFIT: {
    message: 'The backup does not fit the configuration: {reason}. Nothing was put back.',
    remedy: 'Name with --only what is to be put back, or restore with the configuration of the backup.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_BACKUP_TARGET_IN_USE: {
    message: 'Something has {file} open. Nothing was put back.',
    remedy:
      'Stop Waybill: its service, each `waybill up`, worker, listener and subscriber, and the Temporal server. Then repeat the command.',
    retryable: true,
  },
  WAYBILL_BACKUP_TARGET_HAS_DATA: {
    message: 'Data stands where the backup would be put: {files}. Nothing was put back.',
    remedy:
      'Put back only what was lost, with --only. Or add --force: what stands there is renamed first, and nothing is deleted.',
    retryable: false,
  },
  WAYBILL_BACKUP_NOT_RESTORED: {
    message: 'The restore stopped half-way at {file}: {reason}.',
    remedy: 'Mend the cause and repeat the same command; it goes on where it was. Do not start Waybill before.',
    retryable: true,
  },
  WAYBILL_BACKUP_RESTORE_UNFINISHED: {
    message: 'A restore of {backup} was begun and did not end, so {dataFolder} holds only a part of it.',
    remedy:
      'Repeat `waybill restore` with that backup. To do without it, put back by hand what was renamed, and delete {file}.',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
