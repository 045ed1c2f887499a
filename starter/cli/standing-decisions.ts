import { outcomeOf } from '../../temporal/outcome-of.ts';
import type { TemporalClient } from '../../temporal/connect.ts';
import { type TargetChoice, workflowIds } from '../../workflows/contract.ts';
import type { Cli } from './cli-context.ts';
import type { AppMemoryOfRecord } from '../../views/recorded-shapes.ts';
import { targetSitesOf } from '../../views/target-sites.ts';
import { withTemporal } from '../../temporal/send-order.ts';

/** A decision that nobody acts on until somebody asks for it. Times are the site's own clock; what is not known is null. */
export interface StandingDecision {
  readonly appId: string;
  readonly appName: string | null;
  readonly owner: string | null;
  readonly stream: string | null;
  readonly verdict: 'approve' | 'deny';
  readonly targets: readonly TargetChoice[];
  readonly decidedBy: string | null;
  readonly decidedAtUtc: string | null;
  /**
   * `first-start`: it is older than Waybill's first start at the site. `restored-ledger`: it is older than the moment at
   * which the ledger was put back from a backup that does not know it; it may have been carried out.
   */
  readonly since: 'first-start' | 'restored-ledger';
  /** The key that its promotion had, or would get; null for `first-start`. */
  readonly promotionKey: string | null;
  /** What Temporal knows of deliveries of this decision, by target; null where it knows none, or does not answer. */
  readonly delivered: Readonly<Record<string, string>> | null;
}

/** How a delivery ended, as its workflow told it. */
interface DeliveryOutcomeOfRecord {
  readonly site: string;
  readonly state: 'verified' | 'skipped' | 'aborted' | 'superseded';
}

/** Every decision of a site that waits to be taken up or dismissed. */
export async function standingDecisions(cli: Cli, site: string): Promise<StandingDecision[]> {
  const memories = await cli.ledger.listAppMemories<AppMemoryOfRecord>(site);
  const standing = memories.flatMap(({ appId, memory }) => standingIn(appId, memory));
  if (!standing.some(({ promotionKey }) => promotionKey !== null)) return standing;
  try {
    return await withTemporal({ config: cli.config, timeoutMs: 3000 }, (temporal) =>
      Promise.all(standing.map((one) => withTrace(temporal, one))),
    );
  } catch (error) {
    cli.remark(`What Temporal knows of them cannot be told: ${(error as Error).message}`);
    return standing;
  }
}

function standingIn(appId: string, { remembered, standing }: AppMemoryOfRecord): StandingDecision[] {
  if (!remembered?.baseline) return [];
  const { appName = null, owner = null, streamName = null, decidedBy = null, decidedAtUtc = null } = standing ?? {};
  const { verdict, targets } = remembered;
  const promotionKey = standing?.lostPromotionKey ?? null;
  const since = promotionKey === null ? 'first-start' : 'restored-ledger';
  const decision = { appId, appName, owner, stream: streamName, verdict, targets, decidedBy, decidedAtUtc };
  return [{ ...decision, since, promotionKey, delivered: null }];
}

async function withTrace(temporal: TemporalClient, decision: StandingDecision): Promise<StandingDecision> {
  const outcomes = await deliveriesOf(temporal, decision);
  if (outcomes.length === 0) return decision;
  return { ...decision, delivered: Object.fromEntries(outcomes.map(({ site, state }) => [site, state])) };
}

/** How the deliveries of a decision ended that the ledger has lost, as far as Temporal knows. */
async function deliveriesOf(
  { client }: TemporalClient,
  { promotionKey, targets }: Pick<StandingDecision, 'promotionKey' | 'targets'>,
): Promise<DeliveryOutcomeOfRecord[]> {
  if (promotionKey === null) return [];
  const sites = targetSitesOf({ targets }).toSorted();
  const found = await Promise.all(
    sites.map((site) => outcomeOf<DeliveryOutcomeOfRecord>(client, workflowIds.deliver(promotionKey, site))),
  );
  return found.filter((outcome) => outcome !== undefined);
}
