import type { Decider, DecisionVerdict, TargetChoice } from '../workflows/contract.ts';

/*
 * What the activities write into the ledger, as far as it is shown. A part that is missing is shown as missing: the
 * ledger outlives the program that wrote it.
 */

/** The decision of a promotion. */
export interface DecisionOfRecord {
  readonly promotionKey: string;
  readonly decisionId: string;
  readonly verdict: DecisionVerdict;
  readonly app: { readonly name: string; readonly owner: string; readonly streamName?: string };
  readonly by: Decider;
  readonly decidedAtUtc: string;
  readonly note?: string;
  readonly targets: readonly TargetChoice[];
  readonly cleanUp?: 'unpublish' | 'strip' | 'nothing';
  readonly version?: 'off' | 'wanted' | 'required';
}

/** What is remembered of an app on its source site. */
export interface AppMemoryOfRecord {
  readonly digest?: string;
  readonly adopted?: boolean;
  readonly released?: string;
  readonly remembered?: {
    readonly decisionId: string;
    readonly verdict: 'approve' | 'deny';
    readonly targets: readonly TargetChoice[];
    readonly baseline: boolean;
  };
  readonly standing?: {
    readonly appName: string;
    readonly owner: string;
    readonly streamName?: string;
    readonly decidedBy: string;
    readonly decidedAtUtc: string;
    readonly lostPromotionKey?: string;
  };
}

/** What is remembered of a source site. */
export interface SiteMemoryOfRecord {
  readonly restoredUtc?: string;
}
