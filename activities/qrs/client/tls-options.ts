import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import type { SiteCertificates } from './certificates.ts';
import type { QrsSite } from './settings.ts';

/** How a TLS connection to a host of a site is made: verified against root.pem alone, for the name that is expected. */
export function tlsOptions(
  { serverName }: Pick<QrsSite, 'serverName'>,
  host: string,
  certificates: SiteCertificates,
): Pick<ConnectionOptions, 'secureContext' | 'servername' | 'checkServerIdentity'> {
  const expectedName = serverName ?? host;
  return {
    secureContext: certificates.secureContext(),
    // An address cannot be asked for by SNI; the certificate is held against it all the same.
    ...(isIP(expectedName) ? {} : { servername: expectedName }),
    checkServerIdentity: (_host, certificate) => checkServerIdentity(expectedName, certificate),
  };
}
