import type { Claim } from '../../../ledger/claims.ts';
import type { Delivery } from '../../../ledger/deliveries.ts';
import type { Mail } from '../../../ledger/mails.ts';
import type { Promotion } from '../../../ledger/promotions.ts';
import type { LedgerRecord } from '../../../ledger/records.ts';
import type { Staging } from '../../../ledger/stagings.ts';
import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import type { SiteEvent } from '../../../sandbox/qrs/event-log.ts';
import type { OpenExport } from '../../../sandbox/qrs/export-desk.ts';

/** Everything that a run left behind, as recorded by others than Waybill wherever that is possible. */
export interface RunFacts {
  readonly settings: RunSettings;
  /** By alias. */
  readonly sites: Readonly<Record<string, SiteFacts>>;
  readonly ledger: LedgerFacts;
  readonly mails: readonly MailFacts[];
  readonly store?: StoreFacts;
  /** Names of the files in the artifact folder's `incoming`. */
  readonly incoming: readonly string[];
  readonly workflows: readonly WorkflowFacts[];
  readonly expected: Expectations;
}

/** What Waybill was told to do, apart from the requests on the sites. */
export interface RunSettings {
  readonly installation: string;
  readonly sources: Readonly<Record<string, SourceSettings>>;
  readonly targets: Readonly<Record<string, TargetSettings>>;
  /** Whether owners are mailed at all. */
  readonly mails: boolean;
}

export interface SourceSettings {
  /** Names of the custom properties. */
  readonly properties: Readonly<Record<'server' | 'stream' | 'approval' | 'unpublish' | 'reload', string>>;
  readonly words: Readonly<Record<'approve' | 'deny' | 'yes' | 'overwrite' | 'duplicate', readonly string[]>>;
  readonly unpublish: 'always' | 'byProperty' | 'never';
  readonly whenChanged: 'reapprove' | 'promoteLatest';
  readonly dataCounts: boolean;
  readonly reload: { readonly enabled: boolean; readonly tag: string };
}

export interface TargetSettings {
  readonly data: 'carry' | 'withoutData' | 'reloadAfter';
  /** Whom a new app belongs to where the target does not know the source's owner. */
  readonly fallbackOwner?: string;
}

export interface SiteFacts {
  /** The account that Waybill uses there, `DIR\user`. */
  readonly apiUser: string;
  readonly accounts: readonly string[];
  /** What stood before the first of `events`. */
  readonly start: readonly AppStanding[];
  readonly startStreams: readonly StreamFacts[];
  readonly events: readonly SiteEvent[];
  readonly end: readonly AppStanding[];
  readonly openExports: readonly OpenExport[];
  /** When Waybill read the objects of apps; undefined where nobody noted that. */
  readonly looks?: readonly LookFacts[];
}

/** One reading of the objects of apps, by the host's clock, from the moment that it was asked for. */
export interface LookFacts {
  readonly hostUtc: string;
  readonly appIds: readonly string[];
}

export interface StreamFacts {
  readonly id: string;
  readonly name: string;
}

export interface LedgerFacts {
  readonly promotions: readonly Promotion<DecisionFacts>[];
  readonly records: readonly LedgerRecord[];
  readonly openClaims: readonly Claim[];
  readonly deliveries: readonly Delivery[];
  readonly stagings: readonly Staging[];
  readonly mails: readonly Mail[];
}

/** What the checker reads of a recorded decision. */
export interface DecisionFacts {
  readonly by: { readonly account: string; readonly door: string };
  readonly targets: readonly TargetFacts[];
  readonly tellsOwner?: boolean;
}

/** One target as asked for. Streams by name or as `id:<guid>`. */
export interface TargetFacts {
  readonly site: string;
  readonly mode: 'overwrite' | 'duplicate';
  readonly streams: readonly string[];
}

export interface MailFacts {
  readonly messageId: string;
  readonly promotionKey: string;
  readonly kind: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export interface StoreFacts {
  readonly versions: readonly { readonly key: string; readonly versionId: string; readonly promotionKey: string }[];
  readonly uploads: readonly { readonly key: string; readonly uploadId: string }[];
}

export interface WorkflowFacts {
  readonly workflowId: string;
  readonly type: string;
  /** As Temporal names it: RUNNING, COMPLETED, FAILED… */
  readonly status: string;
  /** What the workflow itself shows, while it runs. */
  readonly state?: string;
}

/** What cannot be read off the sites. */
export interface Expectations {
  /** Decisions by console, CLI or Temporal UI, which no site knows of. */
  readonly decisions?: readonly OutsideDecision[];
  /** Apps (by id) whose approval may come to nothing, because a policy or a problem stands in its way. */
  readonly notOwed?: readonly string[];
  /** Promotion keys that may still be under way or wait for an operator. */
  readonly open?: readonly string[];
  /** Addresses that no mail reaches. */
  readonly undeliverable?: readonly string[];
  /** Approvals before this time (host clock) are none of Waybill's business. */
  readonly startedUtc?: string;
}

export interface OutsideDecision {
  readonly site: string;
  readonly appId: string;
  readonly account: string;
  readonly verdict: 'approve' | 'deny';
  readonly targets: readonly TargetFacts[];
  /** On the host's clock. */
  readonly hostUtc: string;
  /** The promotion that Waybill's answer named; undefined where no answer came. */
  readonly promotionKey?: string;
}

export type RuleLetter = 'a' | 'b' | 'c' | 'd' | 'e' | 'f' | 'g';

/** Something that must never be. `text` is a sentence that names rule, app and site. */
export interface Violation {
  readonly rule: RuleLetter;
  readonly site: string;
  readonly app: string;
  readonly text: string;
}

/** A violation in the words that all rules use. */
export function violation(rule: RuleLetter, site: string, app: string, what: string): Violation {
  return { rule, site, app, text: `(${rule}) "${app}" on ${site}: ${what}.` };
}
