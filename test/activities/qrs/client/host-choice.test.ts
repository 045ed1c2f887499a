import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bytes, slices } from './app-file.ts';
import { failureOf } from './code-of.ts';
import { type Answer, aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const app = { id, name: 'Sales' };
const unknown = 'no-such-host.invalid';
const sites: SmallSite[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const site of sites.splice(0)) await site.close();
});

describe('the host that is asked', () => {
  it('is for half a minute not the one that could not be connected', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const site = await start();
    const failed: string[] = [];
    const logger = { debug: () => undefined, warn: (facts: object) => void failed.push((facts as Place).host) };
    const client = site.client({ site: { hosts: [unknown, '127.0.0.1'] }, logger });
    await client.about();
    expect(failed).toEqual([`${unknown}:${site.port}`]);

    vi.advanceTimersByTime(29_000);
    await client.about();
    expect(failed).toHaveLength(1);
    vi.advanceTimersByTime(1001);
    await client.about();
    expect(failed).toHaveLength(2);
  });

  it('is the one that rests where no other can be connected', async () => {
    const site = await start();
    const client = site.client({ site: { hosts: [unknown, 'other-host.invalid'] } });

    const tried = [String((await failureOf(client.about())).facts['tried'])];
    tried.push(String((await failureOf(client.about())).facts['tried']));

    for (const each of tried) expect(each.split(', ')).toHaveLength(2);
  });

  it('is each of them once, whether it rests or not', async () => {
    const site = await start();
    const client = site.client({ site: { hosts: [unknown, '127.0.0.1'] } });
    await client.about();
    site.server.close();
    site.server.closeAllConnections();

    const { tried } = (await failureOf(client.about())).facts;

    expect(String(tried).replaceAll(/:\d+/g, '')).toBe(
      `127.0.0.1: WAYBILL_QRS_UNREACHABLE, ${unknown}: WAYBILL_QRS_UNREACHABLE`,
    );
  });

  it('is told of in no warning where there is only one', async () => {
    const site = await start();
    const warnings: object[] = [];
    const logger = { debug: () => undefined, warn: (facts: object) => void warnings.push(facts) };

    const error = await failureOf(site.client({ site: { hosts: [unknown] }, logger }).about());

    expect(error.facts).toMatchObject({ site: 'dev', host: `${unknown}:${site.port}`, user: 'INTERNAL\\sa_api' });
    expect(error.facts['tried']).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('may be an IPv6 address', async () => {
    const site = await start();
    const client = site.client({ site: { hosts: ['::1'] } });

    expect(await failureOf(client.about())).toMatchObject({
      code: 'WAYBILL_QRS_UNREACHABLE',
      facts: { host: `::1:${site.port}` },
    });
  });

  it('is not another one after an answer, even one that is a failure', async () => {
    const site = await start((_, response) => response.writeHead(500).end());
    const client = site.client({ site: { hosts: ['127.0.0.1', 'localhost'] } });

    expect((await failureOf(client.about())).code).toBe('WAYBILL_QRS_SERVER');
    expect(site.requests).toHaveLength(1);
  });
});

describe('the host of an upload', () => {
  const upload = () => ({ name: 'x', body: slices(), sizeBytes: bytes.length });
  const paths = (site: SmallSite) => site.requests.map(({ url }) => url.split('?')[0]);

  it('is not asked again within a minute where it is the only one', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const site = await start(takeIn());
    const client = site.client();

    await client.uploadApp(upload());
    // The certificates are looked at again meanwhile; the host stays the same.
    vi.advanceTimersByTime(59_000);
    await client.uploadApp(upload());
    expect(paths(site)).toEqual(['/qrs/about', '/qrs/app/upload', '/qrs/app/upload']);
    vi.advanceTimersByTime(1001);
    await client.uploadApp(upload());
    expect(paths(site).slice(3)).toEqual(['/qrs/about', '/qrs/app/upload']);
  });

  it('is asked each time where there are several', async () => {
    const site = await start(takeIn());
    const client = site.client({ site: { hosts: ['127.0.0.1', 'localhost'] } });

    await client.uploadApp(upload());
    await client.uploadApp(upload());

    expect(paths(site)).toEqual(['/qrs/about', '/qrs/app/upload', '/qrs/about', '/qrs/app/upload']);
  });

  it('is taken for the central node where it does not say what it is', async () => {
    const site = await start((request, response) => {
      if (request.url?.startsWith('/qrs/about')) sendJson(response, null);
      else request.resume().on('end', () => sendJson(response, app, 201));
    });

    await expect(site.client().uploadApp(upload())).resolves.toEqual(app);
  });

  it('is asked again after an upload that failed', async () => {
    let status = 500;
    const site = await start(takeIn((response) => response.writeHead(status).end(JSON.stringify(app))));
    const client = site.client();
    await failureOf(client.uploadApp(upload()));
    status = 201;

    await expect(client.uploadApp(upload())).resolves.toEqual(app);

    expect(paths(site)).toEqual(['/qrs/about', '/qrs/app/upload', '/qrs/about', '/qrs/app/upload']);
  });

  it('is the first of several rim nodes, each of which was asked', async () => {
    const site = await start(takeIn(undefined, () => 2));
    const client = site.client({ site: { hosts: ['127.0.0.1', 'localhost'] } });

    await expect(client.uploadApp(upload())).resolves.toEqual(app);

    expect(site.requests.map(({ headers }) => headers.host?.split(':')[0])).toEqual([
      '127.0.0.1',
      'localhost',
      '127.0.0.1',
    ]);
  });

  it.each([
    [400, 'WAYBILL_QRS_NOT_CENTRAL'],
    [403, 'WAYBILL_QRS_NOT_CENTRAL'],
    [404, 'WAYBILL_QRS_NOT_CENTRAL'],
    [500, 'WAYBILL_QRS_NOT_CENTRAL'],
    [409, 'WAYBILL_QRS_CONFLICT'],
    [429, 'WAYBILL_QRS_BUSY'],
  ])('waits for the central node after a %i of a rim node: %s', async (status, code) => {
    const refuse = (response: Parameters<Answer>[1]) => response.writeHead(status).end();
    const rim = await start(takeIn(refuse, () => 2));
    const central = await start(takeIn(refuse));

    const error = await failureOf(rim.client().uploadApp(upload()));

    expect(error.code).toBe(code);
    if (code === 'WAYBILL_QRS_NOT_CENTRAL') expect(error.cause).toMatchObject({ facts: { status } });
    expect((await failureOf(central.client().uploadApp(upload()))).code).not.toBe('WAYBILL_QRS_NOT_CENTRAL');
  });

  it('fails as all do when none can be connected, and as it says when it refuses the question', async () => {
    const site = await start((_, response) => response.writeHead(403).end());
    const nowhere = site.client({ site: { hosts: [unknown, 'other-host.invalid'] } });
    const refused = site.client({ site: { hosts: ['127.0.0.1', 'localhost'] } });

    const failed = await failureOf(nowhere.uploadApp(upload()));
    expect(failed).toMatchObject({ code: 'WAYBILL_QRS_UNREACHABLE', facts: { doing: 'ask which node takes uploads' } });
    expect(failed.facts['tried']).toContain('other-host.invalid');
    expect((await failureOf(refused.uploadApp(upload()))).code).toBe('WAYBILL_QRS_USER');
    expect(paths(site)).toEqual(['/qrs/about']);
  });

  it('is asked with the signal of the upload, and within the time of a read', async () => {
    const site = await start(() => undefined);
    const reason = new Error('cancelled');
    const controller = new AbortController();
    const running = site.client().uploadApp(upload(), { signal: controller.signal });
    await expect.poll(() => site.requests.length).toBe(1);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);

    const impatient = site.client({ timeouts: { readMs: 50 } });
    expect((await failureOf(impatient.uploadApp(upload()))).facts).toMatchObject({ setting: 'timeouts.read' });
  });
});

interface Place {
  readonly host: string;
}

/** Says what it is, and answers an upload once it has come whole. */
function takeIn(
  answer: (response: Parameters<Answer>[1]) => unknown = (response) => sendJson(response, app, 201),
  nodeType: () => number = () => 1,
): Answer {
  return (request: IncomingMessage, response) => {
    if (request.url?.startsWith('/qrs/about')) return sendJson(response, { ...aboutBody, nodeType: nodeType() });
    return request.resume().on('end', () => answer(response));
  };
}

async function start(answer: Answer = (_, response) => sendJson(response, aboutBody)): Promise<SmallSite> {
  const site = await startSmallSite(answer);
  sites.push(site);
  return site;
}
