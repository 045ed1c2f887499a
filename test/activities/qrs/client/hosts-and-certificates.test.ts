import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { readSiteCertificates } from '../../../../activities/qrs/client/certificates.ts';
import { writeCertificates } from '../../../../sandbox/qrs/certificates.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { failureOf } from './code-of.ts';
import { type Answer, aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe('hosts of a site', () => {
  it('are tried in order when one cannot be connected, writes too', async () => {
    const site = await start();
    const warnings: unknown[] = [];
    const logger = { debug: () => undefined, warn: (facts: object) => warnings.push(facts) };
    const client = site.client({ site: { hosts: ['no-such-host.invalid', '127.0.0.1'] }, logger });

    await expect(client.about()).resolves.toEqual(aboutBody);
    await expect(client.deleteApp(id)).resolves.toBe('deleted');
    expect(warnings).toEqual([
      { site: 'dev', host: `no-such-host.invalid:${site.port}`, code: 'WAYBILL_QRS_UNREACHABLE' },
    ]);
  });

  it('are all named when none can be connected', async () => {
    const site = await start({ certificates: { hostNames: ['qlik.company.test'] } });
    const client = site.client({ site: { hosts: ['127.0.0.1', 'no-such-host.invalid'] } });

    const error = await failureOf(client.about());

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_UNREACHABLE', retryable: true });
    expect(error.facts.tried).toContain('WAYBILL_QRS_TLS_NAME');
    expect(error.facts.tried).toContain('no-such-host.invalid');
  });

  it('are not tried again with a write that the first may have done', async () => {
    const site = await start({}, (request) => request.socket.destroy());
    const client = site.client({ site: { hosts: ['127.0.0.1', 'localhost'] } });

    expect((await failureOf(client.deleteApp(id))).facts).toMatchObject({
      host: `127.0.0.1:${site.port}`,
      mayHaveTakenEffect: true,
    });
    expect(site.requests).toHaveLength(1);
    await failureOf(client.about());
    expect(site.requests).toHaveLength(3);
  });
});

describe('certificates of a site', () => {
  it('are read with what is worth knowing of them', async () => {
    const site = await start();

    const certificates = await readSiteCertificates(site.folder);

    expect(certificates.client.subject).toBe('CN=QlikClient');
    expect(certificates.root.subject).toContain('CA');
    expect(Date.parse(certificates.client.validToUtc)).toBeGreaterThan(Date.now());
    expect(certificates.isClientIssuedByRoot).toBe(true);
    expect(JSON.stringify(certificates)).not.toContain('PRIVATE');
  });

  it('tell which file cannot be used and why', async () => {
    const reasonWith = async (file: string, content: string | undefined, password?: string) => {
      const { folder } = await start();
      if (content === undefined) await rm(path.join(folder, file));
      else await writeFile(path.join(folder, file), content);
      const error = await failureOf(readSiteCertificates(folder, { site: 'dev', password }));
      expect(error.code).toBe('WAYBILL_QRS_CERTIFICATE_FILES');
      expect(error.facts.file).toContain(file);
      return `${error.facts.reason} ${error.facts.setting}`;
    };
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const plain = other.export({ type: 'pkcs8', format: 'pem' }).toString();
    const locked = other
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'right' })
      .toString();

    expect(await reasonWith('root.pem', undefined)).toBe('is not there sites.dev.certificates');
    expect(await reasonWith('client.pem', 'hello')).toContain('no certificate in PEM format');
    expect(await reasonWith('client_key.pem', 'hello')).toContain('no private key in PEM format');
    expect(await reasonWith('client_key.pem', plain)).toContain('not the key of client.pem');
    expect(await reasonWith('client_key.pem', locked)).toBe(
      'is protected by a password, and none is set sites.dev.certificatePassword',
    );
    expect(await reasonWith('client_key.pem', locked, 'wrong')).toContain('does not open with the password');
    expect(await reasonWith('client_key.pem', locked, 'right')).toContain('not the key of client.pem');
  });

  it('are opened with the password of the settings', async () => {
    const site = await start();
    const keyFile = path.join(site.folder, 'client_key.pem');
    const key = createPrivateKey(await readFile(keyFile));
    await writeFile(keyFile, key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'p w' }));

    await expect(
      site.client({ site: { certificatePassword: { resolve: async () => 'p w' } } }).about(),
    ).resolves.toEqual(aboutBody);
  });

  it('are read again when the files change, while a running call ends on the old connection', async () => {
    const seen: string[] = [];
    let finishSlow = () => undefined as void;
    const site = await start({}, (request, response) => {
      const socket = request.socket as TLSSocket;
      seen.push(socket.getPeerCertificate().serialNumber);
      if (request.method !== 'DELETE') sendJson(response, aboutBody);
      else finishSlow = () => void response.writeHead(204).end();
    });
    const client = site.client();
    await client.about();
    const slow = client.deleteApp(id);
    await waitFor('both requests', () => seen.length === 2);

    await site.renewCertificates();
    await waitFor('the new files to be noticed', async () => {
      await client.about().catch(() => undefined);
      return seen.at(-1) !== seen[0];
    });
    finishSlow();

    await expect(slow).resolves.toBe('deleted');
  });

  it('are read again at once where the site shows a certificate that the former ones do not vouch for', async () => {
    const site = await start({}, (_, response) => {
      response.setHeader('connection', 'close');
      sendJson(response, aboutBody);
    });
    const client = site.client();
    await client.about();

    await site.renewCertificates();

    await expect(client.about()).resolves.toEqual(aboutBody);
  });

  it('are not tried twice where they are still the same', async () => {
    const site = await start();
    let connections = 0;
    site.server.on('connection', () => (connections += 1));
    await writeCertificates({ folder: site.folder, hostNames: ['127.0.0.1'] });

    expect((await failureOf(site.client().about())).code).toBe('WAYBILL_QRS_TLS_UNTRUSTED');
    expect(connections).toBe(1);
  });

  it('stay in use while the changed files cannot be used', async () => {
    const site = await start();
    const warnings: string[] = [];
    const logger = { debug: () => undefined, warn: (_: object, text: string) => warnings.push(text) };
    const client = site.client({ logger });
    await client.about();

    await writeFile(path.join(site.folder, 'client_key.pem'), 'half a fi');

    await waitFor('the new files to be noticed', async () => {
      await expect(client.about()).resolves.toEqual(aboutBody);
      return warnings.length > 0;
    });
    expect(warnings[0]).toContain('stay in use');
  });
});

async function start(
  options: Parameters<typeof startSmallSite>[1] = {},
  answer: Answer = (request, response) =>
    request.method === 'DELETE' ? void response.writeHead(204).end() : sendJson(response, aboutBody),
): Promise<SmallSite> {
  const site = await startSmallSite(answer, options);
  sites.push(site);
  return site;
}
