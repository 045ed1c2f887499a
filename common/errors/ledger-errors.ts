import type { ErrorEntry } from './waybill-error.ts';

export const ledgerErrors = {
  WAYBILL_LEDGER_UNREACHABLE: {
    message: 'The ledger at {place} cannot be reached: {reason}.',
    remedy:
      'See that the database runs and that this host may connect to it; for SQLite, that the folder exists and can be read and written by this account. Waybill goes on by itself once it answers.',
    retryable: true,
    exitCode: 4,
  },
  WAYBILL_LEDGER_LOCKED: {
    message: 'The ledger at {place} is held by another process ({reason}).',
    remedy:
      'Wait and try again. When it stays so, look for a backup tool, a virus scanner or a database shell that holds the ledger open.',
    retryable: true,
    exitCode: 4,
  },
  WAYBILL_LEDGER_NEWER_SCHEMA: {
    message: 'The ledger at {place} was written by a newer Waybill: it has the migration {migration}.',
    remedy: 'Start the newer Waybill, or restore the backup of the ledger that was made before the update.',
    retryable: false,
    exitCode: 4,
  },
  WAYBILL_LEDGER_MIGRATION_FAILED: {
    message: 'The ledger at {place} could not be brought to the schema of this Waybill: {reason}.',
    remedy: 'Nothing was changed. Keep a copy of the ledger and report this message.',
    retryable: false,
    exitCode: 4,
  },
  WAYBILL_LEDGER_REFUSED: {
    message: 'The ledger at {place} refused this account: {reason}.',
    remedy:
      'Check account, password and database name of the setting ledger.url, or the rights on the folder of ledger.file. The account must own the schema it writes to.',
    retryable: false,
    exitCode: 4,
  },
  WAYBILL_LEDGER_URL_INVALID: {
    message: 'The setting ledger.url is not the address of a PostgreSQL database.',
    remedy: 'Write it as postgres://user:password@host:5432/database, with special characters percent-encoded.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_LEDGER_FULL: {
    message: 'The ledger at {place} has no room left to write ({reason}).',
    remedy: 'Make room on the disk of the ledger. Waybill goes on by itself afterwards.',
    retryable: true,
    exitCode: 4,
  },
  WAYBILL_LEDGER_DAMAGED: {
    message: 'The ledger at {place} is damaged or is not a ledger: {reason}.',
    remedy: 'Stop Waybill, keep the file, and restore the last backup of the ledger.',
    retryable: false,
    exitCode: 4,
  },
  WAYBILL_LEDGER_WRITE_REFUSED: {
    message: 'The ledger refused what {operation} wanted to write: {reason}.',
    remedy: 'This is a fault of Waybill: nothing was written. Report this message.',
    retryable: false,
  },
  WAYBILL_LEDGER_CLOSED: {
    message: 'The ledger was closed before {operation}.',
    remedy: 'The process is ending; what was asked for is repeated by the next one.',
    retryable: true,
  },
  WAYBILL_LEDGER_OUTSIDE_TRANSACTION: {
    message: '{operation} was called on the ledger itself inside a transaction of that ledger.',
    remedy: 'This is a fault of Waybill: inside withTransaction only the store handed in may be used. Report it.',
    retryable: false,
  },
  WAYBILL_LEDGER_FAILED: {
    message: 'The ledger at {place} failed in {operation}: {reason}.',
    remedy: 'Look at the reason; Waybill tries again by itself.',
    retryable: true,
    exitCode: 4,
  },
  WAYBILL_LEDGER_BACKUP_EXISTS: {
    message: 'The backup of the ledger was not written: {file} exists already.',
    remedy: 'Name a file that does not exist.',
    retryable: false,
    exitCode: 2,
  },
  WAYBILL_LEDGER_BACKUP_BY_DATABASE: {
    message: 'The ledger at {place} is in PostgreSQL; Waybill does not copy it.',
    remedy: 'Back it up with the means of that database, such as pg_dump.',
    retryable: false,
    exitCode: 2,
  },
} as const satisfies Record<string, ErrorEntry>;
