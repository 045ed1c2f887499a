import { randomUUID } from 'node:crypto';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { and, eq, lt } from '../qrs/client/filter.ts';
import type { QrsApp } from '../qrs/client/types.ts';

/** An app is looked for below the first of these sizes, then below the next: a list of all apps of a site is long. */
const SIZES_BYTES = [1_000_000, 16_000_000] as const;
/** More than this is not held in memory: without its data, an app is far smaller. */
const MOST_BYTES = 16_000_000;

/** An app to try with, and the site that it stands at. */
export interface TrialApp {
  readonly site: string;
  readonly app: QrsApp;
}

/**
 * A small app to try with: of the site itself; where that shows none, as a new target does, of a source whose apps may go
 * there, as far as this worker reaches it. Reads only. An error of the site itself comes through.
 */
export async function findTrialApp(deps: ActivityDependencies, site: string): Promise<TrialApp | undefined> {
  const own = await smallestApp(deps, site);
  if (own) return { site, app: own };
  const sources = Object.values(deps.config().sources).filter(({ targets }) => targets.includes(site));
  for (const { alias } of sources) {
    const app = await smallestApp(deps, alias).catch((err: unknown) => {
      deps.logger.debug({ site, source: alias, err }, 'No app of this source can be tried with');
      return undefined;
    });
    if (app) return { site: alias, app };
  }
  return undefined;
}

/** A published one where there is one: it is whole, and nobody's private work. */
async function smallestApp(deps: ActivityDependencies, site: string): Promise<QrsApp | undefined> {
  const { signal } = attemptContext();
  const filters = SIZES_BYTES.flatMap((bytes) => [
    and(eq('published', true), lt('fileSize', bytes)),
    and(eq('published', false), lt('fileSize', bytes)),
  ]);
  for (const filter of filters) {
    const found = await deps.qrs(site).getApps(filter, { signal });
    const [smallest] = found.toSorted((a, b) => a.fileSize - b.fileSize || (a.id < b.id ? -1 : 1));
    if (smallest) return smallest;
  }
  return undefined;
}

/** The bytes of an app without its data; undefined for one that is larger than is held in memory. */
export async function exportedTrial(deps: ActivityDependencies, { site, app }: TrialApp): Promise<Buffer | undefined> {
  const { signal } = attemptContext();
  const client = deps.qrs(site);
  const exportScope = app.published ? 'approved' : 'all';
  const { downloadPath } = await client.startExport(app.id, randomUUID(), { skipData: true, exportScope, signal });
  const { stream } = await client.download(downloadPath, { signal });
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_BYTES) return undefined;
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
