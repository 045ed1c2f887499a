import type { Finding } from '../../../common/finding.ts';
import type { TemporalClient } from '../../../temporal/connect.ts';
import type { LedgerlessCli } from '../cli-context.ts';
import type { DoctorOptions } from './options.ts';

/** One call of doctor. */
export interface DoctorRun {
  readonly cli: LedgerlessCli;
  readonly options: DoctorOptions;
  /** What kept a wanted check from being made; it is told whatever is wanted. */
  readonly causes: Set<Finding>;
}

/** The worker's side of a run: none where Temporal does not answer, or nobody polls the main queue. */
export interface Workers {
  readonly temporal: TemporalClient;
  readonly polled: ReadonlySet<string>;
  /** What is said of each site that no worker serves. */
  readonly unserved: ReadonlyMap<string, Finding>;
}
