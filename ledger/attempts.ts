import { type Insertable, type Selectable, sql } from 'kysely';
import { fromJson, toJsonOrNull } from './columns.ts';
import { inTransaction, type StoreParts } from './store.ts';
import type { AttemptTable } from './tables.ts';

export type AttemptOutcome = 'completed' | 'failed' | 'cancelled';

/** `running` becomes `worker lost` when there is no end and the start is older than the caller says. */
export type AttemptState = AttemptOutcome | 'running' | 'worker lost';

/** One attempt of one activity, as Temporal numbers it. */
export interface AttemptStart {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly activityType: string;
  readonly taskQueue?: string;
  /** Identity of the worker process. */
  readonly worker?: string;
  readonly promotionKey?: string;
  /** The site that the activity talks to. */
  readonly site?: string;
  readonly startedAtUtc: string;
}

/** The end of an attempt; it bears the start as well, so that a lost start loses nothing. */
export interface AttemptEnd extends AttemptStart {
  readonly endedAtUtc: string;
  readonly outcome: AttemptOutcome;
  readonly sizeBytes?: number;
  readonly errorCode?: string;
  /** No secrets. */
  readonly errorMessage?: string;
  readonly facts?: unknown;
}

export interface Attempt extends AttemptStart {
  readonly state: AttemptState;
  readonly endedAtUtc?: string;
  readonly sizeBytes?: number;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly facts?: unknown;
}

export interface AttemptFilter {
  readonly promotionKey?: string;
  readonly workflowIdPrefix?: string;
  /** An attempt that started before this time and has no end reads `worker lost`. Default: none does. */
  readonly lostBeforeUtc?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

export interface Attempts {
  /** Writes starts and ends, in one transaction. An end is never undone by a start. Safe to repeat. */
  writeAttempts(rows: readonly (AttemptStart | AttemptEnd)[]): Promise<void>;
  /** Attempts in the order of their starts. */
  attemptsOf(filter: AttemptFilter): Promise<Attempt[]>;
  /** The number of attempts forgotten: those that started before this time. */
  forgetAttempts(startedBeforeUtc: string): Promise<number>;
}

const rowsPerStatement = 200;
/** The greatest character: what begins with a prefix lies between the prefix and the prefix with it. */
const lastCharacter = '\u{10FFFF}';

/** Makes the attempts group over a database or a transaction. */
export function createAttempts(parts: StoreParts): Attempts {
  const { db } = parts;
  return {
    async writeAttempts(rows) {
      const merged = mergeByAttempt(rows);
      if (merged.length === 0) return;
      await inTransaction(parts, async ({ db: tx }) => {
        for (let start = 0; start < merged.length; start += rowsPerStatement) {
          await tx
            .insertInto('attempts')
            .values(merged.slice(start, start + rowsPerStatement))
            .onConflict((conflict) =>
              conflict.columns(['workflow_id', 'run_id', 'activity_id', 'attempt']).doUpdateSet({
                ended_at_utc: later('ended_at_utc'),
                outcome: later('outcome'),
                size_bytes: later('size_bytes'),
                error_code: later('error_code'),
                error_message: later('error_message'),
                facts: later('facts'),
              }),
            )
            .execute();
        }
      });
    },

    async attemptsOf({ promotionKey, workflowIdPrefix, lostBeforeUtc = '', limit = 1000 }) {
      let query = db.selectFrom('attempts').selectAll();
      if (promotionKey !== undefined) query = query.where('promotion_key', '=', promotionKey);
      if (workflowIdPrefix !== undefined) {
        query = query
          .where('workflow_id', '>=', workflowIdPrefix)
          .where('workflow_id', '<', workflowIdPrefix + lastCharacter);
      }
      const rows = await query
        .orderBy('started_at_utc')
        .orderBy('activity_id')
        .orderBy('attempt')
        .limit(limit)
        .execute();
      return rows.map((row) => toAttempt(row, lostBeforeUtc));
    },

    async forgetAttempts(startedBeforeUtc) {
      const { numDeletedRows } = await db
        .deleteFrom('attempts')
        .where('started_at_utc', '<', startedBeforeUtc)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

/** What the new row brings, else what stands. */
function later<T>(column: string) {
  return sql<T>`coalesce(${sql.ref(`excluded.${column}`)}, ${sql.ref(`attempts.${column}`)})`;
}

/** One row an attempt, because one statement may touch a row only once; an end wins over a start. */
function mergeByAttempt(rows: readonly (AttemptStart | AttemptEnd)[]): Insertable<AttemptTable>[] {
  const merged = new Map<string, AttemptStart | AttemptEnd>();
  for (const row of rows) {
    const key = JSON.stringify([row.workflowId, row.runId, row.activityId, row.attempt]);
    const known = merged.get(key);
    if (known === undefined || 'endedAtUtc' in row) merged.set(key, row);
  }
  return [...merged.values()].map(toRow);
}

function toRow(row: AttemptStart | AttemptEnd): Insertable<AttemptTable> {
  const end: Partial<AttemptEnd> = row;
  return {
    workflow_id: row.workflowId,
    run_id: row.runId,
    activity_id: row.activityId,
    attempt: row.attempt,
    activity_type: row.activityType,
    task_queue: row.taskQueue ?? null,
    worker: row.worker ?? null,
    promotion_key: row.promotionKey ?? null,
    site: row.site ?? null,
    started_at_utc: row.startedAtUtc,
    ended_at_utc: end.endedAtUtc ?? null,
    outcome: end.outcome ?? null,
    size_bytes: end.sizeBytes ?? null,
    error_code: end.errorCode ?? null,
    error_message: end.errorMessage ?? null,
    facts: toJsonOrNull(end.facts),
  };
}

function toAttempt(row: Selectable<AttemptTable>, lostBeforeUtc: string): Attempt {
  return {
    workflowId: row.workflow_id,
    runId: row.run_id,
    activityId: row.activity_id,
    attempt: row.attempt,
    activityType: row.activity_type,
    taskQueue: row.task_queue ?? undefined,
    worker: row.worker ?? undefined,
    promotionKey: row.promotion_key ?? undefined,
    site: row.site ?? undefined,
    startedAtUtc: row.started_at_utc,
    state: row.outcome ?? (row.started_at_utc < lostBeforeUtc ? 'worker lost' : 'running'),
    endedAtUtc: row.ended_at_utc ?? undefined,
    sizeBytes: row.size_bytes ?? undefined,
    errorCode: row.error_code ?? undefined,
    errorMessage: row.error_message ?? undefined,
    facts: fromJson(row.facts),
  };
}
