import type { Config, SiteConfig } from '../../../config/types.ts';
import type { Finding, SiteExamination } from '../../../common/finding.ts';
import { versionFindings } from '../../../rules/doctor/versions.ts';
import { runOfWatch } from '../../../temporal/hinted-apps.ts';
import { askAboutSite } from './ask-worker.ts';
import { lookAtCallbacks } from './look-at-callbacks.ts';
import { lookAtSiteHere } from './look-at-site-here.ts';
import { unanswered } from './look-at-worker.ts';
import { wants } from './options.ts';
import type { DoctorRun, Workers } from './doctor-run.ts';

/** What was found about one site, and for the checks that need more than one. */
interface SiteLook extends SiteExamination {
  readonly site: string;
  /** The run of its watch before the worker was asked. */
  readonly watchRunId?: string | undefined;
}

/** All sites at once, each by its worker, or as far as that goes from here; then what takes more than one look. */
export async function lookAtSites(run: DoctorRun, workers: Workers | Finding): Promise<Finding[]> {
  const { cli, options, causes } = run;
  const settings = Object.values(cli.config.sites);
  if (!wants(options, 'site', 'sites', 'source')) return [];
  if ('verdict' in workers) {
    causes.add(workers);
    cli.remark('No worker could be asked: looking at the sites from here, as far as that goes …');
    const looks = settings.map((site) => lookAtSiteHere(cli, site, 'No worker could be asked.'));
    return (await Promise.all(looks)).flat();
  }
  const scratch = options.scratch && wants(options, 'site.rights', 'source.callbacks');
  const served = settings.filter(({ alias }) => !workers.unserved.has(alias)).map(({ alias }) => alias);
  if (scratch && served.length > 0) {
    const name = `~waybill/${cli.config.installation.id}/doctor-…`;
    cli.remark(`Writing at ${served.join(', ')}: an app named ${name}, deleted at once.`);
  }
  const sites = await Promise.all(settings.map((site) => lookAtSite(run, workers, site, scratch)));
  return [
    ...sites.flatMap(({ findings }) => findings),
    ...versionFindings(waysOf(cli.config), versionsOf(sites)),
    ...(await lookAtAllCallbacks(run, workers, sites)),
  ];
}

async function lookAtSite(run: DoctorRun, workers: Workers, settings: SiteConfig, scratch: boolean): Promise<SiteLook> {
  const { cli, causes } = run;
  const { alias: site } = settings;
  const unserved = workers.unserved.get(site);
  if (unserved) {
    causes.add(unserved);
    return { site, findings: await lookAtSiteHere(cli, settings, `No worker serves site ${site}.`) };
  }
  cli.remark(`The worker looks at site ${site} …`);
  const watchRunId = cli.config.sources[site] && (await runOfWatch(workers.temporal.client, site));
  const answer = await askAboutSite(cli.config, workers.temporal, site, scratch);
  if ('found' in answer) return { site, watchRunId, ...answer.found };
  const cause = unanswered(`site ${site}`, answer.why);
  causes.add(cause);
  return { site, findings: [cause, ...(await lookAtSiteHere(cli, settings, answer.why))] };
}

async function lookAtAllCallbacks(run: DoctorRun, workers: Workers, sites: readonly SiteLook[]): Promise<Finding[]> {
  const { cli, options } = run;
  if (!wants(options, 'source.callbacks')) return [];
  const { publicUrl } = cli.config.listener;
  const looks = sites.map(async ({ site, scratchAppId: appId, watchRunId }) => {
    const source = cli.config.sources[site];
    const trial = appId && watchRunId ? { appId, watchRunId } : undefined;
    return source && lookAtCallbacks(workers.temporal, source, publicUrl, trial);
  });
  return (await Promise.all(looks)).flatMap((found) => found ?? []);
}

function waysOf({ sources }: Config): { source: string; targets: readonly string[] }[] {
  return Object.values(sources).map(({ alias, targets }) => ({ source: alias, targets }));
}

function versionsOf(sites: readonly SiteLook[]): Record<string, string> {
  return Object.fromEntries(sites.flatMap(({ site, buildVersion }) => (buildVersion ? [[site, buildVersion]] : [])));
}
