/** Settings of one group that are to be tried before they are saved. It holds no secret: references to where each is kept. */
export interface TrialInput {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly kept: readonly (readonly string[])[];
  /** Who asks; a test mail goes to this account unless `to` says otherwise. */
  readonly account: string;
  readonly to?: string;
}

/** One thing that was tried. For people; no secret is in it. */
export interface TrialStep {
  readonly name: string;
  /** `look`: it works, and something about it should be known. */
  readonly verdict: 'ok' | 'look' | 'broken' | 'skipped';
  readonly what: string;
  /** What to do. */
  readonly remedy?: string;
}

export interface TrialActivities {
  /** Whether a site answers with these settings. Changes nothing there. */
  trySite(input: TrialInput): Promise<readonly TrialStep[]>;
  /** Whether a mail is sent with these settings: one is. */
  tryMail(input: TrialInput): Promise<readonly TrialStep[]>;
  /** Whether a bucket can be written to with these settings; what was written is gone again. */
  tryBucket(input: TrialInput): Promise<readonly TrialStep[]>;
}
