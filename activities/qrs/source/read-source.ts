import type { AppFacts } from '../../../rules/app-facts.ts';
import { asFirstSeen } from '../../../rules/first-seen.ts';
import type { PropertyRequest } from '../../../rules/property-request.ts';
import type { Revision } from '../../../rules/revision.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppMemory } from '../app-memory.ts';
import { revisionKeyOf, toAppFacts, toRevision } from '../app-facts.ts';
import type { QrsApp, QrsAppObject } from '../client/types.ts';
import { requestOf, sourceOf } from '../source-policy.ts';

/** An app on its source site as it is now: what it asks for and what it holds. */
export interface SourceApp {
  readonly app: AppFacts;
  readonly request: PropertyRequest;
  readonly revision: Revision;
  readonly revisionKey: string;
}

/** Reads an app and its approved objects; undefined when it is gone. Changes nothing. */
export async function readSourceApp(
  deps: ActivityDependencies,
  site: string,
  appId: string,
  signal?: AbortSignal,
): Promise<SourceApp | undefined> {
  const client = deps.qrs(site);
  const found = await client.getApp(appId, { signal });
  if (!found) return undefined;
  return toSourceApp(deps, site, found, found.stream ? await client.getAppObjects(appId, { signal }) : []);
}

/** As `readSourceApp`, with the objects in any case; `reading`: where they are being read anyway. */
export async function readSourceContent(
  deps: ActivityDependencies,
  site: string,
  appId: string,
  signal?: AbortSignal,
  reading?: Promise<readonly QrsAppObject[]>,
): Promise<SourceApp | undefined> {
  const client = deps.qrs(site);
  const [found, objects] = await Promise.all([
    client.getApp(appId, { signal }),
    reading ?? client.getAppObjects(appId, { signal }),
  ]);
  if (!found) return undefined;
  return toSourceApp(deps, site, found, objects);
}

async function toSourceApp(
  deps: ActivityDependencies,
  site: string,
  found: QrsApp,
  objects: readonly QrsAppObject[],
): Promise<SourceApp> {
  const config = deps.config();
  const app = await withFirstSeenRows(deps, site, toAppFacts(found));
  const revision = toRevision(app, objects);
  const { dataCountsAsContent } = sourceOf(config, site);
  const revisionKey = revisionKeyOf(revision, dataCountsAsContent);
  return { app, request: requestOf(config, site, app), revision, revisionKey };
}

/** Who decided is who set the row, as first seen, and not who saved the app since (design 3.5). */
async function withFirstSeenRows(deps: ActivityDependencies, site: string, app: AppFacts): Promise<AppFacts> {
  const memory = (await deps.ledger.getAppMemory<AppMemory>(site, [app.id])).get(app.id)?.memory;
  return { ...app, rows: asFirstSeen(app.rows, memory?.rows ?? []) };
}
