import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { waybillError } from '../../../common/errors/catalogue.ts';
import type { WaybillError } from '../../../common/errors/waybill-error.ts';

/** The three files of a QMC certificate export in PEM format (QRS facts, section 3). */
export const certificateFiles = ['root.pem', 'client.pem', 'client_key.pem'] as const;
type CertificateFile = (typeof certificateFiles)[number];

/** What is worth knowing of one certificate; nothing of it is secret. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly validFromUtc: string;
  readonly validToUtc: string;
  readonly serialNumber: string;
  readonly fingerprint256: string;
}

export interface SiteCertificates {
  readonly folder: string;
  readonly client: CertificateFacts;
  /** The first certificate of root.pem. */
  readonly root: CertificateFacts;
  /** False tells that client.pem and root.pem come from two exports; the site will hardly take such a certificate. */
  readonly isClientIssuedByRoot: boolean;
  /** For connections: trusts root.pem alone and shows the client certificate. A function, so that no key is ever printed. */
  secureContext(): SecureContext;
}

/** The settings that tell where the certificates of a site are. */
export interface SiteFiles {
  readonly alias: string;
  readonly certificates: string;
  readonly certificatePassword?: { resolve(): Promise<string> } | undefined;
}

export interface ReadCertificatesOptions {
  /** Alias of the site, for error texts. */
  readonly site?: string;
  /** Of client_key.pem. */
  readonly password?: string;
}

/** As `readSiteCertificates`, by the settings of the site; the password is read now. @throws WAYBILL_CONFIG_SECRET_MISSING */
export async function certificatesOf(site: SiteFiles): Promise<SiteCertificates> {
  const password = await site.certificatePassword?.resolve();
  return readSiteCertificates(site.certificates, { site: site.alias, ...(password !== undefined && { password }) });
}

/**
 * The certificates of a site, read, parsed and fitted together. Whether they are still valid is left to the caller
 * (`validToUtc`). Reads only; safe to repeat.
 * @throws WAYBILL_QRS_CERTIFICATE_FILES when a file is missing, unreadable, not PEM, needs another password, or the key is
 * not that of the certificate
 */
export async function readSiteCertificates(
  folder: string,
  options: ReadCertificatesOptions = {},
): Promise<SiteCertificates> {
  const site = options.site ?? '';
  const [rootPem, clientPem, keyPem] = await Promise.all(certificateFiles.map((file) => readPem(folder, file, site)));
  const roots = parseCertificates(rootPem ?? '', folder, 'root.pem', site);
  const client = parseCertificates(clientPem ?? '', folder, 'client.pem', site)[0] as X509Certificate;
  const key = parseKey(keyPem ?? '', folder, options.password, site);
  if (!client.checkPrivateKey(key)) {
    throw filesError(folder, 'client_key.pem', 'is not the key of client.pem', site);
  }
  const context = buildContext({ rootPem, clientPem, keyPem, password: options.password }, folder, site);
  return {
    folder,
    client: certificateFacts(client),
    root: certificateFacts(roots[0] as X509Certificate),
    isClientIssuedByRoot: roots.some((root) => client.verify(root.publicKey)),
    secureContext: () => context,
  };
}

/** Text that changes whenever one of the files does; a missing file is part of it. Never throws. */
export async function certificateFilesStamp(folder: string): Promise<string> {
  const stamps = await Promise.all(
    certificateFiles.map((file) =>
      stat(path.join(folder, file)).then(
        ({ mtimeMs, size, ino }) => `${mtimeMs}/${size}/${ino}`,
        (error: NodeJS.ErrnoException) => String(error.code),
      ),
    ),
  );
  return stamps.join(' ');
}

async function readPem(folder: string, file: CertificateFile, site: string): Promise<string> {
  try {
    return await readFile(path.join(folder, file), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const isForbidden = code === 'EACCES' || code === 'EPERM';
    const reason =
      code === 'ENOENT'
        ? 'is not there'
        : isForbidden
          ? 'may not be read by the account that runs Waybill'
          : `cannot be read (${code})`;
    throw filesError(folder, file, reason, site, error);
  }
}

function parseCertificates(pem: string, folder: string, file: CertificateFile, site: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!blocks) throw filesError(folder, file, 'holds no certificate in PEM format', site);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw filesError(folder, file, 'holds a damaged certificate', site, error);
  }
}

function parseKey(pem: string, folder: string, password: string | undefined, site: string): KeyObject {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw filesError(folder, 'client_key.pem', 'holds no private key in PEM format', site);
  }
  try {
    return createPrivateKey({ key: pem, format: 'pem', passphrase: password });
  } catch (error) {
    const isEncrypted = /ENCRYPTED/.test(pem);
    const reason = !isEncrypted
      ? 'holds a damaged private key'
      : password === undefined
        ? 'is protected by a password, and none is set'
        : 'does not open with the password that is set';
    throw filesError(
      folder,
      'client_key.pem',
      reason,
      site,
      error,
      isEncrypted ? 'certificatePassword' : 'certificates',
    );
  }
}

function buildContext(
  files: { rootPem?: string; clientPem?: string; keyPem?: string; password?: string },
  folder: string,
  site: string,
): SecureContext {
  try {
    return createSecureContext({
      ca: files.rootPem,
      cert: files.clientPem,
      key: files.keyPem,
      passphrase: files.password,
    });
  } catch (error) {
    const reason = `is not accepted by the TLS library (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
    throw filesError(folder, 'client.pem', reason, site, error);
  }
}

function certificateFacts(certificate: X509Certificate): CertificateFacts {
  return {
    subject: certificate.subject,
    issuer: certificate.issuer,
    validFromUtc: certificate.validFromDate.toISOString(),
    validToUtc: certificate.validToDate.toISOString(),
    serialNumber: certificate.serialNumber,
    fingerprint256: certificate.fingerprint256,
  };
}

function filesError(
  folder: string,
  file: CertificateFile,
  reason: string,
  site: string,
  cause?: unknown,
  key = 'certificates',
): WaybillError {
  const facts = { site, folder, file: path.join(folder, file), reason, setting: `sites.${site}.${key}` };
  return waybillError('WAYBILL_QRS_CERTIFICATE_FILES', { ...facts, mayHaveTakenEffect: false }, { cause });
}
