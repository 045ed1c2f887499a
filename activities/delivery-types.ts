import type { TargetChoice } from '../workflows/contract.ts';
import type { Artifact, AppSummary, DecisionRecord, DeliveryOutcome, KeptVersion } from './promotion-types.ts';
import type { Pace } from './pace.ts';

/** What one target site gets. Everything a delivery needs to know of its promotion. */
export interface DeliverInput {
  readonly decision: DecisionRecord;
  readonly site: string;
  readonly choices: readonly TargetChoice[];
  /** What is delivered, where it is known at the start; else it comes by the signal `files`. */
  readonly files?: DeliveryFiles;
  readonly pace: Pace;
}

/** The exported app, and its version in S3. */
export interface DeliveryFiles {
  readonly artifact: Artifact;
  readonly version?: KeptVersion;
}

export interface PlanInput {
  readonly decision: DecisionRecord;
  readonly site: string;
  readonly choices: readonly TargetChoice[];
  readonly chosenAppIds: readonly string[];
}

export interface PlannedStep {
  readonly action: 'publish' | 'replace';
  readonly streamId: string;
  readonly streamName: string;
  /** The app that is replaced. */
  readonly targetAppId?: string;
  /** An overwrite that found no app to replace: one that was published there since is replaced instead. */
  readonly whereNoneStands?: true;
}

/** A step that replaces an app. */
export type ReplaceStep = PlannedStep & { readonly targetAppId: string };

export interface PlanOutcome {
  readonly steps: readonly PlannedStep[];
  readonly missingStreams: readonly string[];
  readonly warnings: readonly string[];
  /** What an operator has to choose or settle before anything is sent; undefined when nothing. */
  readonly undecided?: string;
  /** The id of the new apps' owner at the target; undefined leaves the API user. */
  readonly ownerId?: string;
  /** `carry`, or what happens to the data. */
  readonly data: 'carry' | 'withoutData' | 'reloadAfter';
  /** How an earlier run of this delivery, which Temporal has lost, ended: nothing is left to do. */
  readonly ended?: DeliveryOutcome;
}

/** A staging app of this delivery, by number. */
export interface StagingInput {
  readonly decision: DecisionRecord;
  readonly site: string;
  readonly number: number;
}

export interface StagedApp {
  readonly appId: string;
  readonly number: number;
}

export interface PublishInput extends StagingInput {
  readonly appId: string;
  readonly step: PlannedStep;
  readonly artifact: Artifact;
  /** Ids an operator chose where several apps bear the name. */
  readonly chosenAppIds?: readonly string[];
}

/**
 * `locked`: another promotion publishes an app of that name there now. `taken`: an app to be replaced stands there by
 * now, and nothing was published. `isSettled`: its objects show that it holds what was exported, or nobody wants to
 * know more.
 */
export type PublishOutcome =
  | { readonly outcome: 'locked' }
  | { readonly outcome: 'taken'; readonly replaces: readonly ReplaceStep[] }
  | { readonly outcome?: 'published'; readonly warnings: readonly string[]; readonly isSettled: boolean };

export interface OverwriteInput {
  readonly decision: DecisionRecord;
  readonly site: string;
  readonly step: ReplaceStep;
  readonly stagingAppId: string;
  readonly artifact: Artifact;
  readonly version?: KeptVersion;
  /** How the delivery ends with this, where nothing is left to do. */
  readonly ends?: DeliveryOutcome;
}

/** `locked`: another promotion replaces this app now. `isClosed`: the delivery is over, its upload removed. */
export type OverwriteOutcome =
  | { readonly outcome: 'locked' }
  | { readonly outcome: 'replaced'; readonly isClosed: boolean; readonly warnings: readonly string[] };

export interface CloseDeliveryInput {
  readonly decision: DecisionRecord;
  readonly outcome: DeliveryOutcome;
}

/** Steps at a target site that are quick; run on `site-<alias>`. */
export interface TargetActivities {
  planDelivery(input: PlanInput): Promise<PlanOutcome>;
  copyStaging(input: StagingInput & { fromAppId: string }): Promise<StagedApp>;
  dressStaging(input: StagingInput & { appId: string; ownerId?: string; version?: KeptVersion }): Promise<void>;
  publishStaging(input: PublishInput): Promise<PublishOutcome>;
  removeStaging(input: StagingInput & { appId: string }): Promise<void>;
  reloadApp(input: { site: string; appId: string; promotionKey: string }): Promise<void>;
  finishDelivery(input: CloseDeliveryInput & { staging: StagedApp }): Promise<void>;
  closeDelivery(input: CloseDeliveryInput): Promise<void>;
}

/** Transfers to a target site, and what comes with one; few at a time. */
export interface TargetBulkActivities {
  uploadStaging(input: StagingInput & { artifact: Artifact }): Promise<StagedApp>;
  overwriteTarget(input: OverwriteInput): Promise<OverwriteOutcome>;
  comparePublished(input: PublishInput): Promise<{ warnings: readonly string[] }>;
}

export interface NotifyInput {
  readonly promotionKey: string;
  readonly app?: AppSummary;
}
