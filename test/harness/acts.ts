import type { Promotion } from '../../ledger/promotions.ts';
import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
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
  world.site('dev').actAs.setProperties(appId, MANAGER, {
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
    return await waitFor(
      'the promotion to end',
      async () => {
        const [latest] = await world.ledger.listPromotions<StoredDecision>(look);
        return latest?.endedAtUtc ? latest : undefined;
      },
      30_000,
    );
  } catch (error) {
    const log = world.logger.lines.slice(-15).map((line) => JSON.stringify(line));
    const records = await latestRecords(world, look);
    throw new Error(`${(error as Error).message}\n${records.join('\n')}\n${log.join('\n')}`, { cause: error });
  }
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
