import { type Command, InvalidArgumentError, Option } from 'commander';
import ms, { type StringValue } from 'ms';

const DEFAULT_TIMEOUT_MS = 30_000;

/** Adds `--timeout`, in milliseconds once read: how long an answer is waited for. */
export function addTimeoutOption(command: Command): Command {
  return command.addOption(
    new Option('--timeout <duration>', 'how long to wait for an answer')
      .argParser(durationMs)
      .default(DEFAULT_TIMEOUT_MS, '30s'),
  );
}

function durationMs(text: string): number {
  const value = /^\d+(\.\d+)?\s*[a-z]*$/i.test(text) ? ms(text as StringValue) : undefined;
  if (typeof value === 'number' && value > 0) return value;
  throw new InvalidArgumentError('Expected a duration, as in 30s or 2m.');
}
