import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { QrsLogger } from '../../../../activities/qrs/client/settings.ts';
import { writeCertificates } from '../../../../sandbox/qrs/certificates.ts';
import { failureOf } from './code-of.ts';
import { aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const sites: SmallSite[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const site of sites.splice(0)) await site.close();
});

describe('a client certificate that the site refuses', () => {
  it('is doubted because it has run out, as its file tells', async () => {
    const site = await start();
    const root = await readFile(path.join(site.folder, 'root.pem'));
    await writeCertificates({ folder: site.folder, hostNames: ['localhost'], validForDays: -1 });
    await writeFile(path.join(site.folder, 'root.pem'), root);

    const error = await failureOf(site.client().deleteApp(id));

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_CLIENT_CERTIFICATE', facts: { mayHaveTakenEffect: false } });
    expect(error.facts['reason']).toMatch(/^client\.pem has run out on \d{4}-\d\d-\d\dT/);
  });

  it('is doubted because it comes from another export', async () => {
    const site = await start();
    const other = await start();
    await copyFile(path.join(site.folder, 'root.pem'), path.join(other.folder, 'root.pem'));

    const error = await failureOf(site.client({ site: { certificates: other.folder } }).deleteApp(id));

    expect(error).toMatchObject({
      code: 'WAYBILL_QRS_CLIENT_CERTIFICATE',
      facts: { reason: 'client.pem was not issued by the certificate in root.pem' },
    });
  });

  it('is not doubted where its files look right and the connection breaks', async () => {
    const site = await start({}, (request) => request.socket.destroy());

    expect((await failureOf(site.client().about())).code).toBe('WAYBILL_QRS_UNREACHABLE');
  });
});

describe('certificate files that change', () => {
  it('are no reason to repeat a write that the site has answered', async () => {
    const site = await start({}, (request, response) =>
      request.method === 'DELETE' ? response.writeHead(500).end() : sendJson(response, aboutBody),
    );
    const client = site.client();
    await client.about();
    await site.renewCertificates();

    expect((await failureOf(client.deleteApp(id))).code).toBe('WAYBILL_QRS_SERVER');

    expect(site.requests.map(({ method }) => method)).toEqual(['GET', 'DELETE']);
  });

  it('end the calls of a client that never had usable ones, without a warning', async () => {
    const site = await start();
    const { warnings, logger } = warningLog();
    await rm(path.join(site.folder, 'client.pem'));

    expect((await failureOf(site.client({ logger }).about())).code).toBe('WAYBILL_QRS_CERTIFICATE_FILES');
    expect(warnings).toEqual([]);
  });

  it('are told of once while they cannot be used, and used once they can', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const site = await start();
    const { warnings, debugs, logger } = warningLog();
    const client = site.client({ logger });
    vi.advanceTimersByTime(5000);
    await client.about();
    const key = await readFile(path.join(site.folder, 'client_key.pem'));
    await writeFile(path.join(site.folder, 'client_key.pem'), 'half a fi');

    vi.advanceTimersByTime(999);
    await client.about();
    expect(warnings).toEqual([]);
    for (let turn = 0; turn < 3; turn += 1) {
      vi.advanceTimersByTime(1000);
      await expect(client.about()).resolves.toEqual(aboutBody);
    }
    expect(warnings).toMatchObject([{ site: 'dev', err: { code: 'WAYBILL_QRS_CERTIFICATE_FILES' } }]);

    const before = site.connections();
    await writeFile(path.join(site.folder, 'client_key.pem'), key);
    vi.advanceTimersByTime(1000);
    await expect(client.about()).resolves.toEqual(aboutBody);
    expect(site.connections()).toBe(before + 1);
    expect(debugs.filter((facts) => 'serialNumber' in facts)).toMatchObject([{ site: 'dev' }]);
  });

  it('need no log to stay in use', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const site = await start();
    const client = site.client();
    await client.about();
    await rm(path.join(site.folder, 'client.pem'));
    vi.advanceTimersByTime(1000);

    await expect(client.about()).resolves.toEqual(aboutBody);
  });

  it('cost no new connection while they stay the same', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const site = await start();
    const client = site.client();

    for (let turn = 0; turn < 3; turn += 1) {
      await client.about();
      vi.advanceTimersByTime(1001);
    }

    expect(site.connections()).toBe(1);
  });

  it('are read once for calls that begin together', async () => {
    const site = await start();
    let reads = 0;
    const certificatePassword = { resolve: async () => String((reads += 1)) };
    const client = site.client({ site: { certificatePassword } });

    await Promise.all([client.about(), client.about(), client.about()]);

    expect(reads).toBe(1);
  });
});

function warningLog() {
  const warnings: object[] = [];
  const debugs: object[] = [];
  const logger: QrsLogger = {
    debug: (facts) => void debugs.push(facts),
    warn: (facts) => void warnings.push(facts),
  };
  return { warnings, debugs, logger };
}

async function start(
  options: Parameters<typeof startSmallSite>[1] = {},
  answer: Parameters<typeof startSmallSite>[0] = (_, response) => sendJson(response, aboutBody),
): Promise<SmallSite> {
  const site = await startSmallSite(answer, options);
  sites.push(site);
  return site;
}
