import { type ErrorCode, waybillError } from '../common/errors/catalogue.ts';
import { isWaybillError } from '../common/errors/waybill-error.ts';

interface DriverError extends Error {
  readonly code?: unknown;
  /** SQLite's extended result code; its low byte is the primary one. */
  readonly errcode?: unknown;
}

const sqliteCodes: Readonly<Record<number, ErrorCode>> = {
  3: 'WAYBILL_LEDGER_REFUSED',
  5: 'WAYBILL_LEDGER_LOCKED',
  6: 'WAYBILL_LEDGER_LOCKED',
  8: 'WAYBILL_LEDGER_REFUSED',
  11: 'WAYBILL_LEDGER_DAMAGED',
  13: 'WAYBILL_LEDGER_FULL',
  14: 'WAYBILL_LEDGER_UNREACHABLE',
  19: 'WAYBILL_LEDGER_WRITE_REFUSED',
  23: 'WAYBILL_LEDGER_REFUSED',
  26: 'WAYBILL_LEDGER_DAMAGED',
};

/** PostgreSQL's SQLSTATE by its beginning, the longer ones first. */
const postgresCodes: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['3D000', 'WAYBILL_LEDGER_REFUSED'],
  ['40001', 'WAYBILL_LEDGER_LOCKED'],
  ['40P01', 'WAYBILL_LEDGER_LOCKED'],
  ['42501', 'WAYBILL_LEDGER_REFUSED'],
  ['53100', 'WAYBILL_LEDGER_FULL'],
  ['53300', 'WAYBILL_LEDGER_UNREACHABLE'],
  ['55P03', 'WAYBILL_LEDGER_LOCKED'],
  ['57014', 'WAYBILL_LEDGER_LOCKED'],
  ['57P', 'WAYBILL_LEDGER_UNREACHABLE'],
  ['08', 'WAYBILL_LEDGER_UNREACHABLE'],
  ['23', 'WAYBILL_LEDGER_WRITE_REFUSED'],
  ['28', 'WAYBILL_LEDGER_REFUSED'],
  ['XX001', 'WAYBILL_LEDGER_DAMAGED'],
  ['XX002', 'WAYBILL_LEDGER_DAMAGED'],
];

/** What Node and the driver say of a connection or of a file path; none of them has a code of the database. */
const outOfReach =
  /connect|timeout|socket|ssl|tls|certificate|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EPIPE|ENOENT|ENOTDIR|EEXIST|EISDIR|EBUSY/i;

/**
 * The Waybill error that a driver's error means, with that one as its cause; a Waybill error stays as it is.
 * `place` is a file or `host:port/database`, never an address with its password.
 */
export function ledgerFailure(error: unknown, place: string, operation: string): Error {
  if (isWaybillError(error)) return error;
  const reason = reasonOf(error);
  return waybillError(classify(error, reason), { place, operation, reason }, { cause: error });
}

function classify(error: unknown, reason: string): ErrorCode {
  const { code, errcode } = error as DriverError;
  if (typeof errcode === 'number') return sqliteCodes[errcode & 0xff] ?? 'WAYBILL_LEDGER_FAILED';
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')) {
    return postgresCodes.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'WAYBILL_LEDGER_FAILED';
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'WAYBILL_LEDGER_REFUSED';
  return outOfReach.test(`${String(code)} ${reason}`) ? 'WAYBILL_LEDGER_UNREACHABLE' : 'WAYBILL_LEDGER_FAILED';
}

/** What an error says. One with several causes (a host with several addresses) has no text of its own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
