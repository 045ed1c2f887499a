import { type Finding, look, siteSubject } from '../../common/finding.ts';
import type { SiteConfig } from '../../config/types.ts';
import { certificateFinding } from '../../rules/doctor/certificate-days.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { readSiteCertificates, type SiteCertificates } from '../qrs/client/certificates.ts';
import { findingOfError } from './finding-of-error.ts';

/** What was found, and the certificates where they can be used. */
export interface CertificateLook {
  readonly findings: readonly Finding[];
  readonly certificates?: SiteCertificates;
}

/** Whether the three files fit together, and how long they are valid. Reads them only; nothing of them is shown but dates. */
export async function lookAtCertificates(
  deps: ActivityDependencies,
  settings: SiteConfig,
  day: (utc: string) => string,
): Promise<CertificateLook> {
  const { alias: site, certificates: folder } = settings;
  const about = ['site.certificates', siteSubject(site)] as const;
  try {
    const password = await settings.certificatePassword?.resolve();
    const certificates = await readSiteCertificates(folder, password === undefined ? { site } : { site, password });
    return { findings: certificateFindings(site, folder, certificates, deps.nowUtc(), day), certificates };
  } catch (error) {
    return { findings: [findingOfError(deps, about, error)] };
  }
}

function certificateFindings(
  site: string,
  folder: string,
  { client, root, isClientIssuedByRoot }: SiteCertificates,
  nowUtc: string,
  day: (utc: string) => string,
): Finding[] {
  const subject = siteSubject(site);
  const remedy = `Ask the administrator of site "${site}" to export the certificates again in the QMC, and put all three files into ${folder}.`;
  const dated = [
    ['client.pem', client],
    ['root.pem', root],
  ] as const;
  const findings = dated.map(([name, { validFromUtc, validToUtc }]) =>
    certificateFinding({ check: 'site.certificates', subject, name, validFromUtc, validToUtc, remedy }, nowUtc, day),
  );
  if (isClientIssuedByRoot) return findings;
  const what = 'client.pem was not issued by the certificate in root.pem: the files come from two exports.';
  return [...findings, look(['site.certificates', subject], what, remedy)];
}
