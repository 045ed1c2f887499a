import { setTimeout as sleep } from 'node:timers/promises';

const BUSY_CODES = new Set(['EPERM', 'EBUSY', 'EACCES']);
const FIRST_WAIT_MS = 10;
const WAITS = 10;

/**
 * Result of a file operation, repeated while the file is held by another program, as virus scanners on Windows do with a
 * file that was just closed: for some ten seconds, or as long as so many `waits` are, the first of 10 ms and each next
 * twice as long. The last error comes through.
 */
export async function whileBusy<T>(operation: () => Promise<T>, waits = WAITS): Promise<T> {
  for (let wait = 0; ; wait += 1) {
    try {
      return await operation();
    } catch (error) {
      if (wait === waits || !isBusy(error)) throw error;
      await sleep(FIRST_WAIT_MS * 2 ** wait);
    }
  }
}

export function isBusy(error: unknown): boolean {
  return BUSY_CODES.has(codeOf(error) ?? '');
}

/** The system's code of an error, like `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
