import { type Logger, loggerTo } from '../../common/logger.ts';

export interface MemoryLogger extends Logger {
  /** Every line so far, as it would stand in a log file, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

/** A logger that keeps its lines, for tests that assert on them. */
export function memoryLogger(): MemoryLogger {
  const lines: Record<string, unknown>[] = [];
  const logger = loggerTo('trace', {}, (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  return Object.assign(logger, { lines });
}

/** A logger that says nothing. */
export function silentLogger(): Logger {
  return loggerTo('silent', {}, () => undefined);
}
