import type { Selectable } from 'kysely';
import { fromJson, toJson } from './columns.ts';
import type { StoreParts } from './store.ts';
import type { ProcessTable } from './tables.ts';

/** A process of Waybill and the configuration that it runs. Times are UTC. */
export interface RunningProcess {
  readonly processId: string;
  /** `up`, `worker`, `listener` or `subscriber`. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAtUtc: string;
  /** When it told of itself last; it does every minute. */
  readonly seenAtUtc: string;
  /** Where its configuration stands on its host. */
  readonly configFile: string;
  /** Of the content of the file that it runs. */
  readonly configFingerprint: string;
  readonly configSinceUtc: string;
  /** Whether it looks for changes of the file. */
  readonly isWatching: boolean;
  /** Settings of that content which count after a restart only, by name. */
  readonly waiting: readonly string[];
  /** Why the content that stands in the file now is not taken over; one line each. */
  readonly problems: readonly string[];
}

export interface Processes {
  /** Writes down that a process runs, and what. Safe to repeat. */
  tellProcess(process: Omit<RunningProcess, 'seenAtUtc'>): Promise<void>;
  /** Forgets a process that ends, if it is known. Safe to repeat. */
  forgetProcess(processId: string): Promise<void>;
  /** Processes that told of themselves within this time, in milliseconds; by name, host and start. */
  runningProcesses(withinMs: number): Promise<RunningProcess[]>;
  /** Forgets those that did not within this time, in milliseconds: they ended without a word. How many. */
  forgetSilentProcesses(olderThanMs: number): Promise<number>;
}

/** Makes the processes group over a database or a transaction. */
export function createProcesses({ db, nowUtc }: StoreParts): Processes {
  const ago = (ms: number): string => new Date(Date.parse(nowUtc()) - ms).toISOString();
  return {
    async tellProcess(process) {
      const row = toRow({ ...process, seenAtUtc: nowUtc() });
      const { process_id: _, ...facts } = row;
      await db
        .insertInto('processes')
        .values(row)
        .onConflict((conflict) => conflict.column('process_id').doUpdateSet(facts))
        .execute();
    },

    async forgetProcess(processId) {
      await db.deleteFrom('processes').where('process_id', '=', processId).execute();
    },

    async runningProcesses(withinMs) {
      const rows = await db
        .selectFrom('processes')
        .selectAll()
        .where('seen_at_utc', '>=', ago(withinMs))
        .orderBy('name')
        .orderBy('host')
        .orderBy('started_at_utc')
        .execute();
      return rows.map(toProcess);
    },

    async forgetSilentProcesses(olderThanMs) {
      const { numDeletedRows } = await db
        .deleteFrom('processes')
        .where('seen_at_utc', '<', ago(olderThanMs))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function toRow(process: RunningProcess): Selectable<ProcessTable> {
  return {
    process_id: process.processId,
    name: process.name,
    host: process.host,
    pid: process.pid,
    started_at_utc: process.startedAtUtc,
    seen_at_utc: process.seenAtUtc,
    config_file: process.configFile,
    config_fingerprint: process.configFingerprint,
    config_since_utc: process.configSinceUtc,
    is_watching: process.isWatching ? 1 : 0,
    waiting: toJson(process.waiting),
    problems: toJson(process.problems),
  };
}

function toProcess(row: Selectable<ProcessTable>): RunningProcess {
  return {
    processId: row.process_id,
    name: row.name,
    host: row.host,
    pid: row.pid,
    startedAtUtc: row.started_at_utc,
    seenAtUtc: row.seen_at_utc,
    configFile: row.config_file,
    configFingerprint: row.config_fingerprint,
    configSinceUtc: row.config_since_utc,
    isWatching: row.is_watching === 1,
    waiting: fromJson(row.waiting) as string[],
    problems: fromJson(row.problems) as string[],
  };
}
