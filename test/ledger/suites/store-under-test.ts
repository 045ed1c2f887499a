import { randomUUID } from 'node:crypto';
import type { Ledger, LedgerPlace } from '../../../ledger/ledger.ts';
import type { DecisionInput } from '../../../ledger/decisions.ts';

/** One of the two databases, as the suites see it. */
export interface StoreUnderTest {
  readonly kind: LedgerPlace['kind'];
  /** A place where no ledger is yet. */
  place(): Promise<LedgerPlace>;
  /** A ledger of its own, closed after the test file. */
  fresh(now?: () => Date): Promise<Ledger>;
  /** Runs a statement past Waybill. */
  execute(place: LedgerPlace, statement: string): Promise<Record<string, unknown>[]>;
}

/** What takes back the migration of the figures, in one of the databases. */
export function figuresOf(kind: LedgerPlace['kind']): string[] {
  return [
    ...(kind === 'sqlite'
      ? ['promotions_figured', 'promotions_figured_anew', 'troubles_figured'].map((name) => `drop trigger ${name}`)
      : ['promotions_figured', 'troubles_figured', 'waybill_passed_ms'].map((name) => `drop function ${name} cascade`)),
    ...['promotion_figures', 'trouble_figures'].map((table) => `drop table ${table}`),
    'drop index if exists mails_sent',
  ];
}

/** What takes back the migration of the audit trail and later ones, in either database, but for a function and the figures. */
export const auditAndLater = [
  'drop index if exists reload_failures_by_time',
  'drop index promotions_of_decider',
  'alter table promotions drop column decided_by',
  ...['audit', 'audit_head', 'audit_text', 'processes', 'console_people', 'console_links', 'settings_versions'].map(
    (table) => `drop table if exists ${table}`,
  ),
];

/** Takes the audit trail away, with all that its migration and later ones made, as in a ledger of before. */
export async function dropAudit(store: StoreUnderTest, place: LedgerPlace): Promise<void> {
  for (const statement of [...figuresOf(store.kind), ...auditAndLater]) await store.execute(place, statement);
  if (store.kind === 'postgres') await store.execute(place, 'drop function audit_refuse_change');
  await store.execute(place, `delete from waybill_migrations where name >= '0007'`);
}

/** Ids that no other test has. */
export function someKeys() {
  const id = randomUUID();
  return {
    site: `dev-${id.slice(0, 8)}`,
    appId: id,
    promotionKey: `p-${id.slice(0, 13)}`,
    key: `k-${id.slice(0, 13)}`,
  };
}

export const noon = '2026-11-21T12:00:00.000Z';

/** A decision to approve that fits the keys. */
export function approval(keys: ReturnType<typeof someKeys>, appName = 'Sales'): DecisionInput {
  const { site, appId, promotionKey, key } = keys;
  return {
    claim: { kind: 'decision', site, appId, key, promotionKey, facts: { rows: 2 } },
    promotion: {
      site,
      appId,
      appName,
      owner: 'CORP\\ann',
      verdict: 'approve',
      decision: { by: 'CORP\\bob', targets: ['test'] },
      startedAtUtc: noon,
    },
    record: { type: 'decided', atUtc: noon, site, appId, facts: { by: 'CORP\\bob' } },
  };
}

/** A clock that stands still until it is moved. */
export function steppedClock(startUtc = noon) {
  let nowMs = Date.parse(startUtc);
  return {
    now: () => new Date(nowMs),
    advance(ms: number) {
      nowMs += ms;
    },
  };
}
