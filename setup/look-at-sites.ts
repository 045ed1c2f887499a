import { hostname } from 'node:os';
import { type Finding, siteSubject } from '../common/finding.ts';
import type { Logger } from '../common/logger.ts';
import type { Config, SiteConfig } from '../config/types.ts';
import { findingOfError } from '../activities/doctor/finding-of-error.ts';
import { lookAtCertificates } from '../activities/doctor/look-at-certificates.ts';
import { besideAnswering, lookAtHost } from '../activities/doctor/look-at-host.ts';
import { lookAtUser } from '../activities/doctor/look-at-user.ts';
import type { SiteEyes } from '../activities/doctor/site-eyes.ts';
import { createQrsClients } from '../activities/qrs/client/qrs-clients.ts';
import { streamFindings } from '../rules/doctor/streams.ts';
import { versionFindings } from '../rules/doctor/versions.ts';

/** What was found at the sites of a configuration. */
export interface SitesLook {
  readonly findings: readonly Finding[];
  /** Names of the streams, by alias; of a site that cannot be asked there are none. */
  readonly streams: Readonly<Record<string, readonly string[]>>;
}

export interface LookOptions {
  /** Aliases of the sites that are looked at. */
  readonly sites: readonly string[];
  readonly logger: Logger;
  /** A time as it is shown to people. */
  readonly day: (utc: string) => string;
}

/**
 * Looks at sites of a configuration with its own certificates and as its own account, as the checks of `waybill doctor`
 * do. Changes nothing; safe to repeat. Never throws for what it finds.
 */
export async function lookAtSites(config: Config, { sites, logger, day }: LookOptions): Promise<SitesLook> {
  const clients = createQrsClients(config, logger);
  const eyes: SiteEyes = {
    config: () => config,
    qrs: (site) => clients.get(site),
    logger,
    nowUtc: () => new Date().toISOString(),
    signal: new AbortController().signal,
    us: hostname(),
  };
  try {
    const those = Object.values(config.sites).filter(({ alias }) => sites.includes(alias));
    const looks = await Promise.all(those.map(async (site) => lookAtSite(eyes, site, day)));
    const versions = Object.fromEntries(looks.flatMap(({ alias, version }) => (version ? [[alias, version]] : [])));
    const ways = Object.values(config.sources).map(({ alias, targets }) => ({ source: alias, targets }));
    return {
      findings: [...looks.flatMap(({ findings }) => findings), ...versionFindings(ways, versions)],
      streams: Object.fromEntries(looks.map(({ alias, streams }) => [alias, streams])),
    };
  } finally {
    await clients.close(0);
  }
}

interface SiteLook {
  readonly alias: string;
  readonly findings: readonly Finding[];
  readonly streams: readonly string[];
  readonly version?: string | undefined;
}

async function lookAtSite(eyes: SiteEyes, site: SiteConfig, day: (utc: string) => string): Promise<SiteLook> {
  const { alias } = site;
  const { findings, certificates } = await lookAtCertificates(eyes, site, day);
  if (!certificates) return { alias, findings, streams: [] };
  const hosts = await Promise.all(site.hosts.map(async (host) => lookAtHost(eyes, site, host, certificates, day)));
  const version = hosts.find(({ buildVersion }) => buildVersion !== undefined)?.buildVersion;
  const ofHosts = hosts.flatMap((host) => host.findings);
  if (version === undefined) return { alias, findings: [...findings, ...ofHosts], streams: [] };
  const inside = await lookInside(eyes, site);
  return { ...inside, alias, version, findings: [...findings, ...besideAnswering(ofHosts), ...inside.findings] };
}

async function lookInside(eyes: SiteEyes, site: SiteConfig): Promise<Pick<SiteLook, 'findings' | 'streams'>> {
  const { alias } = site;
  const user = await lookAtUser(eyes, site);
  try {
    const streams = (await eyes.qrs(alias).streams(undefined, { signal: eyes.signal })).map(({ name }) => name);
    const isTarget = eyes.config().targets[alias] !== undefined;
    return { findings: [user, ...streamFindings(alias, streams, isTarget)], streams };
  } catch (error) {
    return { findings: [user, findingOfError(eyes, ['site.streams', siteSubject(alias)], error)], streams: [] };
  }
}
