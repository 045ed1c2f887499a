import { basename, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApplicationFailure } from '@temporalio/common';
import { waybillError } from '../common/errors/catalogue.ts';
import { isWaybillError } from '../common/errors/waybill-error.ts';
import { stackFrames, toApplicationFailure } from '../temporal/application-failure.ts';
import { withoutSecrets } from '../common/known-secrets.ts';
import type { Logger } from '../common/logger.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What Temporal is told of a failed attempt. A Waybill error keeps code, message, remedy, facts and waiting time; an
 * ApplicationFailure keeps what it says and loses its cause. Of any other error only class, code and place are told:
 * its message may hold an address with a password, a header or a body.
 */
export function toActivityFailure(error: unknown, step: string, logger: Logger): ApplicationFailure {
  if (isWaybillError(error)) return harmless(toApplicationFailure(error));
  if (error instanceof ApplicationFailure) return harmless(error);
  const facts = { step, what: describe(error), place: placeOf(error) };
  logger.error({ ...facts, frames: error instanceof Error ? stackFrames(error) : '' }, 'An unexpected error');
  const failure = toApplicationFailure(waybillError('WAYBILL_TEMPORAL_UNEXPECTED', facts));
  failure.stack = error instanceof Error ? stackFrames(error) : '';
  return failure;
}

/** The same without its cause, and with every secret masked that this process has read. */
function harmless(error: ApplicationFailure): ApplicationFailure {
  const failure = ApplicationFailure.create({
    message: withoutSecrets(error.message),
    type: error.type ?? undefined,
    nonRetryable: error.nonRetryable ?? undefined,
    details: JSON.parse(withoutSecrets(JSON.stringify(error.details ?? []))) as unknown[],
    nextRetryDelay: error.nextRetryDelay ?? undefined,
    category: error.category ?? undefined,
  });
  failure.stack = stackFrames(error);
  return failure;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const code = codeOf(error) ?? codeOf(error.cause);
  return code === undefined ? plainName(error.name) : `${plainName(error.name)} ${code}`;
}

/** Codes of Node and of libraries are constants, as in ECONNRESET and UND_ERR_SOCKET; anything else is left out. */
function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}

function plainName(name: string): string {
  return /^[A-Za-z][\w.]{0,60}$/.test(name) ? name : 'Error';
}

/** File and line of Waybill's own code that the error came through first. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown place';
  const frame = stackFrames(error)
    .split('\n')
    .find((line) => !line.includes('node_modules') && !line.includes('node:'));
  const found = /\(?((?:file:)?[^()\s]+?):(\d+):\d+\)?$/.exec(frame ?? '');
  if (!found?.[1]) return 'an unknown place';
  const file = found[1].startsWith('file:') ? fileURLToPath(found[1]) : found[1];
  const inside = file.startsWith(root) ? relative(root, file).split(sep).join('/') : basename(file);
  return `${inside}:${found[2]}`;
}
