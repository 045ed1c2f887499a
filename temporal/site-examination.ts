import { type Client, WorkflowFailedError } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import type { LatestExamination, SiteExamination } from '../common/finding.ts';
import type { Config } from '../config/types.ts';
import { taskQueues, workflowIds, workflowTypes } from '../workflows/contract.ts';
import { describeWorkflow } from './describe-workflow.ts';
import { whyNoAnswer } from './why-no-answer.ts';

/** Until a worker must have looked at everything. */
const PATIENCE = '5 minutes';

/**
 * Has a worker examine a site, without writing there, and waits for nothing. While one runs, this is the same one. Safe to
 * repeat. @throws what the client throws, when Temporal does not take it within `timeoutMs`
 */
export async function startExamination(config: Config, client: Client, site: string, timeoutMs: number): Promise<void> {
  await client.withDeadline(Date.now() + timeoutMs, () =>
    client.workflow.start(workflowTypes.check, {
      workflowId: workflowIds.examination(site),
      workflowIdConflictPolicy: 'USE_EXISTING',
      taskQueue: taskQueues.main(config.temporal.taskQueue),
      args: [{ kind: 'doctor-site', site, scratch: false }],
      workflowExecutionTimeout: PATIENCE,
      staticSummary: `the console looks at ${site}`,
    }),
  );
}

export type ExaminationLook = (client: Client, site: string) => Promise<LatestExamination | undefined>;

/**
 * Finds the latest examination of a site, for as long as Temporal keeps it; `undefined` where there is none. What one found
 * never changes, and is fetched once.
 */
export function createExaminationLook(): ExaminationLook {
  const ended = new LRUCache<string, LatestExamination>({ max: 200 });
  return async (client, site) => {
    const described = await describeWorkflow(client, workflowIds.examination(site));
    if (!described) return undefined;
    const { runId, startTime, closeTime } = described;
    if (described.status.name === 'RUNNING') return { state: 'running', sinceUtc: startTime.toISOString() };
    const known = ended.get(runId);
    if (known) return known;
    const result = await resultOf(client, site, runId, (closeTime ?? startTime).toISOString());
    ended.set(runId, result);
    return result;
  };
}

async function resultOf(client: Client, site: string, runId: string, atUtc: string): Promise<LatestExamination> {
  const handle = client.workflow.getHandle(workflowIds.examination(site), runId);
  try {
    return { state: 'done', atUtc, found: (await handle.result()) as SiteExamination };
  } catch (error) {
    if (error instanceof WorkflowFailedError) return { state: 'unanswered', atUtc, why: whyNoAnswer(error) };
    throw error;
  }
}
