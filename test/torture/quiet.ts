import type { WorkflowHandle } from '@temporalio/client';
import { queries, type SiteWatchStatus, workflowIds } from '../../workflows/contract.ts';
import type { World } from '../harness/world.ts';

/** A workflow that runs, with what it shows of itself. */
export interface Busy {
  readonly workflowId: string;
  readonly type: string;
  readonly state: string;
  /** A step of it goes on, or fails and goes on being tried, so that it ends by itself once nothing is amiss. */
  readonly isTried: boolean;
}

/** Workflows that do something now, each with its state; empty where all that is open waits for a person. */
export async function busyWorkflows(world: World): Promise<Busy[]> {
  const open = await openWorkflows(world);
  const stuck = open.some(({ type, state }) => type === 'deliver' && state === 'needs-operator');
  const rests = ({ state, isTried }: Busy): boolean => {
    if (isTried) return false;
    if (['awaiting-decision', 'needs-operator'].includes(state)) return true;
    // Of a promotion with such a delivery, and of another one that waits for the same app at the target.
    return stuck && ['delivering', 'waiting-for-lock'].includes(state);
  };
  return open.filter((one) => !rests(one));
}

async function openWorkflows({ temporal: { client }, config }: World): Promise<Busy[]> {
  const { taskQueue } = config.temporal;
  const found: Promise<Busy>[] = [];
  const query = `TaskQueue = "${taskQueue}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId, type, taskQueue: own } of client.workflow.list({ query })) {
    if (own !== taskQueue || !['promotion', 'deliver', 'notify'].includes(type)) continue;
    found.push(lookAt(client.workflow.getHandle(workflowId), type));
  }
  return Promise.all(found);
}

async function lookAt(handle: WorkflowHandle, type: string): Promise<Busy> {
  const { workflowId } = handle;
  const shown = handle.query<{ state?: string; trouble?: { willRetry: boolean } }>(queries.status);
  const asked = Promise.all([shown, handle.describe()]);
  return asked.then(
    ([{ state = '', trouble }, { raw }]) => {
      // A look that was lost with its worker is missed only after its heartbeat; meanwhile nothing seems to go on.
      const looks = state === 'awaiting-decision' && (raw.pendingActivities ?? []).length > 0;
      return { workflowId, type, state, isTried: looks || trouble?.willRetry === true };
    },
    () => ({ workflowId, type, state: '', isTried: false }),
  );
}

/** What Temporal says that a workflow waits for. */
export async function waitsFor({ temporal: { client } }: World, workflowId: string): Promise<string> {
  const described = await client.workflow
    .getHandle(workflowId)
    .describe()
    .catch((error: Error) => error);
  if (described instanceof Error) return described.message;
  const activities = (described.raw.pendingActivities ?? []).map(
    ({ activityType, attempt, lastFailure }) =>
      `${activityType?.name} attempt ${attempt}: ${lastFailure?.message ?? 'running'}`,
  );
  return activities.join('; ') || `no activity, ${described.historyLength} events`;
}

/** When the last sweep of `dev` began; empty where nobody tells. */
export async function lastSweep({ temporal: { client }, alias }: World): Promise<string> {
  const watch = client.workflow.getHandle(workflowIds.siteWatch(alias('dev')));
  const { lastSweepUtc = '' } = await watch.query<SiteWatchStatus>(queries.status).catch(() => ({ lastSweepUtc: '' }));
  return lastSweepUtc;
}
