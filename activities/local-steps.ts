import { LocalWait } from './activity-context.ts';
import type { PlanOutcome } from './delivery-types.ts';
import type { Assessment } from './promotion-types.ts';
import type { RouteOutcome } from './watch-types.ts';
import type { SiteActivities } from './create-activities.ts';

/** `elsewhere`: this process does not do the step now; it is to go over the queue of its site. */
export type Local<T> = T | 'elsewhere';

/**
 * Short looks as local activities of Temporal, done by the worker that has the workflow: without a way over the service
 * and back, which costs more than the look. The first try only; see `workflows/locally-first.ts`.
 */
export interface LocalActivities {
  assessLocally(input: Parameters<SiteActivities['assess']>[0]): Promise<Local<Assessment>>;
  readAndRouteLocally(input: Parameters<SiteActivities['readAndRoute']>[0]): Promise<Local<RouteOutcome>>;
  planDeliveryLocally(input: Parameters<SiteActivities['planDelivery']>[0]): Promise<Local<PlanOutcome>>;
}

export interface LocalOptions {
  readonly activities: Pick<SiteActivities, 'assess' | 'readAndRoute' | 'planDelivery'>;
  /** Whether this process works at a site at all (`worker.sites`). */
  readonly serves: (site: string) => boolean;
  readonly isPaused: (site: string) => Promise<boolean>;
  /** How many short steps run at once on one site; what comes beyond waits in the queue of the site. */
  readonly slots: number;
}

/** The looks over the activities that do them; nothing is begun at a site that is paused or busy, or not served here, and nothing waits. */
export function createLocalActivities({ activities, serves, isPaused, slots }: LocalOptions): LocalActivities {
  const running = new Map<string, number>();
  const here = async <I extends { readonly site: string }, T>(
    input: I,
    look: (input: I) => Promise<T>,
  ): Promise<Local<T>> => {
    const { site } = input;
    const busy = running.get(site) ?? 0;
    if (!serves(site) || busy >= slots) return 'elsewhere';
    running.set(site, busy + 1);
    try {
      return (await isPaused(site)) ? 'elsewhere' : await look(input);
    } catch (error) {
      if (error instanceof LocalWait) return 'elsewhere';
      throw error;
    } finally {
      running.set(site, (running.get(site) ?? 1) - 1);
    }
  };
  return {
    assessLocally: (input) => here(input, activities.assess),
    readAndRouteLocally: (input) => here(input, activities.readAndRoute),
    planDeliveryLocally: (input) => here(input, activities.planDelivery),
  };
}
