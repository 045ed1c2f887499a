import { hostname } from 'node:os';
import {
  type DoctorCheck,
  type Finding,
  type SiteExamination,
  siteSubject,
  skipped,
  sourceChecks,
} from '../../common/finding.ts';
import type { SiteConfig } from '../../config/types.ts';
import { streamFindings } from '../../rules/doctor/streams.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { mailTime } from '../mail/mail-time.ts';
import type { SiteCertificates } from '../qrs/client/certificates.ts';
import { findingOfError } from './finding-of-error.ts';
import { lookAtCertificates } from './look-at-certificates.ts';
import { besideAnswering, type HostLook, lookAtHost } from './look-at-host.ts';
import { lookAtSource } from './look-at-source.ts';
import { lookAtUser } from './look-at-user.ts';
import { proveRights } from './scratch-app.ts';
import type { SiteEyes } from './site-eyes.ts';

/** What needs a site that answers. */
const furtherChecks = ['site.user', 'site.streams', 'site.rights'] as const satisfies readonly DoctorCheck[];

/**
 * Looks at a site from where its certificates are, as a promotion would meet it. With `scratch` it makes an app there and
 * removes it again; else it changes nothing. Safe to repeat. Never throws for what it finds.
 */
export async function examineSite(
  deps: ActivityDependencies,
  { site, scratch }: { readonly site: string; readonly scratch: boolean },
): Promise<SiteExamination> {
  const config = deps.config();
  const settings = config.sites[site];
  if (!settings) return { findings: [unknownToWorker(site)] };
  const day = (utc: string): string => mailTime(utc, config.timeZone, config.locale);
  const { findings, certificates } = await lookAtCertificates(deps, settings, day);
  if (!certificates) return { findings: [...findings, ...notReached(deps, site)] };
  const dates = validUntil(certificates);
  const hosts = await lookAtHosts(deps, settings, certificates, day);
  if (hosts.buildVersion === undefined) {
    const found = [...findings, ...hosts.findings];
    const isTold = new Set(found.map(({ check }) => check));
    const others = notReached(deps, site).filter(({ check }) => !isTold.has(check));
    return { findings: [...found, ...others], certificates: dates };
  }
  const inside = await lookInside(deps, settings, scratch);
  return {
    ...inside,
    findings: [...findings, ...hosts.findings, ...inside.findings],
    buildVersion: hosts.buildVersion,
    certificates: dates,
  };
}

function validUntil({ client, root }: SiteCertificates): NonNullable<SiteExamination['certificates']> {
  return [
    { name: 'client.pem', untilUtc: client.validToUtc },
    { name: 'root.pem', untilUtc: root.validToUtc },
  ];
}

async function lookAtHosts(
  deps: ActivityDependencies,
  settings: SiteConfig,
  certificates: SiteCertificates,
  day: (utc: string) => string,
): Promise<HostLook> {
  const looks = await Promise.all(
    settings.hosts.map((host) => lookAtHost(eyesOf(deps), settings, host, certificates, day)),
  );
  const buildVersion = looks.find((one) => one.buildVersion !== undefined)?.buildVersion;
  const all = looks.flatMap(({ findings }) => findings);
  return buildVersion === undefined ? { findings: all } : { findings: besideAnswering(all), buildVersion };
}

async function lookInside(
  deps: ActivityDependencies,
  settings: SiteConfig,
  scratch: boolean,
): Promise<SiteExamination> {
  const { alias } = settings;
  const { sources, targets } = deps.config();
  const { signal } = attemptContext();
  const source = sources[alias];
  const findings: Finding[] = [await lookAtUser(eyesOf(deps), settings)];
  try {
    const streams = await deps.qrs(alias).streams(undefined, { signal });
    const names = streams.map(({ name }) => name);
    findings.push(...streamFindings(alias, names, targets[alias] !== undefined));
    if (source) findings.push(...(await lookAtSource(deps, source, streams)));
  } catch (error) {
    findings.push(findingOfError(deps, ['site.streams', siteSubject(alias)], error));
    findings.push(...notReached(deps, alias).filter(({ check }) => check.startsWith('source.')));
  }
  if (!scratch) return { findings: [...findings, withoutScratch(alias)] };
  if (await deps.ledger.pauseOf(alias)) return { findings: [...findings, whilePaused(alias)] };
  const { finding, appId } = await proveRights(deps, alias);
  return { findings: [...findings, finding], ...(appId === undefined ? {} : { scratchAppId: appId }) };
}

/** Those of the running attempt. */
function eyesOf(deps: ActivityDependencies): SiteEyes {
  return { ...deps, signal: attemptContext().signal, us: `${hostname()}, where the worker runs,` };
}

function notReached(deps: ActivityDependencies, site: string): Finding[] {
  const checks: DoctorCheck[] = [...furtherChecks, ...(deps.config().sources[site] ? sourceChecks : [])];
  const remedy = 'Mend what is said of the way to this site first, and run doctor again.';
  return checks.map((check) => skipped([check, siteSubject(site)], 'The site could not be asked.', remedy));
}

function withoutScratch(site: string): Finding {
  const remedy = 'Run doctor without --no-scratch to have them proven with an app that is removed again.';
  return skipped(['site.rights', siteSubject(site)], 'Its rights were not proven: nothing was to be written.', remedy);
}

function whilePaused(site: string): Finding {
  const remedy = 'Run doctor again when it is resumed: `waybill pause` says by whom and why it is paused.';
  return skipped(['site.rights', siteSubject(site)], 'It is paused, so that nothing is written there.', remedy);
}

function unknownToWorker(site: string): Finding {
  const remedy = 'Give the worker the same configuration file, and start it again.';
  return skipped(
    ['site.answer', siteSubject(site)],
    'The worker knows no such site: its configuration is older.',
    remedy,
  );
}
