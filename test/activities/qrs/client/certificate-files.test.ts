import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import { appendFile, chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  certificateFilesStamp,
  certificatesOf,
  readSiteCertificates,
} from '../../../../activities/qrs/client/certificates.ts';
import { writeCertificates } from '../../../../sandbox/qrs/certificates.ts';
import { failureOf } from './code-of.ts';

const names = ['root.pem', 'client.pem', 'client_key.pem'];
let parent: string;
/** A whole export, and another one of another authority. */
let good: string;
let other: string;
/** A copy of `good` for each test. */
let folder: string;
let turn = 0;

beforeAll(async () => {
  parent = await mkdtemp(path.join(os.tmpdir(), 'waybill-certificates-'));
  [good, other] = [path.join(parent, 'good'), path.join(parent, 'other')];
  await writeCertificates({ folder: good, hostNames: ['localhost'] });
  await writeCertificates({ folder: other, hostNames: ['localhost'] });
});
beforeEach(async () => {
  folder = path.join(parent, String((turn += 1)));
  await mkdir(folder);
  for (const name of names) await copyFile(path.join(good, name), path.join(folder, name));
});
afterAll(async () => {
  await rm(parent, { recursive: true });
});

const file = (name: string) => path.join(folder, name);
const failure = async (password?: string) =>
  failureOf(readSiteCertificates(folder, { site: 'dev', ...(password !== undefined && { password }) }));
/** PEM by its look, and nothing that could be read by its content. */
const damaged = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;

describe('what the certificate files tell', () => {
  it('is told of the client certificate and of the authority', async () => {
    const read = await readSiteCertificates(folder);

    for (const [name, facts] of [['client.pem', read.client] as const, ['root.pem', read.root] as const]) {
      const certificate = new X509Certificate(await readFile(file(name)));
      expect(facts).toEqual({
        subject: certificate.subject,
        issuer: certificate.issuer,
        validFromUtc: new Date(certificate.validFrom).toISOString(),
        validToUtc: new Date(certificate.validTo).toISOString(),
        serialNumber: certificate.serialNumber,
        fingerprint256: certificate.fingerprint256,
      });
    }
    expect(read.folder).toBe(folder);
    expect(read.secureContext()).toBe(read.secureContext());
  });

  it('is whether they come from one export, by any certificate in root.pem', async () => {
    const isIssued = async () => (await readSiteCertificates(folder)).isClientIssuedByRoot;
    expect(await isIssued()).toBe(true);

    await copyFile(path.join(other, 'root.pem'), file('root.pem'));
    expect(await isIssued()).toBe(false);

    await appendFile(file('root.pem'), await readFile(path.join(good, 'root.pem')));
    expect(await isIssued()).toBe(true);
    const first = new X509Certificate(await readFile(path.join(other, 'root.pem')));
    expect((await readSiteCertificates(folder)).root.serialNumber).toBe(first.serialNumber);
  });

  it.each([
    ['root.pem', damaged('CERTIFICATE'), 'holds a damaged certificate'],
    ['client.pem', damaged('CERTIFICATE'), 'holds a damaged certificate'],
    ['client.pem', 'MIIB', 'holds no certificate in PEM format'],
    ['client.pem', '-----BEGIN CERTIFICATE-----\nMIIB', 'holds no certificate in PEM format'],
    ['client_key.pem', damaged('PRIVATE KEY'), 'holds a damaged private key'],
    ['client_key.pem', damaged('PUBLIC KEY'), 'holds no private key in PEM format'],
  ])('is no good with a %s that is %j', async (name, content, reason) => {
    await writeFile(file(name), content);

    expect(await failure()).toMatchObject({
      code: 'WAYBILL_QRS_CERTIFICATE_FILES',
      facts: {
        site: 'dev',
        folder,
        file: file(name),
        reason,
        setting: 'sites.dev.certificates',
        mayHaveTakenEffect: false,
      },
    });
    expect((await failureOf(readSiteCertificates(folder))).facts['site']).toBe('');
  });

  it.each(names)('is no good without %s, or with a folder of that name', async (name) => {
    await rm(file(name));
    const missing = await failure();
    expect(missing.facts).toMatchObject({ file: file(name), reason: 'is not there' });
    expect(missing.cause).toMatchObject({ code: 'ENOENT' });

    await mkdir(file(name));
    expect((await failure()).facts).toMatchObject({ file: file(name), reason: 'cannot be read (EISDIR)' });
  });

  // Windows gives no file that may not be read by its mode.
  it.skipIf(process.platform === 'win32')('is no good where the account may not read it', async () => {
    await chmod(file('client.pem'), 0);

    const error = await withoutRights(failure);

    expect(error.facts['reason']).toBe('may not be read by the account that runs Waybill');
    expect(error.cause).toMatchObject({ code: 'EACCES' });
  });

  it('is no good with a certificate too weak for TLS', async () => {
    const { certificate, key } = await weakCertificate();
    await Promise.all([writeFile(file('client.pem'), certificate), writeFile(file('client_key.pem'), key)]);

    const error = await failure();

    expect(error.facts).toMatchObject({ file: file('client.pem'), setting: 'sites.dev.certificates' });
    expect(error.facts['reason']).toMatch(/^is not accepted by the TLS library \(ERR_\w+\)$/);
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('is taken from a key in the older form as well, with its own way of a password', async () => {
    const key = createPrivateKey(await readFile(file('client_key.pem')));
    await writeFile(file('client_key.pem'), key.export({ type: 'sec1', format: 'pem' }));
    await expect(readSiteCertificates(folder)).resolves.toMatchObject({ isClientIssuedByRoot: true });

    const locked = key.export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' });
    await writeFile(file('client_key.pem'), locked);
    await expect(readSiteCertificates(folder, { password: 'right' })).resolves.toMatchObject({ folder });
    expect((await failure('wrong')).facts).toMatchObject({
      reason: 'does not open with the password that is set',
      setting: 'sites.dev.certificatePassword',
    });
  });

  it('is read with the password of the settings, which is asked for each time', async () => {
    const key = createPrivateKey(await readFile(file('client_key.pem')));
    let passphrase = 'first';
    const lock = async () =>
      writeFile(
        file('client_key.pem'),
        key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }),
      );
    const site = { alias: 'dev', certificates: folder, certificatePassword: { resolve: async () => passphrase } };

    await lock();
    await expect(certificatesOf(site)).resolves.toMatchObject({ folder });
    passphrase = 'second';
    expect((await failureOf(certificatesOf(site))).facts).toMatchObject({ site: 'dev' });
    await lock();
    await expect(certificatesOf(site)).resolves.toMatchObject({ folder });
    expect((await failureOf(certificatesOf({ alias: 'dev', certificates: folder }))).facts).toMatchObject({
      reason: 'is protected by a password, and none is set',
    });
  });
});

describe('the stamp of the certificate files', () => {
  it.each(names)('changes with %s, and when it goes', async (name) => {
    const before = await certificateFilesStamp(folder);
    expect(await certificateFilesStamp(folder)).toBe(before);

    await appendFile(file(name), '\n');
    const longer = await certificateFilesStamp(folder);
    await rm(file(name));
    const gone = await certificateFilesStamp(folder);

    expect(new Set([before, longer, gone]).size).toBe(3);
    expect(gone.split(' ')[names.indexOf(name)]).toBe('ENOENT');
  });
});

/** Runs it as an account that owns no file: root may read any. */
async function withoutRights<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return run();
  process.seteuid?.(65_534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

/** A certificate whose RSA key is half as long as TLS takes today, and its key. */
async function weakCertificate(): Promise<{ certificate: string; key: string }> {
  const x509 = await import('@peculiar/x509');
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 1024,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    { name: 'CN=Weak', keys, signingAlgorithm: algorithm },
    webcrypto as never,
  );
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}
