import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { type HintBatch, signals, workflowIds } from '../workflows/contract.ts';

/** The id of the present run of a site's watch; undefined where the site is not watched. */
export async function runOfWatch(client: Client, site: string): Promise<string | undefined> {
  try {
    return (await client.workflow.getHandle(workflowIds.siteWatch(site)).describe()).runId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Ids, in lower case, of the apps that somebody, such as the listener, told a site's watch of: its present run, and those
 * before it back to `firstRunId`; none where the site is not watched. Reads only.
 */
export async function hintedApps(client: Client, site: string, firstRunId: string): Promise<ReadonlySet<string>> {
  const appIds = new Set<string>();
  let runId = await runOfWatch(client, site);
  while (runId !== undefined) {
    const { events } = await client.workflow.getHandle(workflowIds.siteWatch(site), runId).fetchHistory();
    for (const { workflowExecutionSignaledEventAttributes: signal } of events ?? []) {
      if (signal?.signalName !== signals.hint) continue;
      const { loadedDataConverter } = client.options;
      const [batch] = (await decodeArrayFromPayloads(loadedDataConverter, signal.input?.payloads)) as HintBatch[];
      for (const id of batch?.appIds ?? []) appIds.add(id.toLowerCase());
    }
    const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    runId = runId === firstRunId || !before ? undefined : before;
  }
  return appIds;
}
