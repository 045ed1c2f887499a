import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import buildRollingStream from 'pino-roll';

export interface LogFileSettings {
  /** Absolute; a number is put before its ending. */
  readonly file: string;
  readonly maxSizeBytes: number;
  /** How many full files stay beside the one being written; 1 or more. */
  readonly keep: number;
}

export interface LogFile {
  readonly stream: Writable;
  close(): Promise<void>;
}

/**
 * A log file that begins a new one, with the next number, when it is full, and removes the oldest. Nothing is renamed,
 * so an open file is no hindrance on Windows. Every line is on disk when `write` returns.
 */
export async function openLogFile({ file, maxSizeBytes, keep }: LogFileSettings): Promise<LogFile> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const stream = await buildRollingStream({
    file: path.extname(file) === '' ? `${file}.log` : file,
    size: `${maxSizeBytes}b`,
    limit: { count: keep + 1, removeOtherLogFiles: true },
    sync: true,
  });
  return {
    stream,
    close: async () => {
      const closed = once(stream, 'close');
      stream.end();
      await closed;
    },
  };
}
