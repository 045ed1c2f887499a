import { activityInfo } from '@temporalio/activity';

/** The clock of a Waybill that lives in skipped time. */
export interface ServerClock {
  readonly now: () => Date;
  /** When, by the clock of this host, it was first this time; a time that this clock never showed stays as it is. */
  readonly hostUtcOf: (utc: string) => string;
}

/**
 * The time of the Temporal server as an activity knows it: when the server handed the attempt out. A test that skips
 * weeks gives it to Waybill as its clock, so that activities live in the same time as the workflows that wait.
 * Outside of activities it is the latest time that one has seen.
 */
export function serverClock(): ServerClock {
  let latestMs = Date.now();
  const hostUtc = new Map<string, string>();
  const now = (): Date => {
    latestMs = Math.max(latestMs, attemptMs() ?? 0);
    const shown = new Date(latestMs);
    if (!hostUtc.has(shown.toISOString())) hostUtc.set(shown.toISOString(), new Date().toISOString());
    return shown;
  };
  return { now, hostUtcOf: (utc) => hostUtc.get(utc) ?? utc };
}

function attemptMs(): number | undefined {
  try {
    return activityInfo().currentAttemptScheduledTimestampMs;
  } catch {
    return undefined;
  }
}
