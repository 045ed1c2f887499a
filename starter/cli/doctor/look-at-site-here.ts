import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import path from 'node:path';
import {
  broken,
  type DoctorCheck,
  type Finding,
  ok,
  siteSubject,
  skipped,
  sourceChecks,
} from '../../../common/finding.ts';
import type { SiteConfig } from '../../../config/types.ts';
import { certificateFinding } from '../../../rules/doctor/certificate-days.ts';
import { exportAgain, nameService, openPort } from '../../../rules/doctor/site-remedies.ts';
import type { LedgerlessCli } from '../cli-context.ts';

/** What only a worker can tell, as it holds the certificates. */
const workersChecks = ['site.tls', 'site.answer', 'site.user', 'site.clock', 'site.streams', 'site.rights'] as const;

/**
 * What can be told of a site without its worker: names, ports, and the dates of the certificates as far as this account may
 * read them. No key is read. `why`: why the worker was not asked.
 */
export async function lookAtSiteHere(cli: LedgerlessCli, site: SiteConfig, why: string): Promise<Finding[]> {
  const parts = await Promise.all([
    certificateFindings(cli, site),
    ...site.hosts.map((host) => hostFindings(cli, site, host)),
  ]);
  const isSource = cli.config.sources[site.alias] !== undefined;
  const unasked: DoctorCheck[] = [...workersChecks, ...(isSource ? sourceChecks : [])];
  const remedy = 'See what is said of Temporal, and run doctor again once a worker runs.';
  return [...parts.flat(), ...unasked.map((check) => skipped([check, siteSubject(site.alias)], why, remedy))];
}

async function certificateFindings({ clock }: LedgerlessCli, site: SiteConfig): Promise<Finding[]> {
  const subject = siteSubject(site.alias);
  const remedy = exportAgain(site);
  const dated = async (name: string): Promise<Finding> => {
    const about = ['site.certificates', subject] as const;
    try {
      const { validFromDate, validToDate } = new X509Certificate(await readFile(path.join(site.certificates, name)));
      const dates = { validFromUtc: validFromDate.toISOString(), validToUtc: validToDate.toISOString() };
      const certificate = { check: 'site.certificates', subject, name, ...dates, remedy } as const;
      return certificateFinding(certificate, new Date().toISOString(), (utc) => `${clock.moment(utc)} (${clock.zone})`);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'it is no certificate';
      if (code === 'ENOENT') return broken(about, `${name} is not in ${site.certificates}.`, remedy);
      const own = 'Run doctor under the account that runs Waybill, or look whether the file is a whole export.';
      return skipped(about, `${name} could not be read from here (${code}).`, own);
    }
  };
  return Promise.all(['client.pem', 'root.pem'].map(dated));
}

async function hostFindings({ config }: LedgerlessCli, { alias, port }: SiteConfig, host: string): Promise<Finding[]> {
  const subject = siteSubject(alias);
  const us = hostname();
  try {
    await lookup(host);
  } catch (error) {
    const what = `The name ${host} is not known here (${(error as NodeJS.ErrnoException).code}).`;
    return [broken(['site.name', subject], what, nameService(alias, host, us))];
  }
  const named = ok(['site.name', subject], `The name ${host} is known.`);
  const fault = await whyClosed(host, port, config.timeouts.connectMs);
  if (fault === undefined) return [named, ok(['site.port', subject], `Port ${port} of ${host} is open.`)];
  const what = `Port ${port} of ${host} is closed, seen from ${us} (${fault}).`;
  return [named, broken(['site.port', subject], what, openPort({ alias, port }, host, us))];
}

function whyClosed(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const end = (fault?: string): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('no connection in time'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
