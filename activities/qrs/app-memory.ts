import type { RememberedDecision } from '../../rules/same-decision.ts';

/** What Waybill remembers of one app on a source site; kept in the ledger. */
export interface AppMemory {
  /** Digest of the state that its promotion was last nudged for. */
  readonly digest?: string;
  readonly remembered?: RememberedDecision;
  /** Tokens of exports that may still be running. */
  readonly exportTokens?: readonly string[];
}

/** What Waybill remembers of a source site. Times are the site's own clock. */
export interface SiteMemory {
  /** Nothing older than this is acted on. */
  readonly firstStartUtc: string;
  /** Publishes and reloads up to here have been looked at. */
  readonly watermarkUtc: string;
  readonly handles?: Readonly<Record<string, string>>;
  /** Where the next look at waiting apps goes on. */
  readonly waitingCursor?: string;
}
