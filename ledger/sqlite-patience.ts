import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseConnection } from 'kysely';

const busyCode = 5;
const shortestWaitMs = 1;
const longestWaitMs = 25;

/**
 * What `work` returns, once no other connection stands in its way; its error when one still does after
 * `busyTimeoutMs`. SQLite's own waiting stops the whole process, and for ever so when the other connection belongs to
 * the same process; this one lets everything else go on. A statement that found the file busy had no effect.
 */
export async function whileBusy<T>(busyTimeoutMs: number, work: () => T | Promise<T>): Promise<T> {
  const deadline = Date.now() + busyTimeoutMs;
  for (let waitMs = shortestWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || Date.now() >= deadline) throw error;
      await delay(waitMs);
    }
  }
}

/** The same connection, whose statements wait for others up to `busyTimeoutMs`. */
export function patientConnection(connection: DatabaseConnection, busyTimeoutMs: number): DatabaseConnection {
  return {
    executeQuery: (query, options) => whileBusy(busyTimeoutMs, () => connection.executeQuery(query, options)),
    streamQuery: (query, chunkSize, options) => connection.streamQuery(query, chunkSize, options),
  };
}

/** The low byte is the primary result code; the rest tells kinds of it. */
function isBusy(error: unknown): boolean {
  const { errcode } = error as { readonly errcode?: unknown };
  return typeof errcode === 'number' && (errcode & 0xff) === busyCode;
}
