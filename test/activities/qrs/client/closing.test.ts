import { afterEach, describe, expect, it } from 'vitest';
import { createQrsClients } from '../../../../activities/qrs/client/qrs-clients.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { failureOf } from './code-of.ts';
import { type Answer, aboutBody, patientTimeouts, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe('a client that is closed', () => {
  it('lets a running call end, within its time of grace', async () => {
    let finish = () => undefined as void;
    const site = await start((_, response) => (finish = () => sendJson(response, aboutBody)));
    const client = site.client();
    const running = client.about();
    await waitFor('the call to arrive', () => site.requests.length === 1);

    const closing = client.close();
    finish();

    await expect(running).resolves.toEqual(aboutBody);
    await closing;
  });

  it('cuts what still runs after that', async () => {
    const site = await start(() => undefined);
    const client = site.client();
    const running = failureOf(client.deleteApp(id));
    await waitFor('the call to arrive', () => site.requests.length === 1);
    let isClosed = false;

    const closing = client.close(100).then(() => (isClosed = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    await closing;

    expect(await running).toMatchObject({ code: 'WAYBILL_QRS_UNREACHABLE', facts: { mayHaveTakenEffect: true } });
  });

  it('is closed again without harm, and before its first call', async () => {
    const site = await start((_, response) => sendJson(response, aboutBody));
    const [used, unused] = [site.client(), site.client()];
    await used.about();

    await used.close(0);
    await used.close(0);
    await unused.close(0);

    await waitFor('the connection to end', () => site.openConnections() === 0);
  });

  it('keeps no process alive for the rest of its time of grace', async () => {
    const site = await start((_, response) => sendJson(response, aboutBody));
    const client = site.client();
    await client.about();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();

    await client.close(600_000);

    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('takes no call any more', async () => {
    const site = await start((_, response) => sendJson(response, aboutBody));
    const client = site.client();
    await client.about();
    await client.close(0);

    expect((await failureOf(client.about())).code).toBe('WAYBILL_QRS_UNREACHABLE');
    expect(site.requests).toHaveLength(1);
  });

  it('is closed with all others of the configuration', async () => {
    const site = await start((_, response) => sendJson(response, aboutBody));
    const clients = createQrsClients({ sites: { dev: site.site(), test: site.site() }, timeouts: patientTimeouts });
    const both = [clients.get('dev'), clients.get('test')];
    for (const client of both) await client.about();

    await clients.close(0);

    for (const client of both) expect((await failureOf(client.about())).code).toBe('WAYBILL_QRS_UNREACHABLE');
  });
});

async function start(answer: Answer): Promise<SmallSite> {
  const site = await startSmallSite(answer);
  sites.push(site);
  return site;
}
