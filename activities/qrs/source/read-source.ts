import type { Config } from '../../../config/types.ts';
import type { AppFacts } from '../../../rules/app-facts.ts';
import { asFirstSeen } from '../../../rules/first-seen.ts';
import type { PropertyRequest } from '../../../rules/property-request.ts';
import type { Revision } from '../../../rules/revision.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppMemory } from '../app-memory.ts';
import { revisionKeyOf, toAppFacts, toRevision } from '../app-facts.ts';
import type { QrsAppObject } from '../client/types.ts';
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
  const app = await withFirstSeenRows(deps, site, toAppFacts(found));
  const request = requestOf(deps.config(), site, app);
  const objects = app.stream ? await client.getAppObjects(appId, { signal }) : [];
  return withRevision(deps.config(), site, app, request, toRevision(app, objects));
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
  const app = await withFirstSeenRows(deps, site, toAppFacts(found));
  return withRevision(deps.config(), site, app, requestOf(deps.config(), site, app), toRevision(app, objects));
}

/** Who decided is who set the row, as first seen, and not who saved the app since (design 3.5). */
async function withFirstSeenRows(deps: ActivityDependencies, site: string, app: AppFacts): Promise<AppFacts> {
  const memory = (await deps.ledger.getAppMemory<AppMemory>(site, [app.id])).get(app.id)?.memory;
  return { ...app, rows: asFirstSeen(app.rows, memory?.rows ?? []) };
}

function withRevision(
  config: Config,
  site: string,
  app: AppFacts,
  request: PropertyRequest,
  revision: Revision,
): SourceApp {
  const { dataCountsAsContent } = sourceOf(config, site);
  return { app, request, revision, revisionKey: revisionKeyOf(revision, dataCountsAsContent) };
}
