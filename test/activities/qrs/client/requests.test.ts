import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { newXrfkey } from '../../../../activities/qrs/client/call.ts';
import { createQrsClients, type QrsClientsConfig } from '../../../../activities/qrs/client/qrs-clients.ts';
import type { Config } from '../../../../config/types.ts';
import { codeOf, failureOf, thrownBy } from './code-of.ts';
import { aboutBody, patientTimeouts, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
let site: SmallSite;
beforeAll(async () => {
  site = await startSmallSite((_, response) => sendJson(response, aboutBody));
});
afterAll(async () => {
  await site.close();
});

describe('requests', () => {
  it('carry a fresh request key, the same in query and header, each time', async () => {
    const client = site.client();
    const from = site.requests.length;
    await Promise.all(Array.from({ length: 20 }, () => client.about()));

    const keys = site.requests.slice(from).map(({ url, headers }) => {
      const key = new URL(url, 'https://qlik').searchParams.get('xrfkey');
      expect(key).toMatch(/^[0-9A-Za-z]{16}$/);
      expect(headers['x-qlik-xrfkey']).toBe(key);
      return key;
    });

    expect(new Set(keys).size).toBe(20);
  });

  it('never share a key, and draw it from all letters and digits', () => {
    const keys = Array.from({ length: 1000 }, newXrfkey);

    expect(new Set(keys).size).toBe(1000);
    for (const key of keys) expect(key).toMatch(/^[0-9A-Za-z]{16}$/);
    expect(new Set(keys.join('')).size).toBe(62);
  });

  it('name the user with encoded values', async () => {
    const user = { directory: 'Größe AG', id: 'a;b=c' };
    await site.client({ site: { user } }).about();

    expect(site.requests.at(-1)?.headers['x-qlik-user']).toBe('UserDirectory=Gr%C3%B6%C3%9Fe%20AG; UserId=a%3Bb%3Dc');
  });

  it('carry names with any signs unchanged', async () => {
    const name = `R&D #1 + 'x' 50% ü`;
    await site.client().copyApp(id, name);

    const { url, method } = site.requests.at(-1)!;
    expect(method).toBe('POST');
    expect(url).toContain(`/qrs/app/${id}/copy?`);
    expect(new URL(url, 'https://qlik').searchParams.get('name')).toBe(name);
    expect(url).not.toMatch(/[ +'#]/);
  });

  it('never go out with an id that is none: DELETE /app/ would be another call', async () => {
    const client = site.client();
    const before = site.requests.length;

    for (const odd of ['', ' ', '..', `${id}/`, 'full']) {
      expect((await failureOf(client.deleteApp(odd))).code).toBe('WAYBILL_QRS_VALUE');
      expect((await failureOf(client.getApp(odd))).code).toBe('WAYBILL_QRS_VALUE');
    }
    expect(site.requests).toHaveLength(before);
  });

  it('ask for at most 50 apps at once, and for none without a call', async () => {
    const client = site.client();
    const before = site.requests.length;

    await expect(client.getAppsByIds([])).resolves.toEqual([]);
    expect(site.requests).toHaveLength(before);
    expect((await failureOf(client.getAppsByIds(Array.from({ length: 51 }, () => id)))).code).toBe('WAYBILL_QRS_VALUE');
  });

  it('share connections', async () => {
    const client = site.client();
    const before = site.connections();
    for (let turn = 0; turn < 10; turn++) await client.about();

    expect(site.connections() - before).toBeLessThanOrEqual(2);
  });

  it('tell the time that the clock of the site shows', async () => {
    const timeMs = Date.parse((await site.client().siteTimeUtc()) ?? '');

    expect(Math.abs(timeMs - Date.now())).toBeLessThan(5000);
  });

  it('say that their body is empty, where a server would otherwise wait for one', async () => {
    await site.client().reloadApp(id);

    expect(site.requests.at(-1)?.headers['content-length']).toBe('0');
  });

  it('say that they send and want JSON, and send none where there is nothing to say', async () => {
    const client = site.client();
    await client.createTag('x');
    await client.about();
    await client.reloadApp(id);

    const [write, read, bare] = site.requests.slice(-3).map(({ headers }) => headers);
    expect(write).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' });
    expect(read).toMatchObject({ accept: 'application/json' });
    expect(read).not.toHaveProperty('content-type');
    expect(bare).not.toHaveProperty('content-type');
  });

  it('are told to the log without their values', async () => {
    const lines: unknown[] = [];
    const logger = { debug: (facts: object) => lines.push(facts), warn: () => undefined };

    await site.client({ logger }).copyApp(id, 'a secret name');

    expect(lines).toMatchObject([
      { site: 'dev', host: `127.0.0.1:${site.port}`, method: 'POST', path: `/qrs/app/${id}/copy`, status: 200 },
    ]);
    const [{ durationMs }] = lines as [{ durationMs: number }];
    expect(durationMs).toSatisfy((ms: number) => Number.isInteger(ms) && ms >= 0 && ms < 60_000);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('are told to the log without the query of a path that has one', async () => {
    const lines: object[] = [];
    const logger = { debug: (facts: object) => void lines.push(facts), warn: () => undefined };

    const { stream } = await site.client({ logger }).download('/tempcontent/x.qvf?serverNodeId=8');
    await stream.toArray();

    expect(lines).toMatchObject([{ method: 'GET', path: '/tempcontent/x.qvf' }]);
  });

  it('take the configuration as it is', () => {
    expectTypeOf<Config>().toExtend<QrsClientsConfig>();
  });

  it('go to the client of the site that was named, made once', async () => {
    const clients = createQrsClients({ sites: { dev: site.site(), test: site.site() }, timeouts: patientTimeouts });

    expect(clients.get('dev')).toBe(clients.get('dev'));
    expect(clients.get('test')).not.toBe(clients.get('dev'));
    await expect(clients.get('test').about()).resolves.toEqual(aboutBody);
    expect(codeOf(() => clients.get('prod'))).toBe('WAYBILL_QRS_SITE_UNKNOWN');
    expect(codeOf(() => clients.get('constructor'))).toBe('WAYBILL_QRS_SITE_UNKNOWN');
    expect(thrownBy(() => clients.get('prod')).facts).toMatchObject({ site: 'prod', known: 'dev, test' });
    await clients.close();
    await clients.close();
  });
});
