import { fold, latestRow, type PropertyRow } from './app-facts.ts';
import type { ChosenTarget } from './property-request.ts';

/** What is remembered of an app's last decision by property. */
export interface RememberedDecision {
  readonly decisionId: string;
  readonly verdict: 'approve' | 'deny';
  /** When the approval was set, as first seen; not known of a decision from before this was remembered. */
  readonly approvalUtc?: string;
  /** Ids of the approval rows, and of all rows of the app. */
  readonly approvalRowIds: readonly string[];
  readonly rowIds: readonly string[];
  readonly targets: readonly ChosenTarget[];
  readonly revisionKey: string;
  /** The approval was seen to be gone after this decision. */
  readonly absentSeen: boolean;
  /** The decision stood already when Waybill first saw the site; it is acted on only when adopted. */
  readonly baseline: boolean;
  /** The content was newer than the decision, so that nothing was done on it. */
  readonly stale: boolean;
}

export interface SeenDecision {
  readonly verdict: 'approve' | 'deny';
  readonly approvalRows: readonly PropertyRow[];
  /** All rows of the app: another property that kept its row tells as much as one of the request. */
  readonly rows: readonly PropertyRow[];
  readonly targets: readonly ChosenTarget[];
  readonly revisionKey: string;
}

/**
 * `same` may bring targets that were added since; those are delivered in addition. `other-content`: the rows were all made
 * anew with the same word while the app changed, so that nobody can say whether somebody decided on what it holds now.
 */
export type DecisionIdentity =
  | { readonly kind: 'new' }
  | { readonly kind: 'other-content' }
  | { readonly kind: 'same'; readonly added: readonly ChosenTarget[] };

/**
 * Tells whether the rows an app bears now are the decision that is remembered (design 3.3).
 *
 * Whether QRS keeps row ids when a client resends all rows is not known (QRS facts, section 2), so this is right
 * under both: rows that are all new at once, with the same word over the same content and never seen absent, are
 * the same decision; an approval row that is new while others were kept was set anew by somebody. So was one that bears
 * another date than it was first seen with: nobody looked while others were kept.
 */
export function identifyDecision(seen: SeenDecision, last: RememberedDecision | undefined): DecisionIdentity {
  if (!last || last.absentSeen || last.verdict !== seen.verdict) return { kind: 'new' };
  const approvalKept = seen.approvalRows.some((row) => last.approvalRowIds.includes(row.id));
  if (!approvalKept) {
    const othersKept = seen.rows.some((row) => last.rowIds.includes(row.id));
    if (othersKept || isOfAnotherTime(seen, last)) return { kind: 'new' };
    if (seen.revisionKey !== last.revisionKey) return { kind: 'other-content' };
  }
  return { kind: 'same', added: last.baseline ? [] : addedTargets(seen.targets, last.targets) };
}

function isOfAnotherTime({ approvalRows }: SeenDecision, { approvalUtc }: RememberedDecision): boolean {
  return approvalUtc !== undefined && latestRow(approvalRows)?.modifiedUtc !== approvalUtc;
}

/** The targets and streams of `now` that `before` did not hold, each once. */
export function addedTargets(now: readonly ChosenTarget[], before: readonly ChosenTarget[]): ChosenTarget[] {
  const key = (target: ChosenTarget, stream: string): string =>
    [fold(target.site), target.mode, fold(stream)].join('\n');
  const known = new Set(before.flatMap((target) => target.streams.map((stream) => key(target, stream))));
  const isNew = (target: ChosenTarget, stream: string): boolean => {
    const unseen = !known.has(key(target, stream));
    known.add(key(target, stream));
    return unseen;
  };
  return now
    .map((target) => ({ ...target, streams: target.streams.filter((stream) => isNew(target, stream)) }))
    .filter((target) => target.streams.length > 0);
}

/** All targets of both lists, without doubles. */
export function joinTargets(left: readonly ChosenTarget[], right: readonly ChosenTarget[]): ChosenTarget[] {
  const joined = left.map((target) => ({ ...target }));
  for (const target of addedTargets(right, left)) {
    const same = joined.find((one) => fold(one.site) === fold(target.site) && one.mode === target.mode);
    if (same) same.streams = [...same.streams, ...target.streams];
    else joined.push({ ...target });
  }
  return joined;
}
