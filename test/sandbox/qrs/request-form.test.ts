import { readFile } from 'node:fs/promises';
import https from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CertificateFiles, writeBrokenCertificates } from '../../../sandbox/qrs/certificates.ts';
import { startTestSite, type TestSite, xrfKey } from './test-site.ts';

const xrfText = 'XSRF prevention check failed. Possible XSRF discovered.';
let site: TestSite;

beforeAll(async () => {
  site = await startTestSite();
});

afterAll(() => site[Symbol.asyncDispose]());

describe('the request form', () => {
  test('refuses a request without the xrfkey, or with another one in the header', async () => {
    const header = { 'X-Qlik-Xrfkey': xrfKey };

    const without = await site.call('GET', '/qrs/about', { withoutXrf: true });
    const headerOnly = await site.call('GET', '/qrs/about', { withoutXrf: true, headers: header });
    const other = await site.call('GET', '/qrs/about', { headers: { 'X-Qlik-Xrfkey': 'ponmlkjihgfedcba' } });
    const short = await site.call('GET', '/qrs/about?xrfkey=abc', {
      withoutXrf: true,
      headers: { 'x-qlik-xrfkey': 'abc' },
    });

    for (const answer of [without, headerOnly, other, short]) {
      expect(answer).toMatchObject({ status: 403, text: xrfText });
    }
  });

  test('takes paths and query names in any case', async () => {
    const id = site.actAs.createApp({ name: 'Case', owner: 'ACME\\ann' });

    const answer = await site.call('GET', `/QRS/App/${id.toUpperCase()}`);
    const list = await site.call('GET', `/qrs/APP/Full?Filter=id%20eq%20${id}`);

    expect(answer.json).toMatchObject({ id, name: 'Case', schemaPath: 'App' });
    expect(list.json).toHaveLength(1);
  });

  test('answers 400 when an unescaped ampersand cuts the query', async () => {
    const answer = await site.call('GET', "/qrs/app?filter=name%20eq%20'A&B'");

    expect(answer).toMatchObject({ status: 400, text: 'Missing parameter value(s)' });
  });

  test('tells who asks by X-Qlik-User, with URL-encoded values and without regard to case', async () => {
    site.actAs.createUser({ directory: 'ACME', id: 'jörg; müller' });

    const encoded = await site.call('GET', '/qrs/app', {
      user: `UserDirectory=acme;UserId=${encodeURIComponent('jörg; müller')}`,
    });
    const unknown = await site.call('GET', '/qrs/app', { user: 'UserDirectory=ACME; UserId=nobody' });
    const none = await site.call('GET', '/qrs/app', { user: null });

    expect(encoded.status).toBe(200);
    expect(unknown.status).toBe(403);
    expect(unknown.text).toBe('Forbidden: Your account is inactive. Contact your administrator to activate it.');
    expect(none.status).toBe(200);
  });

  test('follows the switches for users it does not know and for requests without user', async () => {
    await using strict = await startTestSite({ switches: { withoutUserHeader: 'refused', unknownUser: 'created' } });

    const none = await strict.call('GET', '/qrs/app', { user: null });
    const made = await strict.call('GET', '/qrs/user/full?filter=' + encodeURIComponent("userId eq 'new'"), {
      user: 'UserDirectory=ACME; UserId=new',
    });

    expect(none.status).toBe(403);
    expect(made.json[0]).toMatchObject({ userId: 'new', userDirectory: 'ACME', roles: [] });
  });

  test('lets only admins and owners write', async () => {
    const id = site.actAs.createApp({ name: 'Mine', owner: 'ACME\\ann' });

    const stranger = await site.call('DELETE', `/qrs/app/${id}`, { user: 'UserDirectory=ACME; UserId=bob' });
    const owner = await site.call('DELETE', `/qrs/app/${id}`, { user: 'UserDirectory=ACME; UserId=ann' });

    expect([stranger.status, owner.status]).toEqual([403, 204]);
  });
});

describe('mutual TLS', () => {
  test('refuses clients of another authority, clients without certificate, and is refused by name', async () => {
    const folder = path.join(site.certificatesFolder, 'other');
    const other = await writeBrokenCertificates('wrong-authority', { folder, hostNames: ['localhost'] });
    const right = site.certificates;

    await expect(get(site, right, right)).resolves.toBe(200);
    await expect(get(site, right, other)).rejects.toThrow();
    await expect(get(site, right, undefined)).rejects.toThrow();
    await expect(get(site, other, right)).rejects.toThrow(/signature|certificate|issuer/iu);
    await expect(get(site, right, right, '127.0.0.1')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('serves expired certificates and those of another host when told to', async () => {
    await using other = await startTestSite();
    const make = (kind: 'expired' | 'wrong-host'): Promise<CertificateFiles> =>
      writeBrokenCertificates(kind, { folder: path.join(other.certificatesFolder, kind), hostNames: ['localhost'] });
    const expired = await make('expired');
    const wrongHost = await make('wrong-host');

    await other.useCertificates(expired);
    await expect(get(other, expired, expired)).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    await other.useCertificates(wrongHost);
    await expect(get(other, wrongHost, wrongHost)).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });
});

async function get(
  target: TestSite,
  trusted: CertificateFiles,
  client: CertificateFiles | undefined,
  servername = 'localhost',
): Promise<number | undefined> {
  const ca = await readFile(trusted.root);
  const own = client && { cert: await readFile(client.client), key: await readFile(client.clientKey) };
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: target.port,
      path: `/qrs/about?xrfkey=${xrfKey}`,
      servername: servername === 'localhost' ? servername : '',
      headers: { 'x-qlik-xrfkey': xrfKey, host: servername },
      agent: false,
      ca,
      ...own,
    };
    const request = https.get(options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject);
  });
}
