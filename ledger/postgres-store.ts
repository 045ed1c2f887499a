import { readFileSync } from 'node:fs';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolConfig, types } from 'pg';
import { waybillError } from '../common/errors/catalogue.ts';
import { emptyListsMatchNothing } from './store.ts';
import type { LedgerTables } from './tables.ts';

const connectTimeoutMs = 10_000;
const lockTimeoutMs = 10_000;
const statementTimeoutMs = 60_000;
/** Type number of `bigint`, which the driver hands out as text; the ledger's fit a number of JavaScript. */
const bigintType = 20;

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** PEM file of the authority that issued the server's certificate. Given: the connection is encrypted and checked. */
  readonly ca?: string;
}

/** Host, port and database of a PostgreSQL address: what a message may say. Throws WAYBILL_LEDGER_URL_INVALID. */
export function placeOfUrl(url: string): string {
  const { hostname, port, pathname } = parseUrl(url);
  return `${hostname || 'localhost'}:${port || '5432'}${pathname}`;
}

/**
 * A pool of connections to the ledger's database; nothing is connected yet. Throws WAYBILL_LEDGER_URL_INVALID, and
 * file errors of `ca`.
 */
export function openPostgres({ url, ca }: PostgresStoreOptions): Kysely<LedgerTables> {
  const pool = new Pool({
    ...connectionOf(url, ca),
    application_name: 'waybill',
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  });
  // Without a listener, a server that ends an idle connection would end this process; the pool replaces it by itself.
  pool.on('error', () => {});
  return new Kysely<LedgerTables>({ dialect: new PostgresDialect({ pool }), plugins: [emptyListsMatchNothing] });
}

/** With `ca` given the address must say nothing of TLS itself: the driver would let the address win. */
function connectionOf(url: string, ca: string | undefined): PoolConfig {
  const address = parseUrl(url);
  if (ca === undefined) return { connectionString: address.href };
  for (const name of ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey']) address.searchParams.delete(name);
  return { connectionString: address.href, ssl: { ca: readFileSync(ca, 'utf8'), rejectUnauthorized: true } };
}

/** The parser's own error would quote the address, password and all. */
function parseUrl(url: string): URL {
  const address = URL.parse(url);
  if (address === null || !/^postgres(ql)?:$/.test(address.protocol)) throw waybillError('WAYBILL_LEDGER_URL_INVALID');
  return address;
}

function parserOf(type: number, format?: 'text' | 'binary'): unknown {
  return type === bigintType ? Number : types.getTypeParser(type, format as 'text');
}
