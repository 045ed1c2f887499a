import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { bytes, hash, hashOf, slices, slowSlices } from './app-file.ts';
import { failureOf } from './code-of.ts';
import { type Answer, aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const app = { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', name: '~waybill/x' };
const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe('upload', () => {
  it.each([
    ['a stream', () => Readable.from(slices())],
    ['an iterable', () => slices()],
  ])('sends every byte of %s with its length and type, after a small question', async (_, body) => {
    const received: string[] = [];
    const site = await start(async (request, response) => {
      received.push(await hashOf(request));
      sendJson(response, app, 201);
    });
    let progress = 0;
    const options = { onProgress: (count: number) => (progress = count) };

    const upload = { name: "R&D '1'", body: body(), sizeBytes: bytes.length, excludeConnections: true };
    await expect(site.client().uploadApp(upload, options)).resolves.toEqual(app);

    expect(received.at(-1)).toBe(hash(bytes));
    expect(progress).toBe(bytes.length);
    const request = site.requests.at(-1)!;
    const query = new URL(request.url, 'https://qlik').searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ name: "R&D '1'", keepdata: 'true', excludeconnections: 'true' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/vnd.qlik.sense.app',
      'content-length': String(bytes.length),
    });
    expect(site.requests.map(({ url }) => url.split('?')[0])).toEqual(['/qrs/about', '/qrs/app/upload']);
  });

  it('finds the host that can be connected before it touches the file', async () => {
    const site = await start(takeIn);
    const client = site.client({ site: { hosts: ['no-such-host.invalid', '127.0.0.1'] } });

    await expect(client.uploadApp({ name: 'x', body: slices(), sizeBytes: bytes.length })).resolves.toEqual(app);
  });

  it('tells a refusal that comes before the whole file is sent', async () => {
    const site = await start((_, response) => response.writeHead(403).end('Forbidden'));
    const body = Readable.from(slowSlices());

    const error = await failureOf(site.client().uploadApp({ name: 'x', body, sizeBytes: bytes.length }));

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_FORBIDDEN', facts: { mayHaveTakenEffect: false } });
    expect(body.destroyed).toBe(true);
  });

  it.each([
    ['shorter', bytes.length + 1],
    ['longer', bytes.length - 1],
  ])('tells a file that is %s than announced', async (_, sizeBytes) => {
    const site = await start((request, response) => {
      request
        .on('error', () => undefined)
        .resume()
        .on('end', () => sendJson(response, app, 201));
    });

    const error = await failureOf(site.client().uploadApp({ name: 'x', body: slices(), sizeBytes }));

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_UPLOAD_SOURCE', retryable: false, facts: { sizeBytes } });
  });

  it('passes on a failure of the source as it is', async () => {
    const site = await start((request) => void request.on('error', () => undefined).resume());
    const fault = Object.assign(new Error('the disk is gone'), { code: 'ECONNRESET' });
    const body = (async function* () {
      yield bytes.subarray(0, 1000);
      throw fault;
    })();

    await expect(site.client().uploadApp({ name: 'x', body, sizeBytes: bytes.length })).rejects.toBe(fault);
    const missing = createReadStream('no-such-file.qvf');
    await expect(site.client().uploadApp({ name: 'x', body: missing, sizeBytes: 1 })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('goes to the central node, wherever it stands in the settings', async () => {
    const site = await start(takeIn, (request) => (isCentral(request) ? 1 : 2));
    const client = site.client({ site: { hosts: ['127.0.0.1', 'localhost'] } });

    await expect(client.uploadApp({ name: 'x', body: slices(), sizeBytes: bytes.length })).resolves.toEqual(app);

    expect(site.requests.at(-1)?.headers.host).toContain('localhost');
  });

  it('waits for the central node when only another one answers and refuses', async () => {
    const site = await start(
      (_, response) => response.writeHead(400).end('Only on the central node'),
      () => 2,
    );

    const error = await failureOf(site.client().uploadApp({ name: 'x', body: slices(), sizeBytes: bytes.length }));

    expect(error).toMatchObject({
      code: 'WAYBILL_QRS_NOT_CENTRAL',
      retryable: true,
      facts: { mayHaveTakenEffect: false },
    });
    expect(error.message).toContain('Only on the central node');
  });

  it('is given up when the site takes no more bytes, or the source gives none', async () => {
    const site = await start((request) => void request.pause());
    const client = site.client({ timeouts: { stallMs: 200 } });
    const big = Readable.from(repeat(bytes, 20));
    const silent = new Readable({ read: () => undefined });

    const full = await failureOf(client.uploadApp({ name: 'x', body: big, sizeBytes: bytes.length * 20 }));
    const empty = await failureOf(client.uploadApp({ name: 'x', body: silent, sizeBytes: 10 }));

    expect(full).toMatchObject({
      code: 'WAYBILL_QRS_STALLED',
      facts: { waitingFor: 'the site', mayHaveTakenEffect: true },
    });
    expect(empty).toMatchObject({ code: 'WAYBILL_QRS_STALLED', facts: { waitingFor: 'the source of the file' } });
  });

  it('gives the site more time than a standstill to take the app in, but not for ever', async () => {
    let delayMs = 600;
    const site = await start((request, response) => {
      request.resume().on('end', () => setTimeout(() => sendJson(response, app, 201), delayMs));
    });
    const upload = () => ({ name: 'x', body: slices(), sizeBytes: bytes.length });

    await expect(site.client({ timeouts: { stallMs: 150 } }).uploadApp(upload())).resolves.toEqual(app);
    delayMs = 5000;
    const impatient = site.client({ timeouts: { uploadBaseMs: 100, uploadRateBytes: 100_000_000 } });
    expect(await failureOf(impatient.uploadApp(upload()))).toMatchObject({
      code: 'WAYBILL_QRS_TIMEOUT',
      facts: { setting: 'timeouts.uploadBase', mayHaveTakenEffect: true },
    });
  });

  it('ends with the reason of its signal', async () => {
    const site = await start((request) => void request.resume());
    const controller = new AbortController();
    const reason = new Error('cancelled by the worker');
    const body = Readable.from(slowSlices());

    const running = site
      .client()
      .uploadApp({ name: 'x', body, sizeBytes: bytes.length }, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);

    await expect(running).rejects.toBe(reason);
    expect(body.destroyed).toBe(true);
  });
});

async function takeIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  await hashOf(request);
  sendJson(response, app, 201);
}

/** The two names of the test's one server stand for two nodes. */
function isCentral(request: IncomingMessage): boolean {
  return request.headers.host?.startsWith('localhost') ?? false;
}

async function* repeat(part: Buffer, times: number): AsyncGenerator<Buffer> {
  for (let turn = 0; turn < times; turn++) yield part;
}

/** A site that says what it is, and answers everything else as told. */
async function start(answer: Answer, nodeTypeOf: (request: IncomingMessage) => number = () => 1): Promise<SmallSite> {
  const site = await startSmallSite((request, response) => {
    if (request.url?.startsWith('/qrs/about')) sendJson(response, { ...aboutBody, nodeType: nodeTypeOf(request) });
    else void answer(request, response);
  });
  sites.push(site);
  return site;
}
