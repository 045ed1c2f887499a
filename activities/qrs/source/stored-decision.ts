import { waybillError } from '../../../common/errors/catalogue.ts';
import type { AppFacts } from '../../../rules/app-facts.ts';
import type { ChosenTarget } from '../../../rules/property-request.ts';
import type { Revision } from '../../../rules/revision.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { DecisionRecord } from '../../promotion-types.ts';

/** What a target needs to know of the source app beyond the decision; kept in the ledger, never in a history. */
export interface SourceDetails {
  readonly description: string;
  readonly tags: readonly string[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
  readonly ownerId: string;
  readonly ownerDirectory: string;
  readonly ownerUserId: string;
  readonly revision: Revision;
}

export type StoredDecision = DecisionRecord & {
  readonly source: SourceDetails;
  /** What the approval asked for before the targets of this decision were added to it. */
  readonly addedTo?: readonly ChosenTarget[];
};

export function sourceDetailsOf(app: AppFacts, revision: Revision): SourceDetails {
  return {
    description: app.description,
    tags: app.tags,
    properties: app.rows.map(({ name, value }) => ({ name, value })),
    ownerId: app.owner.id,
    ownerDirectory: app.owner.directory,
    ownerUserId: app.owner.userId,
    revision,
  };
}

/** The decision without the source's details, as a workflow carries it. */
export function withoutDetails(stored: StoredDecision): DecisionRecord {
  const { source: _, addedTo: __, ...decision } = stored;
  return decision;
}

/** The decision as recorded. @throws WAYBILL_PROMOTION_RECORD_MISSING */
export async function storedDecision(deps: ActivityDependencies, promotionKey: string): Promise<StoredDecision> {
  const promotion = await deps.ledger.getPromotion<StoredDecision>(promotionKey);
  if (!promotion) throw waybillError('WAYBILL_PROMOTION_RECORD_MISSING', { promotionKey });
  return promotion.decision;
}
