import { randomUUID } from 'node:crypto';
import https from 'node:https';
import { afterEach, beforeAll, afterAll, describe, expect, test } from 'vitest';
import { writeQvf } from '../../../sandbox/qvf/write-qvf.ts';
import type { FaultRule } from '../../../sandbox/qrs/faults.ts';
import { startTestSite, type TestSite } from './test-site.ts';

let site: TestSite;
let id: string;

beforeAll(async () => {
  site = await startTestSite();
  id = site.actAs.createApp({ name: 'Faulty', owner: 'ACME\\ann', dataSizeBytes: 400_000 });
});

afterAll(() => site[Symbol.asyncDispose]());
afterEach(() => site.faults.clear());

const file = writeQvf({
  appProperties: { qTitle: 'x' },
  script: '',
  objects: [],
  dataSizeBytes: 5_000_000,
  dataSeed: 1,
});

async function downloadUnder(rule: FaultRule): Promise<Awaited<ReturnType<TestSite['call']>>> {
  const ticket = await site.call('POST', `/qrs/app/${id}/export/${randomUUID()}`);
  site.faults.add(rule);
  return site.call('GET', ticket.json.downloadPath);
}

describe('faults', () => {
  test('answer with a status, an HTML page or 429 instead of the effect', async () => {
    site.faults.add({ effect: { type: 'status', status: 503, text: 'busy' }, path: 'copy' });
    site.faults.add({ effect: { type: 'html' }, path: '/publish' });
    site.faults.add({ effect: { type: 'too-many', retryAfterSeconds: 7 }, method: 'DELETE' });
    const before = site.apps().length;

    const copy = await site.call('POST', `/qrs/app/${id}/copy`);
    const publish = await site.call('PUT', `/qrs/app/${id}/publish?stream=x`);
    const remove = await site.call('DELETE', `/qrs/app/${id}`);

    expect(copy).toMatchObject({ status: 503, text: 'busy' });
    expect(publish).toMatchObject({ status: 502, text: expect.stringContaining('<html>') });
    expect(remove).toMatchObject({ status: 429, headers: { 'retry-after': '7' } });
    expect(site.apps()).toHaveLength(before);
  });

  test('strike from the nth call on, every so often, as often as told', async () => {
    site.faults.add({ effect: { type: 'status', status: 500 }, path: '/about', nth: 2, every: 2, times: 2 });

    const statuses: number[] = [];
    for (let at = 0; at < 8; at += 1) statuses.push((await site.call('GET', '/qrs/about')).status);

    expect(statuses).toEqual([200, 500, 200, 500, 200, 200, 200, 200]);
  });

  test('lose the answer after the effect, by a reset or by a status', async () => {
    site.faults.add({ effect: { type: 'reply-lost' }, path: '/copy' });
    site.faults.add({ effect: { type: 'status', status: 500 }, path: '/copy', nth: 2, when: 'after' });
    const before = site.apps().length;

    await expect(site.call('POST', `/qrs/app/${id}/copy`)).rejects.toMatchObject({
      syscall: 'read',
      code: 'ECONNRESET',
    });
    const second = await site.call('POST', `/qrs/app/${id}/copy`);

    expect(second.status).toBe(500);
    expect(site.apps()).toHaveLength(before + 2);
  });

  test('answer success without any effect', async () => {
    site.faults.add({ effect: { type: 'not-done' }, times: 0, path: 'copy|upload|delete|qrs/app/' });
    const before = site.apps().length;

    const copy = await site.call('POST', `/qrs/app/${id}/copy`);
    const upload = await site.call('POST', '/qrs/app/upload?name=x', { raw: file.stream() });
    const remove = await site.call('DELETE', `/qrs/app/${id}`);

    expect([copy.status, upload.status, remove.status]).toEqual([201, 201, 204]);
    expect(site.app(copy.json.id)).toBeUndefined();
    expect(site.apps()).toHaveLength(before);
  });

  test('hang without an answer until the client gives up', async () => {
    site.faults.add({ effect: { type: 'hang' }, path: '/about' });

    const answered = await Promise.race([
      site.call('GET', '/qrs/about').then(() => 'answered'),
      new Promise((resolve) => setTimeout(() => resolve('silent'), 200)),
    ]).catch(() => 'failed');

    expect(answered).toBe('silent');
  });

  test('cut a download short with a reset, or with a clean end', async () => {
    await expect(
      downloadUnder({ effect: { type: 'truncate', afterBytes: 1000 }, path: 'tempcontent' }),
    ).rejects.toThrow();
    const short = await downloadUnder({ effect: { type: 'short', afterBytes: 1000 }, path: 'tempcontent' });

    expect(short.bytes).toHaveLength(1000);
    expect(short.headers['content-length']).toBe('1000');
  });

  test('let the client see the head of a cut download before the reset', async () => {
    const ticket = await site.call('POST', `/qrs/app/${id}/export/${randomUUID()}`);
    site.faults.add({ effect: { type: 'truncate', afterBytes: 100_000 }, path: 'tempcontent' });

    const seen = await new Promise<{ announced: number; received: number; code: unknown }>((resolve) => {
      const headers = { 'x-qlik-user': 'UserDirectory=INTERNAL; UserId=sa_api' };
      const request = https.get(
        `${site.url}${ticket.json.downloadPath}`,
        { agent: site.agent, headers },
        (response) => {
          const announced = Number(response.headers['content-length']);
          let received = 0;
          response.on('data', (chunk: Buffer) => {
            received += chunk.length;
          });
          response.on('error', (error: NodeJS.ErrnoException) => resolve({ announced, received, code: error.code }));
        },
      );
      request.on('error', () => undefined);
    });

    expect(seen).toMatchObject({ received: 100_000, code: 'ECONNRESET' });
    expect(seen.announced).toBeGreaterThan(400_000);
  });

  test('let a body trickle', async () => {
    const startedMs = performance.now();

    const slow = await downloadUnder({ effect: { type: 'slow', bytesPerSecond: 2_000_000 }, path: 'tempcontent' });

    expect(slow.bytes.length).toBeGreaterThan(400_000);
    expect(performance.now() - startedMs).toBeGreaterThan(180);
  });

  test('reset an upload in the middle and leave no app', async () => {
    site.faults.add({ effect: { type: 'reset' }, path: 'upload', afterRequestBytes: 2_000_000 });
    const before = site.apps().length;

    await expect(site.call('POST', '/qrs/app/upload?name=x', { raw: file.stream() })).rejects.toThrow();
    const again = await site.call('POST', '/qrs/app/upload?name=x', { raw: file.stream() });

    expect(again.status).toBe(201);
    expect(site.apps()).toHaveLength(before + 1);
  });

  test('close the port for a while', async () => {
    site.faults.add({ effect: { type: 'close-port', forMs: 150 }, path: '/about' });

    await expect(site.call('GET', '/qrs/about')).rejects.toThrow();

    const look = (): Promise<number> =>
      site.call('GET', '/qrs/about').then(
        ({ status }) => status,
        () => 0,
      );
    expect(await look()).toBe(0);
    await expect.poll(look).toBe(200);
  });

  test('restart the repository in the middle of a call', async () => {
    const fault = site.faults.add({ effect: { type: 'restart', downMs: 100 }, path: '/export/' });
    const restarts = (): number => site.events().filter(({ action }) => action === 'restart').length;
    const before = restarts();

    await expect(site.call('POST', `/qrs/app/${id}/export/${randomUUID()}`)).rejects.toThrow();

    const look = (): Promise<number> =>
      site.call('GET', '/qrs/about').then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(look).toBe(200);
    expect(restarts()).toBe(before + 1);
    expect(site.faults.struck(fault)).toBe(1);
    expect(site.openExports()).toEqual([]);
  });

  test('name themselves in the request log', async () => {
    const fault = site.faults.add({ effect: { type: 'reset' }, path: 'name%20eq' });

    await expect(site.call('GET', '/qrs/app?filter=name%20eq%20%27x%27')).rejects.toThrow();

    expect(site.requests().at(-1)).toMatchObject({ route: 'GET /app', status: 0, faults: [fault] });
  });

  test('go down and come up, and shift the clock', async () => {
    await using other = await startTestSite();
    const app = other.actAs.createApp({ name: 'Clock', owner: 'ACME\\ann' });
    const realMs = Date.now();

    other.setClockSkew(600_000);
    other.actAs.rename(app, 'Later');
    await other.goDown();
    await expect(other.call('GET', '/qrs/about')).rejects.toThrow();
    await other.comeUp();

    const { status, headers } = await other.call('GET', '/qrs/about');
    expect(status).toBe(200);
    expect(Date.parse(String(headers.date)) - realMs).toBeGreaterThanOrEqual(599_000);
    expect(Date.parse(String(other.app(app)?.['modifiedDate'])) - realMs).toBeGreaterThanOrEqual(600_000);
  });
});
