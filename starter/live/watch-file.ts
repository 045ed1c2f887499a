import { setTimeout as wait } from 'node:timers/promises';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { fingerprintOf, textOf } from '../../config/load.ts';

/** A content counts when it still stands this long after it was first seen: nobody is in the middle of writing it. */
const SETTLED_AFTER_MS = 1_000;
/** Whatever stands there next is handed over, also what stood there before. */
const UNKNOWN = '';

export interface FileWatchOptions {
  /** Absolute path. */
  readonly file: string;
  /** Fingerprint of the content that is known. */
  readonly known: string;
  readonly everyMs: number;
  /** Another content has come to stay. False: it could not be dealt with now, and is handed over again at the next look. */
  readonly onContent: (text: string) => Promise<boolean>;
  /** The file is not there, or cannot be read; told once until that changes. */
  readonly onUnreadable: (error: WaybillError) => void;
}

/**
 * Looks at a file until `signal`, and hands over each content that differs from the one before and has come to stay. It
 * reads the file instead of waiting for word of the system: that works on network shares, and whether an editor writes
 * the file or puts another in its place.
 */
export async function watchFile(options: FileWatchOptions, signal: AbortSignal): Promise<void> {
  const { everyMs, onContent, onUnreadable } = options;
  let { known } = options;
  let told: string | undefined;
  while (!signal.aborted) {
    await pause(everyMs, signal);
    const found = await settled(options, known, signal);
    if (signal.aborted) return;
    if (found === undefined) continue;
    if (typeof found === 'string') {
      told = undefined;
      known = (await onContent(found)) ? fingerprintOf(found) : UNKNOWN;
    } else if (found.message !== told) {
      told = found.message;
      known = UNKNOWN;
      onUnreadable(found);
    }
  }
}

/** Undefined where the known content stands; else the new one, or why there is none, once it stays the same. */
async function settled(
  { file, everyMs }: FileWatchOptions,
  known: string,
  signal: AbortSignal,
): Promise<string | WaybillError | undefined> {
  for (let before = await look(file); !signal.aborted; ) {
    if (typeof before === 'string' && fingerprintOf(before) === known) return undefined;
    await pause(Math.min(everyMs, SETTLED_AFTER_MS), signal);
    const now = await look(file);
    if (String(now) === String(before)) return now;
    before = now;
  }
  return undefined;
}

async function look(file: string): Promise<string | WaybillError> {
  try {
    return await textOf(file);
  } catch (error) {
    if (isWaybillError(error)) return error;
    throw error;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
