import { type Finding, look, siteSubject } from '../../common/finding.ts';
import type { SiteConfig } from '../../config/types.ts';
import { certificateFinding } from '../../rules/doctor/certificate-days.ts';
import { exportAgain } from '../../rules/doctor/site-remedies.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { certificatesOf, type SiteCertificates } from '../qrs/client/certificates.ts';
import { findingOfError } from './finding-of-error.ts';

/** What was found, and the certificates where they can be used. */
export interface CertificateLook {
  readonly findings: readonly Finding[];
  readonly certificates?: SiteCertificates;
}

/** Whether the three files fit together, and how long they are valid. Reads them only; nothing of them is shown but dates. */
export async function lookAtCertificates(
  deps: Pick<ActivityDependencies, 'logger' | 'nowUtc'>,
  settings: SiteConfig,
  day: (utc: string) => string,
): Promise<CertificateLook> {
  const about = ['site.certificates', siteSubject(settings.alias)] as const;
  try {
    const certificates = await certificatesOf(settings);
    return { findings: certificateFindings(settings, certificates, deps.nowUtc(), day), certificates };
  } catch (error) {
    return { findings: [findingOfError(deps, about, error)] };
  }
}

function certificateFindings(
  settings: SiteConfig,
  { client, root, isClientIssuedByRoot }: SiteCertificates,
  nowUtc: string,
  day: (utc: string) => string,
): Finding[] {
  const subject = siteSubject(settings.alias);
  const remedy = exportAgain(settings);
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
