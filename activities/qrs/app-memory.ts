import type { PropertyRow } from '../../rules/app-facts.ts';
import type { SeenObject } from '../../rules/revision.ts';
import type { RememberedDecision } from '../../rules/same-decision.ts';

/** What Waybill remembers of one app on a source site; kept in the ledger. */
export interface AppMemory {
  /** Digest of the state that its promotion was last nudged for. */
  readonly digest?: string;
  readonly remembered?: RememberedDecision;
  /** The app's property rows at the last look, with the author and date that each had when it was first seen. */
  readonly rows?: readonly PropertyRow[];
  /** What the app held when it was last seen without a decision: what its approver can have looked at. */
  readonly seen?: readonly SeenObject[];
  /** What people call the app of a decision that stood before the first start; whoever may adopt it reads it. */
  readonly standing?: StandingDecision;
  /** Somebody took up that decision: it is no longer too old to be acted on. */
  readonly adopted?: boolean;
  /** The restore of the ledger (`SiteMemory.restoredUtc`) that somebody settled this app's decision of. */
  readonly released?: string;
  /** The publish that the stream's approvers were told of. */
  readonly alertedPublishUtc?: string;
  /** Tokens of exports that may still be running. */
  readonly exportTokens?: readonly string[];
}

/** A decision that stood before the first start, in words; `remembered` holds the rest of it. */
export interface StandingDecision {
  readonly appName: string;
  /** `DIR\user`. */
  readonly owner: string;
  readonly streamName?: string;
  /** `DIR\user` of whoever set the approval property. */
  readonly decidedBy: string;
  /** The site's own clock. */
  readonly decidedAtUtc: string;
  /** Not older than the first start, but than the restore of a ledger that does not know it; its promotion's key. */
  readonly lostPromotionKey?: string;
}

/** What Waybill remembers of a source site. Times are the site's own clock. */
export interface SiteMemory {
  /** Nothing older than this is acted on. */
  readonly firstStartUtc: string;
  /** Publishes and reloads up to here have been looked at. */
  readonly watermarkUtc: string;
  /** The ledger was put back from a backup by then. What is older and not known to it may have been done before. */
  readonly restoredUtc?: string;
  /** When `waybill restore` put this ledger back (this host's clock); gone once it is noticed. */
  readonly putBackUtc?: string;
  /** The restore after which what the ledger holds open was started. */
  readonly resumedUtc?: string;
  /** How many sweeps were written down; it only rises, whatever the site's clock does. */
  readonly sweeps?: number;
  /** How many the ledger had come to that was lost. */
  readonly lostSweeps?: number;
  readonly handles?: Readonly<Record<string, string>>;
  /** Handles of former subscriptions that are still to be deleted. */
  readonly formerHandles?: readonly string[];
  /** Where the next look at apps that the sweep does not find goes on. */
  readonly missingCursor?: string;
}
