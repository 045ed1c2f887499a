/** Counts calls by a key within windows of time; a key that used its window up waits for the window's end. */
export interface RateWindow {
  /** Undefined when the call may pass, else the whole seconds until the window ends, at least 1. */
  take(key: string, limit: number, windowMs: number): number | undefined;
  clear(): void;
}

/** A `limit` of 0 lets every call pass. The window of a key begins with its first call. */
export function createRateWindow(): RateWindow {
  const windows = new Map<string, { sinceMs: number; count: number }>();
  return {
    take(key, limit, windowMs) {
      if (limit === 0) return undefined;
      const nowMs = performance.now();
      let window = windows.get(key);
      if (window === undefined || nowMs - window.sinceMs >= windowMs) {
        window = { sinceMs: nowMs, count: 0 };
        windows.set(key, window);
      }
      window.count += 1;
      if (window.count <= limit) return undefined;
      return Math.max(1, Math.ceil((window.sinceMs + windowMs - nowMs) / 1000));
    },
    clear: () => windows.clear(),
  };
}
