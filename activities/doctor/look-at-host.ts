import { hostname } from 'node:os';
import { connect } from 'node:tls';
import { type DoctorCheck, type Finding, ok, siteSubject } from '../../common/finding.ts';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import type { SiteConfig } from '../../config/types.ts';
import { certificateFinding } from '../../rules/doctor/certificate-days.ts';
import { clockFinding } from '../../rules/doctor/clock.ts';
import { nameService, openPort } from '../../rules/doctor/site-remedies.ts';
import type { SiteCertificates } from '../qrs/client/certificates.ts';
import { createQrsClient } from '../qrs/client/qrs-client.ts';
import { tlsOptions } from '../qrs/client/tls-options.ts';
import { findingOfError } from './finding-of-error.ts';
import type { SiteEyes } from './site-eyes.ts';

/** What was found at one host; `buildVersion` only where it answers. */
export interface HostLook {
  readonly findings: readonly Finding[];
  readonly buildVersion?: string;
}

/** The way to a host, in the order in which it is gone: what comes after a failure cannot be told. */
const way = ['site.name', 'site.port', 'site.tls', 'site.answer'] as const satisfies readonly DoctorCheck[];
type Step = (typeof way)[number] | 'site.certificates' | 'site.user';

/** Asks one host of a site alone, as a step of a promotion would, and says how far that came. Changes nothing. */
export async function lookAtHost(
  eyes: SiteEyes,
  settings: SiteConfig,
  host: string,
  certificates: SiteCertificates,
  day: (utc: string) => string,
): Promise<HostLook> {
  const { signal } = eyes;
  const { alias } = settings;
  const site = { ...settings, hosts: [host] };
  const client = createQrsClient({ alias, site, timeouts: eyes.config().timeouts, logger: eyes.logger });
  try {
    const { buildVersion } = await client.about({ signal });
    const siteTimeUtc = await client.siteTimeUtc({ signal });
    const clock = clockFinding(alias, siteTimeUtc, eyes.nowUtc(), hostname());
    const served = await servedCertificate(settings, host, certificates, eyes.config().timeouts.connectMs);
    const findings = [
      passed('site.name', settings, host),
      passed('site.port', settings, host),
      served ? servedFinding(settings, host, served, eyes.nowUtc(), day) : passed('site.tls', settings, host),
      ok(['site.answer', siteSubject(alias)], `${host} answers; its product version is ${buildVersion}.`),
      clock,
    ];
    return { findings, buildVersion };
  } catch (error) {
    return { findings: failedWay(eyes, settings, host, error) };
  } finally {
    await client.close(0);
  }
}

function failedWay(eyes: SiteEyes, settings: SiteConfig, host: string, error: unknown): Finding[] {
  const step = stepOf(error);
  const before = way.slice(0, way.indexOf(step === 'site.certificates' || step === 'site.user' ? 'site.tls' : step));
  const found = findingOfError(eyes, [step, siteSubject(settings.alias)], error);
  return [...before.map((check) => passed(check, settings, host)), withOwnRemedy(found, settings, host, eyes.us)];
}

/** How far it came, by the error. */
function stepOf(error: unknown): Step {
  if (!isWaybillError(error)) return 'site.answer';
  const { code, cause } = error as WaybillError;
  const systemCode = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code === 'WAYBILL_QRS_UNREACHABLE')
    return ['ENOTFOUND', 'EAI_AGAIN'].includes(systemCode) ? 'site.name' : 'site.port';
  if (code.startsWith('WAYBILL_QRS_TLS_')) return 'site.tls';
  if (code === 'WAYBILL_QRS_CLIENT_CERTIFICATE' || code === 'WAYBILL_QRS_CERTIFICATE_FILES') return 'site.certificates';
  return code === 'WAYBILL_QRS_USER' || code === 'WAYBILL_QRS_FORBIDDEN' ? 'site.user' : 'site.answer';
}

/** What the error advises fits every cause; here the cause is known better. */
function withOwnRemedy(found: Finding, { alias, port }: SiteConfig, host: string, us: string): Finding {
  if (found.check === 'site.name') return { ...found, remedy: nameService(alias, host, us) };
  return found.check === 'site.port' ? { ...found, remedy: openPort({ alias, port }, host, hostname()) } : found;
}

const passedWords = {
  'site.name': (host: string) => `The name ${host} is known.`,
  'site.port': (host: string, port: number) => `Port ${port} of ${host} is open.`,
  'site.tls': (host: string) => `${host} shows a certificate that root.pem vouches for.`,
  'site.answer': (host: string) => `${host} answers.`,
} as const;

function passed(check: (typeof way)[number], { alias, port }: SiteConfig, host: string): Finding {
  return ok([check, siteSubject(alias)], passedWords[check](host, port));
}

interface Served {
  readonly validFromUtc: string;
  readonly validToUtc: string;
}

/** The dates of the certificate that a host shows, over a verified connection; undefined where it is not told. */
function servedCertificate(
  settings: SiteConfig,
  host: string,
  certificates: SiteCertificates,
  timeoutMs: number,
): Promise<Served | undefined> {
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: settings.port,
      timeout: timeoutMs,
      ...tlsOptions(settings, host, certificates),
    });
    const end = (served?: Served): void => {
      socket.destroy();
      resolve(served);
    };
    socket.once('error', () => end());
    socket.once('timeout', () => end());
    socket.once('secureConnect', () => {
      const { validFromDate, validToDate } = socket.getPeerX509Certificate() ?? {};
      if (!validFromDate || !validToDate) return end();
      return end({ validFromUtc: validFromDate.toISOString(), validToUtc: validToDate.toISOString() });
    });
  });
}

function servedFinding(
  { alias }: SiteConfig,
  host: string,
  served: Served,
  nowUtc: string,
  day: (utc: string) => string,
): Finding {
  const subject = siteSubject(alias);
  const name = `The certificate that ${host} shows`;
  const remedy = `Ask the administrator of site "${alias}" to renew its server certificates, then export the certificates again to sites.${alias}.certificates.`;
  return certificateFinding({ check: 'site.tls', subject, name, ...served, remedy }, nowUtc, day);
}

/** Where another host of the site answers, one that does not is no reason to stop: Waybill goes on with the other. */
export function besideAnswering(findings: readonly Finding[]): Finding[] {
  return findings.map((found) => (found.verdict === 'broken' ? { ...found, verdict: 'look' } : found));
}
