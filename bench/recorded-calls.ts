import { type AppRoles, type PromotionCall, purposeOf } from './call-purposes.ts';
import type { PreparedApp, PromotionTimes } from './promote.ts';
import type { Stage } from './stage.ts';

/** What one promotion asked of its sites, in order, and which apps took part. */
export interface RecordedPromotion {
  readonly app: PreparedApp;
  readonly target: string;
  readonly roles: AppRoles;
  readonly calls: readonly PromotionCall[];
}

/** The calls of a promotion to one target, from its approval to the unpublished source. Nothing else may be promoted meanwhile. */
export async function recordCalls(stage: Stage, app: PreparedApp, times: PromotionTimes): Promise<RecordedPromotion> {
  const [source = ''] = Object.keys(stage.config.sources);
  const [target = ''] = Object.keys(stage.config.targets);
  const roles: AppRoles = {
    source: app.appId,
    target: app.standing[target] ?? '',
    staging: await madeBy(stage, target, 'upload-app', times),
    copy: await madeBy(stage, source, 'copy-app', times),
  };
  const seen = await Promise.all([callsOf(stage, source, roles, times), callsOf(stage, target, roles, times)]);
  const calls = seen.flat().toSorted((a, b) => (a.atUtc < b.atUtc ? -1 : a.atUtc > b.atUtc ? 1 : 0));
  return { app, target, roles, calls };
}

async function callsOf(
  { qmc }: Stage,
  site: string,
  roles: AppRoles,
  { approvedAtUtc, unpublishedAtUtc }: PromotionTimes,
): Promise<PromotionCall[]> {
  const { requests } = await qmc.requests(site);
  return requests
    .filter(({ atUtc }) => atUtc >= approvedAtUtc && atUtc <= unpublishedAtUtc)
    .flatMap((request) => {
      const purpose = purposeOf(request, roles);
      return purpose ? [{ ...request, site, purpose }] : [];
    });
}

async function madeBy({ qmc }: Stage, site: string, action: string, times: PromotionTimes): Promise<string> {
  const events = await qmc.events(site);
  const made = events.find((event) => event.action === action && event.atUtc >= times.approvedAtUtc);
  if (!made) throw new Error(`${site} tells of no ${action}`);
  return made.id;
}
