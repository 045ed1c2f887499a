import { createHash } from 'node:crypto';
import type { AuditTable } from './tables.ts';

/** What the first entry names as the hash of the one before it. */
export const FIRST_PREVIOUS_HASH = '0'.repeat(64);

/** Names the form of what is hashed. Entries bear their hash for ever, so this form never changes. */
const FORM = 'waybill audit 1';

/**
 * The hash of an entry, SHA-256 in hexadecimal: over all its other columns as a JSON array in this order, in UTF-8. JSON
 * tells where each text ends and keeps null and empty apart, so two different entries never give the same bytes.
 */
export function hashOfEntry(row: Omit<AuditTable, 'hash'>): string {
  const columns = [
    FORM,
    row.n,
    row.at_utc,
    row.kind,
    row.type,
    row.seq,
    row.account,
    row.door,
    row.asserted,
    row.site,
    row.app_id,
    row.app_name,
    row.target_app_id,
    row.promotion_key,
    row.facts,
    row.search,
    row.previous_hash,
  ];
  return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

/** Entries with their numbers and hashes, as they follow the last one. */
export function chained(after: AuditHead, entries: readonly UnchainedRow[]): AuditTable[] {
  let head = after;
  return entries.map((entry) => {
    const row = { ...entry, n: head.n + 1, previous_hash: head.hash };
    head = { n: row.n, hash: hashOfEntry(row) };
    return { ...row, hash: head.hash };
  });
}

/** An entry before it has its place in the chain. */
export type UnchainedRow = Omit<AuditTable, 'n' | 'previous_hash' | 'hash'>;

/** The last entry's number and hash; 0 and `FIRST_PREVIOUS_HASH` where there is none. */
export interface AuditHead {
  readonly n: number;
  readonly hash: string;
}
