import { isDeepStrictEqual } from 'node:util';
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { reconcileScheduleId, scheduleIds, workflowTypes } from '../workflows/contract.ts';
import type { Logger } from '../common/logger.ts';

const CATCH_UP_MS = 60_000;
const ENSURE_EVERY_MS = 10 * 60_000;

export interface EnsureSchedulesOptions {
  readonly client: Client;
  readonly taskQueue: string;
  /** `staging.sweepEvery`, in milliseconds. */
  readonly sweepEveryMs: number;
  /**
   * The sites to keep watched, and the workflow that starts a `siteWatch` for each that has none. A Schedule cannot
   * start `siteWatch/<site>` itself: it puts the time behind every workflow id.
   */
  readonly keepWatched?: { readonly sites: readonly string[]; readonly workflowType: string };
  /**
   * The tenants whose failed reloads are asked for, and how often in milliseconds; 0: never. The Schedules of tenants that
   * are not named are removed.
   */
  readonly reconcile?: readonly { readonly tenant: string; readonly everyMs: number }[];
  readonly logger: Logger;
}

interface Plan {
  readonly scheduleId: string;
  readonly workflowType: string;
  readonly everyMs: number;
  readonly args: unknown[];
}

type Outcome = 'made' | 'changed' | 'unchanged' | 'removed';

export type SchedulesOutcome = Readonly<Record<string, Outcome>>;

/**
 * Makes the Schedules of the contract, or changes those that differ; one that somebody paused stays paused. Overlap
 * is skipped, and what was missed for over a minute is not caught up. Safe to repeat and to run in several processes
 * at once.
 */
export async function ensureSchedules(options: EnsureSchedulesOptions): Promise<SchedulesOutcome> {
  const outcome: Record<string, Outcome> = {};
  for (const scheduleId of await abandoned(options)) {
    await options.client.schedule.getHandle(scheduleId).delete().catch(unlessGone);
    outcome[scheduleId] = 'removed';
    options.logger.info({ schedule: scheduleId }, 'Schedule removed');
  }
  for (const plan of plans(options)) {
    const done = await ensureSchedule(plan, options);
    outcome[plan.scheduleId] = done;
    if (done !== 'unchanged')
      options.logger.info({ schedule: plan.scheduleId, everyMs: plan.everyMs }, `Schedule ${done}`);
  }
  return outcome;
}

function plans(options: EnsureSchedulesOptions): Plan[] {
  return [...sitePlans(options), ...tenantPlans(options)];
}

function tenantPlans({ reconcile = [] }: EnsureSchedulesOptions): Plan[] {
  return reconcile.flatMap(({ tenant, everyMs }) => {
    const scheduleId = reconcileScheduleId(tenant);
    return everyMs === 0
      ? []
      : [{ scheduleId, workflowType: workflowTypes.reconcileReloads, everyMs, args: [{ tenant }] }];
  });
}

/** Schedules of ours that ask for failed reloads of a tenant that nobody wants to be asked any more. */
async function abandoned(options: EnsureSchedulesOptions): Promise<string[]> {
  const { client, taskQueue, reconcile } = options;
  if (reconcile === undefined) return [];
  const wanted = new Set(tenantPlans(options).map(({ scheduleId }) => scheduleId));
  const found: string[] = [];
  for await (const { scheduleId, action } of client.schedule.list()) {
    if (action?.workflowType !== workflowTypes.reconcileReloads || wanted.has(scheduleId)) continue;
    // Another installation may have its own in the same namespace.
    const described = await client.schedule.getHandle(scheduleId).describe().catch(unlessGone);
    if (described?.action.taskQueue === taskQueue) found.push(scheduleId);
  }
  return found;
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

function sitePlans({ sweepEveryMs, keepWatched }: EnsureSchedulesOptions): Plan[] {
  const sweep: Plan = {
    scheduleId: scheduleIds.sweepStaging,
    workflowType: workflowTypes.sweepStaging,
    everyMs: sweepEveryMs,
    args: [{}],
  };
  if (keepWatched === undefined) return [sweep];
  const { workflowType, sites } = keepWatched;
  const args = [{ sites: sites.toSorted() }];
  return [sweep, { scheduleId: scheduleIds.ensureSiteWatch, workflowType, everyMs: ENSURE_EVERY_MS, args }];
}

async function ensureSchedule(plan: Plan, options: EnsureSchedulesOptions): Promise<'made' | 'changed' | 'unchanged'> {
  const wanted = scheduleOf(plan, options.taskQueue);
  const handle = options.client.schedule.getHandle(plan.scheduleId);
  try {
    if (isAsWanted(await handle.describe(), plan, options.taskQueue)) return 'unchanged';
    await handle.update((present) => ({ ...wanted, state: present.state }));
    return 'changed';
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
  try {
    await options.client.schedule.create({ scheduleId: plan.scheduleId, ...wanted });
    return 'made';
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return 'unchanged';
    throw error;
  }
}

function scheduleOf({ scheduleId, workflowType, everyMs, args }: Plan, taskQueue: string) {
  return {
    spec: { intervals: [{ every: everyMs }] },
    action: { type: 'startWorkflow' as const, workflowType, workflowId: scheduleId, taskQueue, args },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP_MS },
  };
}

function isAsWanted({ spec, action, policies }: ScheduleDescription, plan: Plan, taskQueue: string): boolean {
  return (
    spec.intervals?.length === 1 &&
    spec.intervals[0]?.every === plan.everyMs &&
    action.workflowType === plan.workflowType &&
    action.workflowId === plan.scheduleId &&
    action.taskQueue === taskQueue &&
    isDeepStrictEqual(action.args, plan.args) &&
    policies.overlap === ScheduleOverlapPolicy.SKIP &&
    policies.catchupWindow === CATCH_UP_MS
  );
}
