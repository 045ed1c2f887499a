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

/** Waits, unless the attempt is cancelled first. */
export async function pause(ms: number): Promise<void> {
  await Context.current().sleep(ms);
}
