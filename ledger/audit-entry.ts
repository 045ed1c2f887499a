import type { UnchainedRow } from './audit-chain.ts';
import { type AuditKind, kindOfRecord } from './audit-kinds.ts';
import { searchText, storable, toJson } from './columns.ts';

/** Who did it. `asserted`: nobody proved the name. */
export interface AuditActor {
  readonly account: string;
  /** `qmc`, `console`, `cli`, … */
  readonly door?: string;
  readonly asserted?: boolean;
}

/** What is written to the audit trail. */
export interface AuditEntry {
  readonly kind: AuditKind;
  /** What happened, as one word: `approve`, `paused`. */
  readonly type: string;
  /** When it happened. */
  readonly atUtc: string;
  readonly by?: AuditActor;
  /** Where it happened. */
  readonly site?: string;
  /** The app that is promoted. When left out: that of the promotion. */
  readonly appId?: string;
  readonly appName?: string;
  readonly promotionKey?: string;
  /** The step's name, for what is also a record. */
  readonly seq?: string;
  /** What else is to be known. No secrets. */
  readonly facts?: unknown;
}

/** The app of a promotion. */
export interface PromotedApp {
  readonly appId: string;
  readonly appName: string;
}

interface RecordFacts {
  readonly promotionKey: string;
  readonly seq: string;
  readonly type: string;
  readonly atUtc: string;
  readonly site?: string;
  readonly appId?: string;
  readonly facts?: unknown;
}

/** A record as an entry. */
export function entryOfRecord(record: RecordFacts): AuditEntry {
  return { ...record, kind: kindOfRecord(record), by: actorIn(record.facts) };
}

interface PauseFacts {
  readonly site: string;
  readonly why: string;
  readonly by: AuditActor;
  readonly sinceUtc: string;
}

/** A pause that began, as an entry. */
export function entryOfPause({ site, why, by, sinceUtc }: PauseFacts): AuditEntry {
  return { kind: 'pause', type: 'paused', atUtc: sinceUtc, by, site, facts: { why } };
}

/** A pause that somebody ended, as an entry. */
export function entryOfResume({ site, why, sinceUtc }: PauseFacts, by: AuditActor, atUtc: string): AuditEntry {
  return { kind: 'pause', type: 'resumed', atUtc, by, site, facts: { why, sinceUtc } };
}

/** An entry as columns, with the app of its promotion where there is one. */
export function rowOfEntry(entry: AuditEntry, promoted: PromotedApp | undefined): UnchainedRow {
  const { kind, type, atUtc, by, site, promotionKey, seq, facts } = entry;
  const appId = promoted?.appId ?? entry.appId;
  const appName = promoted?.appName ?? entry.appName;
  const targetAppId = entry.appId === appId ? undefined : entry.appId;
  const words = [by?.account, appName, site, type, kind, appId, targetAppId, promotionKey, seq, ...textsIn(facts)];
  return {
    at_utc: atUtc,
    kind,
    type: storable(type),
    seq: kept(seq),
    account: kept(by?.account),
    door: kept(by?.door),
    asserted: by?.asserted === undefined ? null : by.asserted ? 1 : 0,
    site: kept(site),
    app_id: kept(appId),
    app_name: kept(appName),
    target_app_id: kept(targetAppId),
    promotion_key: kept(promotionKey),
    facts: toJson(facts),
    search: storable(searchText([...new Set(words)])),
  };
}

/** As it comes back from the database: what that would change would no longer fit its hash. */
function kept(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}

function actorIn(facts: unknown): AuditActor | undefined {
  const { by, denier } = (facts ?? {}) as { readonly by?: Partial<AuditActor>; readonly denier?: unknown };
  if (typeof by?.account === 'string') return { account: by.account, door: by.door, asserted: by.asserted };
  return typeof denier === 'string' ? { account: denier } : undefined;
}

/** The texts in facts are found by search up to this many characters; the facts themselves are kept whole. */
const SEARCHED_CHARACTERS = 2000;

function textsIn(facts: unknown): string[] {
  const texts: string[] = [];
  let left = SEARCHED_CHARACTERS;
  const collect = (value: unknown): void => {
    if (typeof value === 'string' && left > 0) {
      texts.push(value.slice(0, left));
      left -= value.length;
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(facts);
  return texts;
}
