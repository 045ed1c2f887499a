import type { Client } from '@temporalio/client';
import { describeWorkflow } from '../temporal/describe-workflow.ts';
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
    const sweeps = (await describeWorkflow(client, workflowIds.siteWatch(site)))?.memo?.[watchMemo.sweeps];
    if (typeof sweeps === 'number') seen.set(site, sweeps);
  }
}
