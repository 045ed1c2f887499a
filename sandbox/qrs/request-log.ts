/** One request as the site saw it. */
export interface RequestEntry {
  /** By the site's clock. */
  atUtc: string;
  /** The same moment by the host's. */
  hostUtc: string;
  method: string;
  /** Path with query, as sent. */
  path: string;
  /** The route with placeholders, e.g. `PUT /app/{id}/publish`; `-` when none matched. */
  route: string;
  /** 0: no answer was given (reset, hang). */
  status: number;
  ms: number;
  xrfOk: boolean;
  user: string;
  /** Ids of the fault rules that were applied. */
  faults: string[];
}

/** The requests of a site, newest last, and how often each route was called. */
export interface RequestLog {
  all(): readonly RequestEntry[];
  counts(): Record<string, number>;
  add(entry: RequestEntry): void;
  clear(): void;
}

/** Keeps the last `capacity` requests; the counters count all. */
export function createRequestLog(capacity = 100_000): RequestLog {
  let entries: RequestEntry[] = [];
  let counts = new Map<string, number>();
  return {
    all: () => entries,
    counts: () => Object.fromEntries(counts),
    add(entry) {
      entries.push(entry);
      if (entries.length > capacity * 1.1) entries = entries.slice(-capacity);
      counts.set(entry.route, (counts.get(entry.route) ?? 0) + 1);
    },
    clear() {
      entries = [];
      counts = new Map();
    },
  };
}
