import type { Promotion } from '../../ledger/promotions.ts';
import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { waitFor } from './wait-for.ts';
import { MANAGER, type World } from './world.ts';

/** Sets the promotion properties of an app of `dev` as the manager does in the QMC. */
export function approve(
  world: World,
  appId: string,
  targets: Readonly<Record<string, 'Overwrite' | 'Duplicate'>>,
  streams: readonly string[],
  more: Readonly<Record<string, string[]>> = {},
): void {
  const dev = world.site('dev');
  // Nobody approves within the millisecond in which the app was published.
  while (Date.now() <= Date.parse(String(dev.app(appId)?.['modifiedDate'])));
  dev.actAs.setProperties(appId, MANAGER, {
    PromoteToServer: Object.entries(targets).map(([name, mode]) => `${world.alias(name)} - ${mode}`),
    PromoteToStream: [...streams],
    PromotionApproval: ['Approve'],
    ...more,
  });
}

/** The latest promotion of an app of `dev`, once it has ended. */
export async function endedPromotion(world: World, appId: string): Promise<Promotion<StoredDecision>> {
  const look = { site: world.alias('dev'), appId } as const;
  try {
    return await waitFor('the promotion to end', async () => {
      const [latest] = await world.ledger.listPromotions<StoredDecision>(look);
      return latest?.endedAtUtc ? latest : undefined;
    });
  } catch (error) {
    const told = world.logger.lines.filter(({ level }) => level !== 'debug').slice(-15);
    const log = told.map((line) => JSON.stringify(line));
    const records = [...(await latestRecords(world, look)), ...(await stateOfWorkflow(world, appId))];
    throw new Error(`${(error as Error).message}\n${records.join('\n')}\n${log.join('\n')}`, { cause: error });
  }
}

/** What Temporal says of the app's promotion: its state, what it waits for, and how its history ends. */
async function stateOfWorkflow(world: World, appId: string): Promise<string[]> {
  const handle = world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias('dev'), appId));
  const described = await handle.describe().catch((error: Error) => error);
  if (described instanceof Error) return [`no promotion workflow: ${described.message}`];
  const pending = (described.raw.pendingActivities ?? []).map(
    ({ activityType, attempt, lastFailure }) =>
      `${activityType?.name} attempt ${attempt}: ${lastFailure?.message ?? 'running'}`,
  );
  const { events } = await handle.fetchHistory();
  const last = (events ?? []).slice(-6).map((event) => JSON.stringify(event).slice(0, 300));
  return [`promotion ${described.status.name}, ${events?.length} events`, ...pending, ...last];
}

async function latestRecords(world: World, look: { site: string; appId: string }): Promise<string[]> {
  const [latest] = await world.ledger.listPromotions(look);
  const records = latest ? await world.ledger.recordsOf(latest.promotionKey) : [];
  return records.map((record) => JSON.stringify(record).slice(0, 400));
}

export interface StandingApp {
  readonly id: string;
  readonly name: string;
  readonly stream: string | undefined;
  readonly owner: string;
  readonly content: string | undefined;
}

/** All apps of a site, by name and stream, with the hash of their content. */
export function whatStands(world: World, site: string): StandingApp[] {
  return world
    .site(site)
    .apps()
    .map((app) => {
      const owner = app['owner'] as { userDirectory: string; userId: string };
      return {
        id: app.id,
        name: app.name,
        stream: (app['stream'] as { name: string } | null)?.name,
        owner: `${owner.userDirectory}\\${owner.userId}`,
        content: world.site(site).contentHash(app.id),
      };
    })
    .toSorted((a, b) => (`${a.name} ${a.stream}` < `${b.name} ${b.stream}` ? -1 : 1));
}
