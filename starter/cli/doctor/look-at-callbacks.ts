import { setTimeout as wait } from 'node:timers/promises';
import { broken, type Finding, look, ok, siteSubject, skipped } from '../../../common/finding.ts';
import type { SourceConfig } from '../../../config/types.ts';
import type { TemporalClient } from '../../../temporal/connect.ts';
import { hintedApps } from '../../../temporal/hinted-apps.ts';
import { queries, type SiteWatchStatus, workflowIds } from '../../../workflows/contract.ts';

/** A site calls within a moment; callbacks that are gathered come a little later. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 250;

/** The scratch app that was made at the site, and the run of its watch before that. */
export interface Trial {
  readonly appId: string;
  readonly watchRunId: string;
}

/**
 * Whether the calls of a site arrive: the scratch app that was just made and removed there must have been told to the
 * site's watch, by way of the listener. Reads only.
 */
export async function lookAtCallbacks(
  { client }: TemporalClient,
  { alias, watch }: SourceConfig,
  publicUrl: string,
  trial: Trial | undefined,
): Promise<Finding | undefined> {
  if (watch === 'poll') return undefined;
  const about = ['source.callbacks', siteSubject(alias)] as const;
  const handle = client.workflow.getHandle(workflowIds.siteWatch(alias));
  const status = await handle.query<SiteWatchStatus>(queries.status).catch(() => undefined);
  if (!status)
    return skipped(about, 'Its watch could not be asked.', 'See what is said of Temporal, and run doctor again.');
  if (!status.subscribed) {
    const remedy = `Wait a minute and run doctor again. If it stays so, \`waybill list --stuck\` and the log of the worker say why; sources.${alias}.watch: poll needs no callbacks.`;
    return look(about, 'The site has not been asked to call back yet.', remedy);
  }
  if (trial === undefined) {
    const remedy = 'Run doctor without --no-scratch, once it may make a scratch app there (site.rights).';
    return skipped(about, 'The site was asked to call back; whether its calls arrive was not proven.', remedy);
  }
  if (await isTold(client, alias, trial)) {
    return ok(about, 'It called when the scratch app came and went, and the call arrived.');
  }
  const remedy = `Ask the administrator of site "${alias}" to let its central node reach ${publicUrl}. Where that cannot be, set sources.${alias}.watch: poll: everything is found all the same, only later.`;
  return broken(about, 'It was asked to call back, and no call came of the scratch app.', remedy);
}

/** Whether the watch was told of the app, or is within a while. */
async function isTold(client: TemporalClient['client'], site: string, { appId, watchRunId }: Trial): Promise<boolean> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  for (;;) {
    if ((await hintedApps(client, site, watchRunId)).has(appId.toLowerCase())) return true;
    if (Date.now() > deadlineMs) return false;
    await wait(LOOK_EVERY_MS);
  }
}
