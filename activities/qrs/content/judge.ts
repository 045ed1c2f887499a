import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { compareContents } from '../../../qvf/compare-contents.ts';
import type { QvfContents } from '../../../qvf/contents.ts';
import type { RecordInput } from '../../../ledger/records.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { differencesOf } from './difference-words.ts';

/** What a comparison of two app files found. */
export type ContentVerdict =
  | { readonly verdict: 'same' }
  /** `lost`: something is missing or changed, not only beside what was sent or under another id. */
  | { readonly verdict: 'differs'; readonly differences: readonly string[]; readonly lost: boolean }
  /** A file could not be had or read; size and objects are all that is known. */
  | { readonly verdict: 'not-compared'; readonly why: string };

/** How often `warn` tries to have the file of an app before it goes on without. */
const WARN_TRIES = 5;
/** An id within a sentence; people are told names. */
const ID = / ?\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** How long `warn` waits for the site to write one. */
export const WARN_EXPORT_MS = 600_000;

/**
 * Compares two app files. A file that cannot be read is no difference. What fails on the way is tried again; `warn`
 * goes on without an answer after a few tries, or at once where no repeat can help.
 */
export async function judge(
  deps: ActivityDependencies,
  mode: 'warn' | 'block',
  read: {
    readonly sent: () => Promise<QvfContents>;
    readonly standing: () => Promise<QvfContents>;
    readonly extras?: boolean;
  },
): Promise<ContentVerdict> {
  try {
    const comparison = compareContents(await read.sent(), await read.standing());
    const differences = differencesOf(comparison, { extras: read.extras });
    if (differences.length === 0) return { verdict: 'same' };
    const lost = comparison.missing.length + comparison.changed.length > 0;
    return { verdict: 'differs', differences, lost };
  } catch (error) {
    if (attemptContext().signal.aborted) throw error;
    if (!isUnreadable(error) && (mode === 'block' || isWorthAnotherTry(error))) throw error;
    deps.logger.warn({ err: error }, 'the content of an app could not be compared');
    const why = error instanceof Error ? error.message : String(error);
    return { verdict: 'not-compared', why: why.replaceAll(ID, '') };
  }
}

/**
 * Writes an answer down, and returns the differences that have to wait for an operator. What stops may be mended and
 * compared again: the first difference stays on record beside the last answer.
 */
export async function noteVerdict(
  { ledger, nowUtc }: ActivityDependencies,
  mode: 'warn' | 'block',
  verdict: ContentVerdict,
  record: Omit<RecordInput, 'atUtc'>,
): Promise<readonly string[] | undefined> {
  const stopping = mode === 'block' && verdict.verdict === 'differs' ? verdict.differences : undefined;
  await ledger.record({ ...record, seq: stopping ? `${record.seq}/difference` : record.seq, atUtc: nowUtc() });
  return stopping;
}

function isUnreadable(error: unknown): boolean {
  return isWaybillError(error) && error.code.startsWith('WAYBILL_QVF_');
}

function isWorthAnotherTry(error: unknown): boolean {
  if (attemptContext().attempt >= WARN_TRIES) return false;
  return !isWaybillError(error) || (error.retryable && error.code !== 'WAYBILL_QRS_TIMEOUT');
}
