import type { Finding, SiteExamination } from '../common/finding.ts';
import type { Pace } from './pace.ts';

export type { Finding, SiteExamination } from '../common/finding.ts';

export interface WatchPlan {
  /** Whether QRS is asked to call back; without, the sweep alone does the job. */
  readonly callbacks: boolean;
  readonly sweepMs: number;
  readonly renewMs: number;
  readonly pace: Pace;
}

export interface RouteOutcome {
  /** Apps read. */
  readonly read: number;
  /** Promotions that were nudged because their app's verdict changed. */
  readonly nudged: number;
}

/** `sweeps`: how many the ledger has come to; kept in Temporal as well. */
export interface SweepOutcome extends RouteOutcome {
  readonly sweeps: number;
}

/** Watching one source site; run on its own queue. */
export interface WatchActivities {
  /** `fresh`: a first run, maybe of a new Temporal database: whatever the ledger holds open is nudged. */
  openWatch(input: { site: string; fresh: boolean }): Promise<WatchPlan>;
  /** `restarted`: a handle was unknown, so the repository lost its subscriptions: sweep now. */
  renewSubscriptions(input: { site: string }): Promise<{ restarted: boolean }>;
  sweepSite(input: { site: string }): Promise<SweepOutcome>;
  readAndRoute(input: { site: string; appIds: readonly string[] }): Promise<RouteOutcome>;
}

export interface SweepStagingOutcome {
  readonly removed: number;
  readonly left: number;
}

/** Removes what crashes and given-up deliveries left behind at one site. */
export interface SweepActivities {
  sitesToSweep(): Promise<readonly string[]>;
  sweepStagingOf(input: { site: string }): Promise<SweepStagingOutcome>;
  /** Removes exported files that nothing needs any more. */
  collectArtifacts(): Promise<number>;
  /** Ends uploads to S3 that a dead process left half-way. */
  collectUploads(): Promise<number>;
  /** Removes attempts from the ledger that are older than it keeps them. */
  forgetAttempts(): Promise<number>;
}

/** What a check found, step by step. */
export interface CheckStep {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface CheckActivities {
  checkSite(input: { site: string }): Promise<readonly CheckStep[]>;
  checkMail(input: { to?: string }): Promise<readonly CheckStep[]>;
  checkVersions(): Promise<readonly CheckStep[]>;
  /** Names of the streams there, sorted. */
  listStreams(input: { site: string }): Promise<readonly string[]>;
  /** `scratch`: an app may be made there, and is removed again. */
  examineSite(input: { site: string; scratch: boolean }): Promise<SiteExamination>;
  /** Of what a worker needs besides the sites. */
  examineWorker(input: { scratch: boolean }): Promise<readonly Finding[]>;
}
