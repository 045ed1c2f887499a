import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { watchMemo, workflowIds } from '../workflows/contract.ts';

/**
 * Notes how many sweeps of each source site the ledger had come to, as its watch told Temporal: before any step runs, so
 * that a ledger that was put back from a backup is noticed by the first one.
 */
export async function readSweepsSeen(
  client: Client,
  sites: readonly string[],
  seen: Map<string, number>,
): Promise<void> {
  for (const site of sites) {
    const sweeps = (await memoOf(client, workflowIds.siteWatch(site)))?.[watchMemo.sweeps];
    if (typeof sweeps === 'number') seen.set(site, sweeps);
  }
}

async function memoOf(client: Client, workflowId: string): Promise<Record<string, unknown> | undefined> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).memo;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
