/** The signal of one call: aborted by whoever gave the call, or when its time is over. */
export interface CallDeadline {
  readonly signal: AbortSignal;
  /** The time counts no more; whoever gave the call may still end it. */
  lift(): void;
  /** Forgets the call: many of them may share one outer signal. */
  end(): void;
}

/** Starts the time of a call; `overdue` makes the reason when it is over. */
export function startDeadline(outer: AbortSignal | undefined, timeoutMs: number, overdue: () => Error): CallDeadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(overdue()), timeoutMs);
  const onAbort = (): void => controller.abort(outer?.reason);
  outer?.addEventListener('abort', onAbort, { once: true });
  if (outer?.aborted) onAbort();
  return {
    signal: controller.signal,
    lift: () => clearTimeout(timer),
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    },
  };
}
