/** What a fault does. Sizes in bytes, times in milliseconds. */
export type FaultEffect =
  /** Answers this instead. `json` or `text` is the body. */
  | { type: 'status'; status: number; text?: string; json?: unknown; headers?: Record<string, string> }
  /** An HTML error page, as a proxy in between shows it. Default status 502. */
  | { type: 'html'; status?: number }
  /** 429 with Retry-After. */
  | { type: 'too-many'; retryAfterSeconds: number }
  /** Never answers; the connection stays open. */
  | { type: 'hang' }
  /** Resets the connection. */
  | { type: 'reset' }
  /** Goes on after a while. */
  | { type: 'delay'; delayMs: number }
  /** The body trickles. */
  | { type: 'slow'; bytesPerSecond: number }
  /** Fewer bytes than Content-Length says, then a reset. */
  | { type: 'truncate'; afterBytes: number }
  /** Fewer bytes, ended as if they were all. */
  | { type: 'short'; afterBytes: number }
  /** The effect happens, the answer is lost in a reset. */
  | { type: 'reply-lost' }
  /** The answer of success, without any effect. */
  | { type: 'not-done' }
  /** The port is closed and all connections are reset; it opens again after `forMs`. */
  | { type: 'close-port'; forMs: number }
  /** The repository restarts: it forgets subscriptions, exports and temporary files, and is down for `downMs`. */
  | { type: 'restart'; downMs: number };

/** When a fault strikes and what it does. */
export interface FaultRule {
  effect: FaultEffect;
  /** Any when left out. */
  method?: string;
  /** Case-insensitive, matched against path and query as sent. Any when left out. */
  path?: string | RegExp;
  /** Strikes from the n-th matching call on, counted from 1. Default 1. */
  nth?: number;
  /** From then on every so many matching calls. Default 1: each. */
  every?: number;
  /** How often in all. Default 1; 0: without end. */
  times?: number;
  /** Before or after the effect of the request. Default: what the fault's name suggests. */
  when?: 'before' | 'after';
  /** Strikes once so many bytes of the request's body have come (only `before`). */
  afterRequestBytes?: number;
}

/** A rule in force. */
export interface ActiveFault extends FaultRule {
  id: string;
  matched: number;
  struck: number;
}

/** The rules of one site. */
export interface FaultBoard {
  /** The id of the new rule. */
  add(rule: FaultRule): string;
  /** Takes the rule out, or all rules. */
  clear(id?: string): void;
  all(): readonly ActiveFault[];
  /** How often the rule struck; 0 for one that is not there. */
  struck(id: string): number;
  /** The rules that strike this request, in the order they were added; counts it. */
  strike(method: string, url: string): ActiveFault[];
}

/** Whether the rule strikes after the request's effect. */
export function isAfter(rule: FaultRule): boolean {
  if (rule.when !== undefined) return rule.when === 'after';
  return ['slow', 'truncate', 'short', 'reply-lost'].includes(rule.effect.type);
}

/** A board without rules. */
export function createFaultBoard(): FaultBoard {
  let rules: (ActiveFault & { pattern: RegExp | undefined })[] = [];
  let added = 0;
  return {
    add(rule) {
      added += 1;
      const pattern = rule.path === undefined ? undefined : new RegExp(rule.path, 'iu');
      rules.push({ ...rule, id: `fault-${added}`, matched: 0, struck: 0, pattern });
      return `fault-${added}`;
    },
    clear(id) {
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
    },
    all: () => rules,
    struck: (id) => rules.find((rule) => rule.id === id)?.struck ?? 0,
    strike(method, url) {
      if (rules.length === 0) return [];
      return rules.filter((rule) => {
        if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false;
        if (rule.pattern !== undefined && !rule.pattern.test(url)) return false;
        rule.matched += 1;
        const since = rule.matched - (rule.nth ?? 1);
        const times = rule.times ?? 1;
        const strikes = since >= 0 && since % (rule.every ?? 1) === 0 && (times === 0 || rule.struck < times);
        if (strikes) rule.struck += 1;
        return strikes;
      });
    },
  };
}
