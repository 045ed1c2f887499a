import { checkApprovedOnly } from './approved-only.ts';
import { checkMailsOnce } from './mails-once.ts';
import { checkNothingElse } from './nothing-else.ts';
import { checkNothingLeft } from './nothing-left.ts';
import { checkOneEnd } from './one-end.ts';
import { checkRightApps } from './right-apps.ts';
import type { RunFacts, Violation } from './run-facts.ts';
import { viewOf } from './run-view.ts';
import { checkSourceKept } from './source-kept.ts';

/**
 * What a run did that must never happen, by the rules (a) to (g): empty when nothing did. A pure function over what
 * sites, mailbox, store and ledger recorded; it shares no judgement with the product.
 */
export function checkRun(facts: RunFacts): Violation[] {
  const view = viewOf(facts);
  return [
    ...checkOneEnd(view),
    ...checkRightApps(view),
    ...checkSourceKept(view),
    ...checkApprovedOnly(view),
    ...checkNothingLeft(view),
    ...checkMailsOnce(view),
    ...checkNothingElse(view),
  ];
}
