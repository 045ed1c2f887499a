import type { RunDraft } from './break-run.ts';
import type { RuleLetter } from './run-facts.ts';
import { APP } from './synthetic-run.ts';

/** A way to break a clean run, and where the checker must find it. */
export interface Breach {
  readonly what: string;
  readonly rule: RuleLetter;
  readonly site: string;
  /** Default: the app that is promoted. */
  readonly app: string;
  readonly breakIt: (run: RunDraft) => void;
}

/** Breaches of one rule; the app is the promoted one where none is named. */
export function against(
  rule: RuleLetter,
  breaches: readonly (Omit<Breach, 'rule' | 'app'> & { readonly app?: string })[],
): Breach[] {
  return breaches.map((breach) => ({ rule, app: APP, ...breach }));
}
