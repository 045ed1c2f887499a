import './reflect-metadata.ts';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { X509Certificate as NodeCertificate, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

/** What a QMC certificate export holds, as file paths, plus the server's own pair. */
export interface CertificateFiles {
  folder: string;
  root: string;
  client: string;
  clientKey: string;
  server: string;
  serverKey: string;
}

/** What to write. `hostNames` are the only names (or addresses) that the server certificate is good for. */
export interface CertificateRequest {
  folder: string;
  hostNames: string[];
  /** Name of the site's own authority. Default `<first host name>-CA`, as Qlik names it. */
  authorityName?: string;
  /** Days until the server and client certificates end; negative makes them expired already. Default 365. */
  validForDays?: number;
}

/** The file names of a QMC certificate export in `folder`. */
export function certificateFiles(folder: string): CertificateFiles {
  return {
    folder,
    root: path.join(folder, 'root.pem'),
    client: path.join(folder, 'client.pem'),
    clientKey: path.join(folder, 'client_key.pem'),
    server: path.join(folder, 'server.pem'),
    serverKey: path.join(folder, 'server_key.pem'),
  };
}

/**
 * Writes `root.pem`, `client.pem`, `client_key.pem`, `server.pem` and `server_key.pem` of a fresh authority.
 * EC P-256, so that a site starts within milliseconds. Safe to repeat: overwrites with a new authority.
 */
export async function writeCertificates(request: CertificateRequest): Promise<CertificateFiles> {
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as never);
  const files = certificateFiles(request.folder);
  await mkdir(request.folder, { recursive: true });
  const authority = await createAuthority(x509, request.authorityName ?? `${request.hostNames[0] ?? 'site'}-CA`);
  const validForDays = request.validForDays ?? 365;
  const server = await issue(x509, authority, {
    commonName: request.hostNames[0] ?? 'localhost',
    hostNames: request.hostNames,
    usage: x509.ExtendedKeyUsage.serverAuth,
    validForDays,
  });
  const client = await issue(x509, authority, {
    commonName: 'QlikClient',
    hostNames: [],
    usage: x509.ExtendedKeyUsage.clientAuth,
    validForDays,
  });
  await Promise.all([
    writeFile(files.root, authority.certificate.toString('pem')),
    writeFile(files.server, server.certificate),
    writeFile(files.serverKey, server.key),
    writeFile(files.client, client.certificate),
    writeFile(files.clientKey, client.key),
  ]);
  return files;
}

/** The files in `folder` when they are whole, still valid and name every host; else freshly written ones. */
export async function ensureCertificates(request: CertificateRequest): Promise<CertificateFiles> {
  const files = certificateFiles(request.folder);
  const whole = [files.root, files.client, files.clientKey, files.server, files.serverKey].every((file) =>
    existsSync(file),
  );
  if (whole && (await namesHosts(files.server, request.hostNames))) return files;
  return writeCertificates(request);
}

/** Broken variants for tests. Each is a folder like a QMC export. */
export type BrokenCertificates = 'wrong-authority' | 'wrong-host' | 'expired';

/** Writes certificates that a strict peer must refuse, for the reason named. */
export async function writeBrokenCertificates(
  kind: BrokenCertificates,
  request: CertificateRequest,
): Promise<CertificateFiles> {
  if (kind === 'expired') return writeCertificates({ ...request, validForDays: -1 });
  if (kind === 'wrong-host') return writeCertificates({ ...request, hostNames: ['another-host.invalid'] });
  return writeCertificates({ ...request, authorityName: 'another-authority-CA' });
}

async function namesHosts(serverFile: string, hostNames: string[]): Promise<boolean> {
  const certificate = new NodeCertificate(await readFile(serverFile));
  const named = hostNames.every(
    (name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined,
  );
  return named && Date.parse(certificate.validTo) > Date.now();
}

interface Authority {
  certificate: X509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

async function createAuthority(x509: typeof X509, name: string): Promise<Authority> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - 400 * dayMs),
    notAfter: new Date(Date.now() + 3650 * dayMs),
    signingAlgorithm: keyAlgorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { certificate, keys };
}

interface Leaf {
  commonName: string;
  hostNames: string[];
  usage: X509.ExtendedKeyUsageType;
  validForDays: number;
}

async function issue(
  x509: typeof X509,
  authority: Authority,
  leaf: Leaf,
): Promise<{ certificate: string; key: string }> {
  const keys = await generateKeys();
  const names = leaf.hostNames.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: `CN=${leaf.commonName}`,
    issuer: authority.certificate.subject,
    notBefore: new Date(Date.now() - 30 * dayMs),
    notAfter: new Date(Date.now() + leaf.validForDays * dayMs),
    signingAlgorithm: keyAlgorithm,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([leaf.usage], false),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  const exported = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(exported, 'PRIVATE KEY') };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

function randomSerial(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(15));
  return `01${Buffer.from(bytes).toString('hex')}`;
}
