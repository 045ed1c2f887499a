import { inspect } from 'node:util';
import { CommanderError } from 'commander';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { withoutSecrets } from '../../common/known-secrets.ts';
import { plainLines } from '../../common/plain-text.ts';

const FAILURE = 1;
const USAGE = 2;

/** What the process ends with: 0 after help and version, 2 for usage and configuration, else 1 or the error's own. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
  return isWaybillError(error) ? error.exitCode : FAILURE;
}

/**
 * An error as people read it: what happened, its code, what to do. Empty for what commander has printed already. The
 * stack is shown only when `debug` is set; a secret never.
 */
export function errorText(error: unknown, debug: boolean): string {
  if (error instanceof CommanderError) return '';
  const text = isWaybillError(error) ? knownText(error) : unknownText(error);
  return withoutSecrets(debug ? `${text}\n${inspect(error, { depth: 5 })}\n` : text);
}

function knownText({ message, code, remedy }: WaybillError): string {
  return `waybill: ${plainLines(message)}\n  Code: ${code}\n  What to do: ${plainLines(remedy)}\n`;
}

function unknownText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `waybill: unexpected error: ${plainLines(message)}\n  What to do: Run the command again with --debug, and report what it says.\n`;
}
