import type { DeliveryPlan } from '../../../rules/delivery-plan.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { DeliveryOutcome } from '../../promotion-types.ts';

/** The part of a plan that is carried out. */
export type ChosenPlan = Pick<DeliveryPlan, 'items' | 'missingStreams'> & Partial<Pick<DeliveryPlan, 'alreadyServed'>>;

/** What the ledger knows of a delivery whose workflow Temporal has lost. */
export interface EarlierRun {
  /** How it ended: nothing is left to do, and what an operator ordered stays so. */
  readonly ended?: DeliveryOutcome;
  /**
   * The plan that it had begun to carry out. Against what stands now another would come out: an app that it published
   * itself would look like one to be replaced.
   */
  readonly begun?: ChosenPlan;
}

/** What an earlier run of a delivery came to, by the ledger; undefined for one that has never planned. Reads only. */
export async function earlierRun(
  deps: ActivityDependencies,
  promotionKey: string,
  site: string,
): Promise<EarlierRun | undefined> {
  const [delivery] = await deps.ledger.listDeliveries({ promotionKey, target: site });
  if (!delivery) return undefined;
  const records = await deps.ledger.recordsOf(promotionKey);
  if (delivery.endedAtUtc !== undefined) {
    const end = records.find(({ seq }) => seq === `deliver/${site}/${delivery.state}`);
    return end && { ended: end.facts as DeliveryOutcome };
  }
  const staged = await deps.ledger.listStagings({ promotionKey, target: site });
  if (staged.length === 0) return undefined;
  const planned = records.findLast((record) => record.type === 'planned' && record.site === site);
  return planned && { begun: planned.facts as ChosenPlan };
}
