import type { Client } from '@temporalio/client';
import { waybillError } from '../common/errors/catalogue.ts';
import { servedSites } from '../config/lookup.ts';
import { clientOver, type PrepareOptions, prepareTemporal } from '../temporal/prepare-temporal.ts';
import { taskQueues } from '../workflows/contract.ts';
import type { SiteKeeper } from './keep-sites-watched.ts';
import type { LiveActivities } from './live-activities.ts';
import type { RunningFleet } from './running-fleet.ts';
import type { RunningWorkers, TakenOver, WorkersConfig } from './run-worker.ts';
import { tellWatches } from './tell-watches.ts';
import { createFleet, discardFleet, type FleetActivities, type FleetOptions } from './worker-fleet.ts';

export interface TakeOverOptions {
  readonly config: WorkersConfig;
  readonly activities: (client: Client) => FleetActivities;
  /** Done before any step runs with the new settings. */
  readonly beforeSteps?: (client: Client) => Promise<void>;
}

/** The parts of running Workers that a take-over changes. */
export interface TakeOverParts {
  readonly fleetOptions: PrepareOptions & FleetOptions & { readonly activities: LiveActivities };
  readonly fleet: RunningFleet;
  readonly sites: SiteKeeper;
  readonly prepare: boolean;
  /** Aborted when the Workers are being stopped. */
  readonly signal: AbortSignal;
}

/**
 * How running Workers go on with other settings. Whatever can fail comes first: Temporal's side is prepared and Workers of
 * new sites are made. Then steps are exchanged at once, and the Workers of sites that are gone end when they are idle.
 */
export function takeOver(parts: TakeOverParts): RunningWorkers['takeOver'] {
  const { fleetOptions, fleet, sites, prepare, signal } = parts;
  const { activities } = fleetOptions;
  const leaving = new Map<string, Promise<void>>();
  let served = servedSites(fleetOptions.config);

  const leave = async (site: string): Promise<void> => {
    await fleet.leave(queuesOf(site));
    if (!served.includes(site)) activities.left(site);
    leaving.delete(site);
  };

  return async ({ config, activities: makeActivities, beforeSteps }): Promise<TakenOver> => {
    const options = { ...fleetOptions, config };
    const client = clientOver(options);
    if (prepare) await prepareTemporal(options);
    await beforeSteps?.(client);
    const wanted = servedSites(config);
    const added = wanted.filter((site) => !served.includes(site));
    const gone = served.filter((site) => !wanted.includes(site));
    const back = added.filter((site) => fleet.stay(queuesOf(site)));
    const isNew = (site: string): boolean => !back.includes(site);
    await Promise.all(added.filter(isNew).map((site) => leaving.get(site) ?? Promise.resolve()));
    const workers = await createFleet({ ...options, sitesAlone: added.filter(isNew) });
    if (signal.aborted) {
      await discardFleet(workers);
      throw waybillError('WAYBILL_TEMPORAL_STOPPED', { what: 'The take-over of settings' });
    }
    const next = makeActivities(client);
    served = wanted;
    for (const site of back) activities.left(site);
    const finished = activities.replace(next, gone);
    fleet.add(workers);
    for (const site of gone) leaving.set(site, leave(site));
    if (prepare) sites.keep(options);
    await tellWatches(options, client);
    return { finished };
  };
}

function queuesOf(site: string): string[] {
  return [taskQueues.site(site), taskQueues.siteBulk(site)];
}
