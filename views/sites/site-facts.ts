import type { Finding, LatestExamination } from '../../common/finding.ts';
import type { SiteWatchStatus } from '../../workflows/contract.ts';

/** A task queue of a site, as Temporal tells it. */
export interface SiteQueue {
  readonly queue: string;
  readonly polled: boolean;
  /** ISO 8601, UTC; Temporal forgets polls after 5 minutes. */
  readonly lastPollUtc?: string;
  readonly backlog: number;
}

/** The watch of a source: `none` is running, or it runs and did not answer in time. */
export type WatchLook = 'none' | 'silent' | SiteWatchStatus;

/** A site as it is configured, and what could be had of it; what could not is missing. */
export interface SiteFacts {
  readonly site: string;
  readonly isSource: boolean;
  readonly isTarget: boolean;
  /** How a source is watched by its settings. */
  readonly watchMode?: 'callback' | 'poll';
  readonly isPaused: boolean;
  /** Undefined where Temporal does not answer. */
  readonly queues?: readonly SiteQueue[];
  readonly watch?: WatchLook;
  readonly test?: LatestExamination;
  /** What the latest tests of several sites tell together. */
  readonly versions: readonly Finding[];
}
