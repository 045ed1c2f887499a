import { randomUUID } from 'node:crypto';
import type { AppStanding } from './app-standing.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { type Kind, kinds } from './kinds.ts';
import {
  type AppRecord,
  type EntityRecord,
  type FieldValue,
  type KindName,
  type ObjectRecord,
  textOf,
} from './records.ts';
import { createSeededRandom, type SeededRandom } from './seeded-random.ts';
import type { QrsSwitches } from './switches.ts';

/** One change, as notifications and `changes` tell it. Types: 1 Add, 2 Update, 3 Delete. */
export interface Change {
  changeType: 1 | 2 | 3;
  kind: KindName;
  id: string;
  changedProperties: string[];
  record: EntityRecord;
  atMs: number;
  /** Not empty for reloads. */
  contextId: string | null;
}

/** All that a site knows. Operations change it; the HTTP layer and the tests' own hands call the same operations. */
export interface SiteState {
  alias: string;
  hostName: string;
  folder: string;
  switches: QrsSwitches;
  /** How far the site's clock is ahead (or behind), and the latest date that it gave. */
  clock: { skewMs: number; latestMs: number };
  random: SeededRandom;
  /** Differs between sites with equal seeds, so that ids never collide across sites. */
  records: Map<KindName, Map<string, EntityRecord>>;
  objectsOfApp: Map<string, Map<string, ObjectRecord>>;
  /** Grows with each change of something that others refer to; cached shapes of older generations are void. */
  generation: number;
  eventLog: EventLog;
  changes: Change[];
  onChange: (change: Change) => void;
  /** How an app stands now, for the event log. */
  standingOf: (app: AppRecord) => AppStanding | undefined;
  nodeId: string;
}

/** An empty site in `folder`. */
export function createSiteState(options: {
  alias: string;
  hostName: string;
  folder: string;
  switches: QrsSwitches;
  seed?: number | undefined;
}): SiteState {
  const random = createSeededRandom(options.seed ?? Number.parseInt(randomUUID().slice(0, 8), 16));
  return {
    alias: options.alias,
    hostName: options.hostName,
    folder: options.folder,
    switches: options.switches,
    clock: { skewMs: 0, latestMs: 0 },
    random,
    records: new Map(Object.values(kinds).map((kind) => [kind.name, new Map()])),
    objectsOfApp: new Map(),
    generation: 0,
    eventLog: openEventLog(options.folder),
    changes: [],
    onChange: () => undefined,
    standingOf: () => undefined,
    nodeId: random.guid(),
  };
}

/** Now, on the site's clock, in milliseconds: never before a date that `stamp` gave, so that what follows is later. */
export function nowMs(site: SiteState): number {
  return Math.max(Date.now() + site.clock.skewMs, site.clock.latestMs);
}

/** The records of one type by id. */
export function recordsOf(site: SiteState, kind: KindName): Map<string, EntityRecord> {
  const records = site.records.get(kind);
  if (records === undefined) throw new Error(`unknown entity type ${kind}`);
  return records;
}

/** The app, if it is there. */
export function findApp(site: SiteState, id: string): AppRecord | undefined {
  return recordsOf(site, 'App').get(id.toLowerCase()) as AppRecord | undefined;
}

/** The objects of an app in the order they came. */
export function objectsOf(site: SiteState, appId: string): ObjectRecord[] {
  return [...(site.objectsOfApp.get(appId)?.values() ?? [])];
}

/** A new record with the type's initial values, stamped now; not yet stored. */
export function blankRecord(site: SiteState, kind: Kind, by: string): EntityRecord {
  const now = nowMs(site);
  return {
    id: site.random.guid(),
    kind: kind.name,
    createdMs: now,
    modifiedMs: now,
    modifiedBy: by,
    values: Object.fromEntries(
      Object.entries(kind.fields).map(([name, field]): [string, FieldValue] => [name, field.initial]),
    ),
    refs: Object.fromEntries(Object.keys(kind.refs).map((name): [string, null] => [name, null])),
    tagIds: [],
    rows: [],
    visibleFromMs: 0,
  };
}

/** Puts the record in its place (and under its app, if it is an object). */
export function store(site: SiteState, record: EntityRecord): void {
  recordsOf(site, record.kind).set(record.id, record);
  if (record.kind !== 'App.Object') return;
  const appId = record.refs['app'] ?? '';
  const objects = site.objectsOfApp.get(appId) ?? new Map<string, ObjectRecord>();
  objects.set(record.id, record as ObjectRecord);
  site.objectsOfApp.set(appId, objects);
}

/** Takes the record out; an app's objects go with it. */
export function unstore(site: SiteState, record: EntityRecord): void {
  recordsOf(site, record.kind).delete(record.id);
  if (record.kind === 'App.Object') site.objectsOfApp.get(record.refs['app'] ?? '')?.delete(record.id);
  if (record.kind !== 'App') return;
  for (const object of objectsOf(site, record.id)) recordsOf(site, 'App.Object').delete(object.id);
  site.objectsOfApp.delete(record.id);
}

/** Marks the record as changed now by `by`; the date always moves, so that a stale writer is noticed. */
export function stamp(site: SiteState, record: EntityRecord, by: string): void {
  const now = nowMs(site);
  record.modifiedMs = now === record.modifiedMs ? now + 1 : now;
  site.clock.latestMs = record.modifiedMs;
  record.modifiedBy = by;
}

/** What `committed` needs to know. */
export interface Commit {
  changeType: 1 | 2 | 3;
  action: string;
  by: string;
  changedProperties?: string[];
  details?: Record<string, unknown>;
  contextId?: string;
  /** How a deleted app stood. */
  standing?: AppStanding | undefined;
}

const referredTo = new Set<KindName>(['Stream', 'User', 'Tag', 'CustomPropertyDefinition', 'ServiceCluster']);

function forgetShapes(site: SiteState, record: EntityRecord): void {
  delete record.shape;
  if (referredTo.has(record.kind)) site.generation += 1;
  if (record.kind !== 'App') return;
  for (const object of site.objectsOfApp.get(record.id)?.values() ?? []) delete object.shape;
  for (const task of recordsOf(site, 'ReloadTask').values()) delete task.shape;
}

/** Makes a change known: to the event log, to `changes` and to the subscriptions. Call after the state holds it. */
export function committed(site: SiteState, record: EntityRecord, commit: Commit): void {
  forgetShapes(site, record);
  const atMs = nowMs(site);
  const changedProperties = commit.changedProperties ?? [];
  const app = commit.standing ?? (record.kind === 'App' ? site.standingOf(record as AppRecord) : undefined);
  site.eventLog.append({
    atUtc: new Date(atMs).toISOString(),
    site: site.alias,
    by: commit.by,
    action: commit.action,
    entity: record.kind,
    id: record.id,
    name: textOf(record, 'name'),
    details: { changed: changedProperties, ...commit.details },
    ...(app && { app }),
  });
  const change: Change = {
    changeType: commit.changeType,
    kind: record.kind,
    id: record.id,
    changedProperties,
    record,
    atMs,
    contextId: commit.contextId ?? null,
  };
  site.changes.push(change);
  site.onChange(change);
}
