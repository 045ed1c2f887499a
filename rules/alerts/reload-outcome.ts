/** How a reload, or one attempt at it, ended. */
export type ReloadOutcome = 'failed' | 'exceeded-limit' | 'canceled' | 'succeeded';

/** Words of the reload service in events and answers, and the two of the engine (Qlik Cloud facts, section 1). */
const outcomes: Readonly<Record<string, ReloadOutcome>> = {
  FAILED: 'failed',
  ERROR: 'failed',
  EXCEEDED_LIMIT: 'exceeded-limit',
  CANCELED: 'canceled',
  SUCCEEDED: 'succeeded',
  OK: 'succeeded',
};

/** The outcome that the status of a reload means; undefined for one that has not ended, or a word that is not known. Pure. */
export function outcomeOfStatus(status: string | undefined): ReloadOutcome | undefined {
  const key = status?.toUpperCase() ?? '';
  return Object.hasOwn(outcomes, key) ? outcomes[key] : undefined;
}
