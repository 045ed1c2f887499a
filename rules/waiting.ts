/** How long a decision is waited for, in milliseconds; 0 is never. */
export interface WaitPolicy {
  readonly reminderMs: number;
  readonly escalateMs: number;
  readonly expireMs: number;
}

/** What a wait has come to. */
export interface WaitNow {
  /** The latest reminder that is due, counted from 1; 0 is none yet. */
  readonly reminder: number;
  /** It has waited so long that others are told too. */
  readonly isEscalated: boolean;
  /** Milliseconds until the next reminder or the escalation; undefined where none is to come. */
  readonly remindInMs?: number;
  /** Milliseconds until nobody waits any more; undefined is never. */
  readonly expireInMs?: number;
}

/** What is due is done a moment later, so that a clock which lags a little is looked at once more, not for ever. */
const SOONEST_MS = 1000;

/**
 * What is due after waiting for so long. Durations are counted in elapsed time: a day is 24 hours, whatever the clocks
 * on the wall are set to meanwhile, so neither daylight saving nor a leap day moves anything.
 */
export function waitAfter(policy: WaitPolicy, elapsedMs: number): WaitNow {
  const { reminderMs, escalateMs, expireMs } = policy;
  const waitedMs = Math.max(0, elapsedMs);
  const reminder = reminderMs > 0 ? Math.floor(waitedMs / reminderMs) : 0;
  const isEscalated = escalateMs > 0 && waitedMs >= escalateMs;
  const dues = [
    ...(reminderMs > 0 ? [(reminder + 1) * reminderMs - waitedMs] : []),
    ...(escalateMs > 0 && !isEscalated ? [escalateMs - waitedMs] : []),
  ];
  return {
    reminder,
    isEscalated,
    remindInMs: dues.length > 0 ? Math.max(SOONEST_MS, Math.min(...dues)) : undefined,
    expireInMs: expireMs > 0 ? Math.max(SOONEST_MS, expireMs - waitedMs) : undefined,
  };
}
