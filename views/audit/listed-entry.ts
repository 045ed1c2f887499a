import type { AuditKind } from '../../ledger/audit-kinds.ts';
import type { AuditRow } from '../../ledger/audit.ts';
import { auditSentence } from './audit-sentence.ts';

/** An entry of the audit trail for JSON and pages. Fields are added to it, never renamed or removed. Times are UTC. */
export interface ListedEntry {
  readonly n: number;
  readonly atUtc: string;
  readonly kind: AuditKind;
  /** The event: `approve`, `replaced`, `paused`. */
  readonly type: string;
  readonly account: string | null;
  readonly door: string | null;
  /** Nobody proved the account's name; null where there is no account, or nobody knows. */
  readonly asserted: boolean | null;
  /** `*`: at every site. */
  readonly site: string | null;
  readonly appId: string | null;
  readonly appName: string | null;
  /** The app that it happened to at a target. */
  readonly targetAppId: string | null;
  readonly promotionKey: string | null;
  /** What it says, in words. */
  readonly text: string;
  readonly facts: unknown;
  readonly hash: string;
}

/** An entry as it is listed. */
export function listedEntry(row: AuditRow): ListedEntry {
  return {
    n: row.n,
    atUtc: row.atUtc,
    kind: row.kind,
    type: row.type,
    account: row.account ?? null,
    door: row.door ?? null,
    asserted: row.asserted ?? null,
    site: row.site ?? null,
    appId: row.appId ?? null,
    appName: row.appName ?? null,
    targetAppId: row.targetAppId ?? null,
    promotionKey: row.promotionKey ?? null,
    text: auditSentence(row),
    facts: row.facts,
    hash: row.hash,
  };
}
