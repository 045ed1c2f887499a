import type { AttemptEnd, AttemptStart, Attempts } from './attempts.ts';

export interface AttemptSinkOptions {
  /** Milliseconds that a row waits for others at most. Default 100. */
  readonly flushEveryMs?: number;
  /** Rows that are written at once, without waiting. Default 200. */
  readonly flushAtRows?: number;
  /** Rows kept while the ledger does not answer; further ones are dropped. Default 10,000. */
  readonly maxBufferedRows?: number;
  /** Told of a write that failed, with the number of rows that were lost by it. */
  readonly onLost?: (error: unknown, rows: number) => void;
}

/** Where the interceptor puts what it saw. Best effort: nothing here throws, and nothing here makes anyone wait. */
export interface AttemptSink {
  attemptStarted(row: AttemptStart): void;
  attemptFinished(row: AttemptEnd): void;
  /** Resolves when everything handed in so far was written or was lost. Never rejects. */
  flush(): Promise<void>;
  /** Flushes and takes no more rows. Never rejects. */
  close(): Promise<void>;
  /** Rows that were lost so far. */
  lostRows(): number;
}

/** Makes a sink that gathers attempts and writes them in one transaction each 100 ms or 200 rows. */
export function createAttemptSink(
  ledger: Pick<Attempts, 'writeAttempts'>,
  options: AttemptSinkOptions = {},
): AttemptSink {
  const { flushEveryMs = 100, flushAtRows = 200, maxBufferedRows = 10_000, onLost } = options;
  let buffer: (AttemptStart | AttemptEnd)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let closed = false;
  let lost = 0;

  function lose(error: unknown, rows: number): void {
    lost += rows;
    report(onLost, error, rows);
  }

  function add(row: AttemptStart | AttemptEnd): void {
    if (closed || buffer.length >= maxBufferedRows) {
      lose(undefined, 1);
      return;
    }
    buffer.push(row);
    if (buffer.length >= flushAtRows) void flush();
    else timer ??= setTimeout(() => void flush(), flushEveryMs).unref();
  }

  async function writeAll(): Promise<void> {
    while (buffer.length > 0) {
      const rows = buffer;
      buffer = [];
      try {
        await ledger.writeAttempts(rows);
      } catch (error) {
        lose(error, rows.length);
      }
    }
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeAll().finally(() => {
      writing = undefined;
    });
    await writing;
  }

  return {
    attemptStarted: add,
    attemptFinished: add,
    flush,
    async close() {
      closed = true;
      await flush();
    },
    lostRows: () => lost,
  };
}

/** A reporter that fails must not fail the activity that is being reported. */
function report(onLost: AttemptSinkOptions['onLost'], error: unknown, rows: number): void {
  try {
    onLost?.(error, rows);
  } catch {
    // Nobody is left to be told.
  }
}
