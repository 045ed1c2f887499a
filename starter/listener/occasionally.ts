const LONGEST_QUIET_MS = 60_000;

/**
 * Lets the first of many equal occurrences through, and then one a minute with the number of those since. `key` tells
 * the kinds apart; it must come from a small set.
 */
export function occasionally(): (key: string, tell: (times: number) => void) => void {
  const seen = new Map<string, { toldAtMs: number; since: number }>();
  return (key, tell) => {
    const last = seen.get(key);
    const nowMs = performance.now();
    if (last !== undefined && nowMs - last.toldAtMs < LONGEST_QUIET_MS) {
      last.since += 1;
      return;
    }
    seen.set(key, { toldAtMs: nowMs, since: 0 });
    tell((last?.since ?? 0) + 1);
  };
}
