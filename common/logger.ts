import path from 'node:path';
import { pino } from 'pino';
import { errorFacts } from './error-facts.ts';
import { withoutSecrets } from './known-secrets.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { prettyStream } from './pretty-line.ts';
import { redact } from './redact.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What every line of a child logger carries. */
export interface LogBindings {
  readonly promotion?: string;
  readonly site?: string;
  readonly app?: string;
  readonly [name: string]: string | number | boolean | undefined;
}

/** Writes one line: facts first (an error under `err`), then one sentence. Never a secret among the facts. */
export interface Logger {
  trace(facts: object, message: string): void;
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** A logger whose every line carries these as well. */
  child(bindings: LogBindings): Logger;
}

/** The logger of a process; `close` writes what is still open and ends the file. */
export interface ProcessLogger extends Logger {
  close(): Promise<void>;
}

/** The section `logging` of the configuration. */
export interface LoggingSettings {
  readonly level: LogLevel;
  readonly file?: string;
  readonly maxSizeBytes: number;
  readonly keep: number;
  readonly pretty: 'auto' | 'on' | 'off';
}

export interface LoggerOptions {
  /** Name of this process, as in `worker`: on every line, and in the name of the log file, so that no two share one. */
  readonly process?: string;
  /** Where the terminal's lines go; stderr, for results belong to stdout. */
  readonly terminal?: NodeJS.WritableStream & { isTTY?: boolean };
}

/**
 * The logger of this process: JSON lines, or lines for people on a terminal, and a rolling file when one is set. Errors
 * appear with code and remedy; what is a secret by its name, or was read as one, is masked.
 */
export async function createLogger(settings: LoggingSettings, options: LoggerOptions = {}): Promise<ProcessLogger> {
  const terminal = options.terminal ?? process.stderr;
  const isPretty = settings.pretty === 'on' || (settings.pretty === 'auto' && terminal.isTTY === true);
  const file = settings.file === undefined ? undefined : await openFile(settings, settings.file, options.process);
  const outputs = [isPretty ? prettyStream(terminal) : terminal, ...(file ? [file.stream] : [])];
  const logger = loggerTo(settings.level, { process: options.process }, (line) => {
    for (const output of outputs) output.write(line);
  });
  return Object.assign(logger, { close: async () => file?.close() });
}

/** A logger that hands every line, JSON and already without secrets, to a function. */
export function loggerTo(level: LogLevel, bindings: LogBindings, write: (line: string) => void): Logger {
  return pino(
    {
      level,
      base: bindings,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'msg',
      formatters: { level: (label) => ({ level: label }), log: redact },
      serializers: { err: errorFacts, error: errorFacts },
    },
    { write: (line: string) => write(withoutSecrets(line)) },
  );
}

function openFile(settings: LoggingSettings, file: string, process: string | undefined): Promise<LogFile> {
  const { dir, name, ext } = path.parse(file);
  const own = process === undefined ? file : path.join(dir, `${name}-${process}${ext}`);
  return openLogFile({ file: own, maxSizeBytes: settings.maxSizeBytes, keep: settings.keep });
}
