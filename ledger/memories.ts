import { sql } from 'kysely';
import { fromJson, toJson } from './columns.ts';
import type { StoreParts } from './store.ts';

/** What is remembered, and which write it was: 1 for the first. */
export interface Remembered<T> {
  readonly memory: T;
  readonly revision: number;
}

/** What is remembered of one app. */
export interface AppRemembered<T> extends Remembered<T> {
  readonly appId: string;
}

export interface PutOptions {
  /** Write only over this revision; 0: only when nothing is remembered yet. Default: over whatever stands. */
  readonly revision?: number;
}

export interface Memories {
  /** What is remembered of these apps; an app of which nothing is remembered is missing in the map. */
  getAppMemory<T = unknown>(site: string, appIds: readonly string[]): Promise<Map<string, Remembered<T>>>;
  /** False when somebody else wrote since `revision` was read: read again and decide again. */
  putAppMemory(site: string, appId: string, memory: unknown, options?: PutOptions): Promise<boolean>;
  /**
   * The memory after `change`, which gets what is remembered and may be called again when somebody else wrote in
   * between; it must have no effects of its own.
   */
  updateAppMemory<T>(site: string, appId: string, change: (memory: T | undefined) => T): Promise<T>;
  /** What is remembered of every app of a site, by app id. */
  listAppMemories<T = unknown>(site: string): Promise<AppRemembered<T>[]>;
  /** What is remembered of a site, or `undefined`. */
  getSiteMemory<T = unknown>(site: string): Promise<Remembered<T> | undefined>;
  /** As `putAppMemory`. */
  putSiteMemory(site: string, memory: unknown, options?: PutOptions): Promise<boolean>;
  /** As `updateAppMemory`. */
  updateSiteMemory<T>(site: string, change: (memory: T | undefined) => T): Promise<T>;
}

const idsPerQuery = 500;

/** Stands in the app id's place for what is remembered of the site itself; no app has this id. */
const siteItself = '';

/** Makes the memories group over a database or a transaction. */
export function createMemories(parts: StoreParts): Memories {
  const readOne = async <T>(site: string, subject: string) =>
    (await readMemories<T>(parts, site, [subject])).get(subject);
  const update = <T>(site: string, subject: string, change: (memory: T | undefined) => T) =>
    changeUntilWritten<T>(
      () => readOne<T>(site, subject),
      (memory, revision) => writeMemory(parts, site, subject, memory, { revision }),
      change,
    );

  return {
    getAppMemory: (site, appIds) => readMemories(parts, site, appIds),
    putAppMemory: (site, appId, memory, options) => writeMemory(parts, site, appId, memory, options),
    updateAppMemory: update,
    listAppMemories: (site) => listMemories(parts, site),
    getSiteMemory: (site) => readOne(site, siteItself),
    putSiteMemory: (site, memory, options) => writeMemory(parts, site, siteItself, memory, options),
    updateSiteMemory: (site, change) => update(site, siteItself, change),
  };
}

/** Reads, changes and writes until nobody wrote in between; each round lost is a round that another writer won. */
async function changeUntilWritten<T>(
  read: () => Promise<Remembered<T> | undefined>,
  write: (memory: T, revision: number) => Promise<boolean>,
  change: (memory: T | undefined) => T,
): Promise<T> {
  for (;;) {
    const before = await read();
    const after = change(before?.memory);
    if (await write(after, before?.revision ?? 0)) return after;
  }
}

async function readMemories<T>({ db }: StoreParts, site: string, subjects: readonly string[]) {
  const found = new Map<string, Remembered<T>>();
  for (let start = 0; start < subjects.length; start += idsPerQuery) {
    const rows = await db
      .selectFrom('memories')
      .select(['app_id', 'memory', 'revision'])
      .where('site', '=', site)
      .where('app_id', 'in', subjects.slice(start, start + idsPerQuery))
      .execute();
    for (const row of rows) found.set(row.app_id, { memory: fromJson(row.memory) as T, revision: row.revision });
  }
  return found;
}

async function listMemories<T>({ db }: StoreParts, site: string): Promise<AppRemembered<T>[]> {
  const rows = await db
    .selectFrom('memories')
    .select(['app_id', 'memory', 'revision'])
    .where('site', '=', site)
    .where('app_id', '<>', siteItself)
    .orderBy('app_id')
    .execute();
  return rows.map((row) => ({ appId: row.app_id, memory: fromJson(row.memory) as T, revision: row.revision }));
}

async function writeMemory(
  { db, nowUtc }: StoreParts,
  site: string,
  subject: string,
  memory: unknown,
  { revision }: PutOptions = {},
): Promise<boolean> {
  const change = { memory: toJson(memory), updated_at_utc: nowUtc() };
  if (revision !== undefined && revision > 0) {
    const { numUpdatedRows } = await db
      .updateTable('memories')
      .set({ ...change, revision: revision + 1 })
      .where('site', '=', site)
      .where('app_id', '=', subject)
      .where('revision', '=', revision)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('memories')
    .values({ site, app_id: subject, ...change, revision: 1 })
    .onConflict((conflict) => {
      const same = conflict.columns(['site', 'app_id']);
      return revision === 0 ? same.doNothing() : same.doUpdateSet({ ...change, revision: sql`memories.revision + 1` });
    })
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}
