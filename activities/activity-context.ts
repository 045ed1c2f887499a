import { Context } from '@temporalio/activity';

/** What an activity needs to know of its own attempt. */
export interface AttemptContext {
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  /** Notes the bytes moved so far; the next heartbeat carries them. */
  readonly progress: (bytes: number) => void;
}

export interface Progress {
  readonly bytes: number;
}

const progressOf = new WeakMap<Context, Progress>();

/** The running attempt. */
export function attemptContext(): AttemptContext {
  const context = Context.current();
  return {
    signal: context.cancellationSignal,
    attempt: context.info.attempt,
    progress: (bytes) => progressOf.set(context, { bytes }),
  };
}

/** What an attempt last noted; undefined for one that moves no bytes. */
export function latestProgress(context: Context): Progress | undefined {
  return progressOf.get(context);
}

/** A local activity would have to wait, and hold its workflow up meanwhile: the step is to go over its queue. */
export class LocalWait extends Error {
  override readonly name = 'LocalWait';
}

/**
 * Waits, unless the attempt is cancelled first.
 * @throws LocalWait in a local activity
 */
export async function pause(ms: number): Promise<void> {
  const context = Context.current();
  if (context.info.isLocal) throw new LocalWait('A local activity does not wait');
  await context.sleep(ms);
}
