import type { Config } from '../config/types.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Logger } from '../common/logger.ts';
import type { ArtifactStore } from './artifacts/artifact-store.ts';
import type { DeliveryOutcome, OutgoingMail } from './promotion-types.ts';
import type { QrsClient } from './qrs/client/qrs-client.ts';
import type { VersionStore } from './s3/version-store.ts';

/** What the activities work with. Only `worker/` makes the real ones. */
export interface ActivityDependencies {
  /** The configuration as it is now; asked at every use, so that a changed one is taken over. */
  readonly config: () => Config;
  readonly ledger: Ledger;
  /** The client of a site by alias. */
  readonly qrs: (site: string) => QrsClient;
  readonly artifacts: () => Promise<ArtifactStore>;
  readonly versions: () => Promise<VersionStore>;
  /** Starts the app's promotion, or has the running one look again. Safe to repeat. */
  readonly nudge: (site: string, appId: string) => Promise<void>;
  /** Starts the workflow that sends a mail, unless it runs. Safe to repeat. */
  readonly startMail: (mail: OutgoingMail) => Promise<void>;
  /** Whether a workflow of this id is running now. */
  readonly isRunning: (workflowId: string) => Promise<boolean>;
  /** When the run of that id that is running now began; undefined when none is. */
  readonly runningSince: (workflowId: string) => Promise<string | undefined>;
  /** Starts the watch of a source site unless it runs. Safe to repeat. */
  readonly ensureWatch: (site: string) => Promise<void>;
  /** How a delivery's workflow ended, as Temporal knows it; undefined while it runs, or when there is none. */
  readonly outcomeOf: (workflowId: string) => Promise<DeliveryOutcome | undefined>;
  /** The most sweeps of each source site that were ever seen written down: a ledger with fewer was put back. */
  readonly sweepsSeen: Map<string, number>;
  readonly logger: Logger;
  readonly nowUtc: () => string;
}
