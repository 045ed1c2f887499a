import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer } from '../../harness/shared-server.ts';
import { type TcpProxy, tcpProxy } from '../../harness/tcp-proxy.ts';
import { type TestTemporal, testTemporal, testTemporalAddress } from '../../harness/temporal.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { change, hintsOf, type ListenerUnderTest, listenerUnderTest } from './listener-fixture.ts';

let temporal: TestTemporal;

beforeAll(async () => {
  temporal = await testTemporal();
});

afterAll(() => temporal?.close());

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; tookMs: number }> {
  const startedMs = performance.now();
  return { result: await work(), tookMs: performance.now() - startedMs };
}

const isReady = async (under: ListenerUnderTest): Promise<boolean> =>
  (await fetch(`${under.listener.url}/health/ready`)).ok;

describe.concurrent('while Temporal is away', () => {
  it('every callback is refused within seconds, and asked to come again', async () => {
    const under = await listenerUnderTest('127.0.0.1:1');

    const { result: replies, tookMs } = await timed(() =>
      Promise.all(Array.from({ length: 50 }, () => under.post(under.path(under.dev), [change(randomUUID())]))),
    );
    const again = await timed(() => under.post(under.path(under.dev), [change(randomUUID())]));
    const live = await fetch(`${under.listener.url}/health/live`);

    for (const reply of [...replies, again.result]) {
      expect(reply.status).toBe(503);
      expect(reply.headers.get('retry-after')).toBe('5');
    }
    expect(tookMs).toBeLessThan(6_000);
    expect(again.tookMs).toBeLessThan(500);
    expect(await isReady(under)).toBe(false);
    expect(live.status).toBe(200);
    expect(under.logger.lines.filter(({ msg }) => String(msg).startsWith('Temporal does not answer'))).toHaveLength(1);
    await under.close();
  });

  it('a callback that tells of no app is still taken', async () => {
    const under = await listenerUnderTest('127.0.0.1:1');

    expect((await under.post(under.path(under.dev), [])).status).toBe(204);
    await under.close();
  });

  it('a service that takes connections and never answers is given up in time', async () => {
    const silent = await tcpProxy('127.0.0.1:1');
    const under = await listenerUnderTest(silent.address);

    const { result, tookMs } = await timed(() => under.post(under.path(under.dev), [change(randomUUID())]));

    expect(result.status).toBe(503);
    expect(tookMs).toBeLessThan(6_000);
    await under.close();
    silent.cut();
  });
});

describe.concurrent('when Temporal comes back', () => {
  it('a listener that was started without it takes callbacks, and passes on what it refused', async () => {
    const closed = await tcpProxy(testTemporalAddress());
    closed.cut();
    const under = await listenerUnderTest(closed.address);
    const [early, id] = [randomUUID(), randomUUID()];
    const refused = await under.post(under.path(under.dev), [change(early)]);

    const open = await tcpProxy(testTemporalAddress(), Number(closed.address.split(':')[1]));
    await waitFor('the listener to be ready', () => isReady(under));
    await waitFor('the return to be noticed', () => said(under, 'Temporal answers again'));
    const taken = await under.post(under.path(under.dev), [change(id)]);

    expect([refused.status, taken.status]).toEqual([503, 204]);
    await waitFor('what was refused', () => hasHints(under, [early, id]));
    await under.close();
    open.cut();
  });

  it('a listener that lost it passes on what it refused, without another callback', async () => {
    let proxy: TcpProxy = await tcpProxy(testTemporalAddress());
    const under = await listenerUnderTest(proxy.address);
    const [before, meanwhile, after] = [randomUUID(), randomUUID(), randomUUID()];
    const statuses = [(await under.post(under.path(under.dev), [change(before)])).status];

    proxy.cut();
    statuses.push((await under.post(under.path(under.dev), [change(meanwhile)])).status);
    proxy = await tcpProxy(testTemporalAddress(), Number(proxy.address.split(':')[1]));
    await waitFor('what was refused', () => hasHints(under, [before, meanwhile]));
    statuses.push((await under.post(under.path(under.dev), [change(after)])).status);

    expect(statuses).toEqual([204, 503, 204]);
    expect(await hasHints(under, [before, meanwhile, after])).toBe(true);
    await under.close();
    proxy.cut();
  });
});

describe.concurrent('when the connection breaks in the middle of many callbacks', () => {
  it('every one that was answered with 204 is in the history, and the others hear 503', async () => {
    const proxy = await tcpProxy(testTemporalAddress());
    const under = await listenerUnderTest(proxy.address);
    await under.post(under.path(under.dev), [change(randomUUID())]);
    const apps = Array.from({ length: 300 }, () => randomUUID());

    const storm = Promise.all(
      apps.map(async (app) => [app, (await under.post(under.path(under.dev), [change(app)])).status] as const),
    );
    await waitFor('some of them to be taken', async () => (await hintsOf(temporal.client, under.dev)).length > 2);
    proxy.cut();
    const answers = await storm;

    const taken = answers.filter(([, status]) => status === 204).map(([app]) => app);
    const stored = new Set((await hintsOf(temporal.client, under.dev)).flat());
    expect(taken.filter((app) => !stored.has(app))).toEqual([]);
    expect(answers.every(([, status]) => status === 204 || status === 503)).toBe(true);
    await under.close();
  });
});

describe.concurrent('when the server itself is stopped and started', () => {
  it('callbacks are refused meanwhile and taken afterwards', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'waybill-listener-'));
    const first = await startTestServer(folder);
    const under = await listenerUnderTest(first.address);
    const post = async () => (await under.post(under.path(under.dev), [change(randomUUID())])).status;
    const statuses = [await post()];

    await first.stop();
    statuses.push(await post());
    const second = await startTestServer(folder);
    const proxy = await tcpProxy(second.address, Number(first.address.split(':')[1]));
    await waitFor('the return to be noticed', () => said(under, 'Temporal answers again'));
    statuses.push(await post());

    expect(statuses).toEqual([204, 503, 204]);
    await under.close();
    proxy.cut();
    await second.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
});

async function hasHints(under: ListenerUnderTest, ids: readonly string[]): Promise<boolean> {
  const hinted = new Set((await hintsOf(temporal.client, under.dev)).flat());
  return hinted.size === ids.length && ids.every((id) => hinted.has(id));
}

function said(under: ListenerUnderTest, words: string): boolean {
  return under.logger.lines.some(({ msg }) => String(msg).startsWith(words));
}
