import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestTemporal, testTemporal } from '../../harness/temporal.ts';
import { change, hintsOf, type ListenerUnderTest, listenerUnderTest } from './listener-fixture.ts';

let temporal: TestTemporal;
let under: ListenerUnderTest;

beforeAll(async () => {
  temporal = await testTemporal();
  under = await listenerUnderTest(temporal.address, { maxBody: '64KB' });
});

afterAll(async () => {
  await under?.close();
  await temporal?.close();
});

const logText = (): string => JSON.stringify(under.logger.lines);

describe('a callback', () => {
  it('is answered with 204 when the signal is in the history of the watch, which it starts', async () => {
    const id = randomUUID();

    const reply = await under.post(under.path(under.dev), [change(id)]);

    expect(reply.status).toBe(204);
    expect((await hintsOf(temporal.client, under.dev)).flat()).toContain(id);
    const watch = await temporal.client.workflow.getHandle(`siteWatch/${under.dev}`).describe();
    expect(watch).toMatchObject({ type: 'siteWatch', taskQueue: under.config.temporal.taskQueue });
  });

  it('carries every app of the array once, and nothing else', async () => {
    const [one, other, task] = [randomUUID(), randomUUID(), randomUUID()];
    const changes = [
      change(one),
      change(task, { objectType: 'ExecutionResult' }),
      change(other.toUpperCase(), { objectType: 'APP', news: { of: ['a', 'later', 'release'] } }),
      change(one),
      { objectID: one },
    ];

    const reply = await under.post(under.path(under.lab, 'delete'), changes);

    expect(reply.status).toBe(204);
    expect(await hintsOf(temporal.client, under.lab)).toEqual([[one, other]]);
  });

  it('that tells of nothing is taken and wakes nobody', async () => {
    const before = await hintsOf(temporal.client, under.dev);

    const replies = [
      await under.post(under.path(under.dev), []),
      await under.post(under.path(under.dev, 'add'), [change('no guid', { objectType: 'Stream' })]),
    ];

    expect(replies.map(({ status }) => status)).toEqual([204, 204]);
    expect(await hintsOf(temporal.client, under.dev)).toEqual(before);
  });

  it.each([
    ['text/plain', (text: string) => text],
    ['application/json; charset=utf-8', (text: string) => `\uFEFF${text}`],
    ['application/x-www-form-urlencoded', (text: string) => text],
    ['', (text: string) => text],
  ])('is read whatever its content type says: %s', async (type, write) => {
    const id = randomUUID();
    const body = new TextEncoder().encode(write(JSON.stringify([change(id)])));

    const reply = await under.post(under.path(under.dev), body, type === '' ? {} : { 'content-type': type });

    expect(reply.status).toBe(204);
    expect((await hintsOf(temporal.client, under.dev)).flat()).toContain(id);
  });

  it.each([
    [400, 'no JSON', 'application/json', '[{'],
    [400, 'nothing', 'application/json', ''],
    [400, 'no array', 'application/json', '{"objectType":"App"}'],
    [400, 'a text in the array', 'application/json', '["App"]'],
    [400, 'an app without an id', 'application/json', '[{"objectType":"App"}]'],
    [400, 'an app whose id is no guid', 'application/json', '[{"objectType":"App","objectID":"x"}]'],
    [400, 'bytes that are no text', 'application/json', new Uint8Array([0x5b, 0xff, 0x5d])],
    [400, 'JSON that is no array, as text', 'text/plain', '"hello"'],
    [415, 'no JSON, and does not say so', 'text/plain', 'hello'],
    [415, 'a form', 'application/x-www-form-urlencoded', 'a=b'],
  ])('is answered with %i when it is %s', async (status, _what, type, body) => {
    const reply = await under.post(under.path(under.dev), body, { 'content-type': type });

    expect(reply.status).toBe(status);
    expect(logText()).not.toContain('hello');
  });

  it('is answered with 413 when it is larger than listener.maxBody, told or not', async () => {
    const body = JSON.stringify(Array.from({ length: 600 }, () => change(randomUUID())));
    const chunks = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });

    const told = await under.post(under.path(under.dev), body);
    const untold = await fetch(`${under.listener.url}${under.path(under.dev)}`, {
      method: 'POST',
      body: chunks,
      duplex: 'half',
    } as RequestInit);

    expect([told.status, untold.status]).toEqual([413, 413]);
  });
});

describe('the listener', () => {
  it('gives the same 404 for a wrong token, an unknown site or kind, and everything else', async () => {
    const token = under.path(under.dev).split('/')[3] as string;
    const wrong = token.replace(/^./, (first) => (first === '0' ? '1' : '0'));
    const paths = [
      `/notify/${under.dev}/${wrong}/update`,
      `/notify/${under.dev}/short/update`,
      `/notify/${under.dev}/${encodeURIComponent('ä'.repeat(40))}/update`,
      `/notify/unknown/${token}/update`,
      `/notify/${under.lab}/${token}/update`,
      under.path(under.old),
      under.path(under.dev, 'publish'),
      under.path(under.dev, 'UPDATE'),
      `${under.path(under.dev)}/`,
      `/notify/${under.dev}/${token}`,
      '/config.json',
      '/static/config.json',
      '/%zz',
      '/',
    ];

    const posted = await Promise.all(paths.map((path) => under.post(path, [change(randomUUID())])));
    const fetched = await Promise.all(
      ['/config.json', '/health', '/health/live/', under.path(under.dev)].map((path) =>
        fetch(`${under.listener.url}${path}`),
      ),
    );

    const answers = await Promise.all([...posted, ...fetched].map(async (reply) => [reply.status, await reply.text()]));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify([404, '{"error":"not found"}'])]),
    );
    const headers = posted.map((reply) => JSON.stringify([...reply.headers].filter(([name]) => name !== 'date')));
    expect(new Set(headers).size).toBe(1);
  });

  it('refuses a stranger before it reads his body', async () => {
    const body = new Uint8Array(100 * 1024);

    expect((await under.post(`/notify/${under.dev}/none/update`, body)).status).toBe(404);
  });

  it('logs no token, no header and no body, and tells once that a token was wrong', async () => {
    const id = randomUUID();
    await under.post(under.path(under.dev), [change(id)], { 'x-canary': 'canary-header' });

    expect(under.logger.lines.filter(({ msg }) => String(msg).includes('wrong token'))).toHaveLength(2);
    for (const site of [under.dev, under.lab]) expect(logText()).not.toContain(under.path(site).split('/')[3]);
    for (const word of [id, 'canary-header', 'some-host-name.com', '/notify/']) expect(logText()).not.toContain(word);
  });

  it('says that it lives, and that it is ready while Temporal answers', async () => {
    const replies = await Promise.all(
      ['/health/live', '/health/ready'].map((path) => fetch(`${under.listener.url}${path}`)),
    );

    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
    expect(await replies[1]!.json()).toEqual({ ready: true, temporal: 'answers' });
  });

  it('names the address and the setting when another program listens there', async () => {
    const { port } = under.listener;

    await expect(listenerUnderTest(temporal.address, { port })).rejects.toMatchObject({
      code: 'WAYBILL_LISTENER_CANNOT_LISTEN',
      message: `The listener cannot listen on 127.0.0.1:${port}: another program listens there.`,
      remedy: expect.stringContaining('listener.port') as string,
    });
  });
});
