import type { LatestExamination } from '../../common/finding.ts';
import type { Config } from '../../config/types.ts';
import { EVERY_SITE, type Pause } from '../../ledger/pauses.ts';
import { versionFindings } from '../../rules/doctor/versions.ts';
import { taskQueues } from '../../workflows/contract.ts';
import type { SiteFacts, SiteQueue, WatchLook } from './site-facts.ts';

/** What Temporal and the workers tell of the sites; each may be missing by itself. */
export interface SitesLook {
  readonly queues?: readonly SiteQueue[];
  readonly watches: Readonly<Record<string, WatchLook | undefined>>;
  readonly tests: Readonly<Record<string, LatestExamination | undefined>>;
}

/** Every site that is a source or a target: sources first, in the order of the settings. `look`: undefined, Temporal is away. */
export function readSites(config: Config, pauses: readonly Pause[], look: SitesLook | undefined): SiteFacts[] {
  const used = [...Object.keys(config.sources), ...Object.keys(config.targets)];
  const versions = versionFindings(waysOf(config), versionsOf(look));
  return [...new Set(used)].map((site): SiteFacts => {
    const queues = [taskQueues.site(site), taskQueues.siteBulk(site)];
    return {
      site,
      isSource: config.sources[site] !== undefined,
      isTarget: config.targets[site] !== undefined,
      watchMode: config.sources[site]?.watch,
      isPaused: pauses.some((one) => one.site === site || one.site === EVERY_SITE),
      queues: look?.queues?.filter(({ queue }) => queues.includes(queue)),
      watch: look?.watches[site],
      test: look?.tests[site],
      versions: versions.filter(({ subject }) => subject === `site ${site}`),
    };
  });
}

function waysOf({ sources }: Config): { source: string; targets: readonly string[] }[] {
  return Object.values(sources).map(({ alias, targets }) => ({ source: alias, targets }));
}

function versionsOf(look: SitesLook | undefined): Record<string, string> {
  const known = Object.entries(look?.tests ?? {}).flatMap(([site, test]) =>
    test?.state === 'done' && test.found.buildVersion ? [[site, test.found.buildVersion] as const] : [],
  );
  return Object.fromEntries(known);
}
