import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from './code-of.ts';
import { type Answer, aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const app = { id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', name: '~waybill/x' };
const filePath = '/tempcontent/d989fffd-0000-4000-8000-000000000000/User%20retention.qvf?serverNodeId=80db9b97';
const bytes = randomBytes(3_000_000);
const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe('download', () => {
  it('gives every byte and the announced length, asking beside /qrs with the request key', async () => {
    const site = await start((_, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes));
    let progress = 0;

    const { stream, sizeBytes } = await site.client().download(filePath, { onProgress: (count) => (progress = count) });

    expect(sizeBytes).toBe(bytes.length);
    expect(await hashOf(stream)).toBe(hash(bytes));
    expect(progress).toBe(bytes.length);
    expect(site.requests[0]?.url).toMatch(
      /^\/tempcontent\/.*User%20retention\.qvf\?serverNodeId=80db9b97&xrfkey=\w{16}$/,
    );
  });

  it('takes a file of unknown length, and a path with signs that should have been encoded', async () => {
    const site = await start((_, response) => response.writeHead(200).end('x'));

    const { stream, sizeBytes } = await site.client().download('/tempcontent/a/Größe 1#2.qvf?serverNodeId=8');

    expect(sizeBytes).toBeUndefined();
    expect(await hashOf(stream)).toBe(hash(Buffer.from('x')));
    expect(site.requests[0]?.url).toMatch(/^\/tempcontent\/a\/Gr%C3%B6%C3%9Fe%201%232\.qvf\?serverNodeId=8&xrfkey=/);
    expect((await failureOf(site.client().download('https://elsewhere/x'))).code).toBe('WAYBILL_QRS_VALUE');
  });

  it('fails in the stream when the file ends early', async () => {
    const site = await start((request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000));
      setTimeout(() => request.socket.destroy(), 20);
    });

    const { stream } = await site.client().download(filePath);

    expect(await failureOf(hashOf(stream))).toMatchObject({
      code: 'WAYBILL_QRS_TRUNCATED',
      retryable: true,
      facts: { receivedBytes: 1000, announcedBytes: bytes.length },
    });
  });

  it('is given up when no byte comes, and says who was waited for', async () => {
    const site = await start((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write('a');
    });

    const { stream } = await site.client({ timeouts: { stallMs: 100 } }).download(filePath);

    expect(await failureOf(hashOf(stream))).toMatchObject({
      code: 'WAYBILL_QRS_STALLED',
      facts: { waitingFor: 'the site' },
    });
  });

  it('goes on for longer than the standstill while bytes keep coming', async () => {
    const site = await start(async (_, response) => {
      response.writeHead(200);
      for (let turn = 0; turn < 20; turn++) {
        response.write('x');
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      response.end();
    });

    const { stream } = await site.client({ timeouts: { stallMs: 250 } }).download(filePath);

    expect(await hashOf(stream)).toBe(hash(Buffer.from('x'.repeat(20))));
  });

  it('holds the site back while its reader is slow, and gives up when the reader stands still', async () => {
    let sent = 0;
    const part = Buffer.alloc(1_000_000);
    const site = await start((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(part)) sent += part.length;
        sent += part.length;
      };
      response.on('drain', more).writeHead(200);
      more();
    });

    const { stream } = await site.client({ timeouts: { stallMs: 300 } }).download(filePath);
    stream.once('readable', () => stream.read());
    const error = await failureOf(new Promise((_, reject) => stream.on('error', reject)));

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_STALLED', facts: { waitingFor: 'the reader of the file' } });
    expect(sent).toBeLessThan(30_000_000);
  });

  it('fails with the status of the site before any byte', async () => {
    const site = await start((_, response) => response.writeHead(404).end('gone'));

    expect((await failureOf(site.client().download(filePath))).code).toBe('WAYBILL_QRS_NOT_FOUND');
  });

  it('ends with the reason of its signal, and quietly when its reader stops', async () => {
    const site = await start((_, response) => void response.writeHead(200).write(bytes));
    const client = site.client();
    const controller = new AbortController();
    const reason = new Error('cancelled by the worker');

    const first = await client.download(filePath, { signal: controller.signal });
    const reading = hashOf(first.stream);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);

    const second = await client.download(filePath);
    const closed = new Promise((resolve) => second.stream.on('close', resolve));
    second.stream.destroy();
    await closed;
  });
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
    const site = await start(async (request, response) => {
      await hashOf(request);
      sendJson(response, app, 201);
    });
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

function* sliced(): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
}

async function* slices(): AsyncGenerator<Buffer> {
  yield* sliced();
}

async function* slowSlices(): AsyncGenerator<Buffer> {
  for (const slice of sliced()) {
    yield slice;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function* repeat(part: Buffer, times: number): AsyncGenerator<Buffer> {
  for (let turn = 0; turn < times; turn++) yield part;
}

function hash(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

async function hashOf(stream: Readable | IncomingMessage): Promise<string> {
  const sum = createHash('sha256');
  await pipeline(stream, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) sum.update(chunk);
  });
  return sum.digest('hex');
}

/** A site that says what it is, and answers everything else as told. */
async function start(answer: Answer): Promise<SmallSite> {
  const site = await startSmallSite((request, response) => {
    if (request.url?.startsWith('/qrs/about')) sendJson(response, aboutBody);
    else void answer(request, response);
  });
  sites.push(site);
  return site;
}
