import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { BLOCK_BYTES, isShared, QUEUED_BLOCKS } from '../../../../activities/shared-blocks.ts';
import { bytes, hash, hashOf, slices } from './app-file.ts';
import { failureOf } from './code-of.ts';
import { WAYS } from './download-ways.ts';
import { type Answer, aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const path = '/tempcontent/x.qvf';
const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe.each(WAYS)('a file that is downloaded $name', ({ way }) => {
  it.each([
    ['of their own', false],
    ['of shared memory, where they come in turn', true],
  ])('comes in blocks of a MiB, %s', async (_, blocksInTurn) => {
    const site = await start((_request, response) => response.end(bytes));
    const { stream } = await site.client().download(path, { ...way, blocksInTurn });

    const sizes: number[] = [];
    const copies: Buffer[] = [];
    for await (const block of stream as AsyncIterable<Uint8Array>) {
      sizes.push(block.length);
      expect(isShared(block)).toBe(blocksInTurn);
      copies.push(Buffer.from(block));
    }

    expect(sizes).toEqual([BLOCK_BYTES, BLOCK_BYTES, bytes.length - 2 * BLOCK_BYTES]);
    expect(hash(Buffer.concat(copies))).toBe(hash(bytes));
  });

  it('comes whole where it is larger than what is collected at once', async () => {
    const large = Buffer.concat(Array.from({ length: 7 }, () => bytes));
    const site = await start((_, response) => response.end(large));

    const { stream } = await site.client().download(path, { ...way, blocksInTurn: true });

    expect(await hashOf(stream)).toBe(hash(large));
  });

  it('ends with its last whole block, without an empty one', async () => {
    const whole = randomBytes(2 * BLOCK_BYTES);
    const site = await start((_, response) => response.end(whole));

    const { stream } = await site.client().download(path, way);

    expect((await stream.toArray()).map((block: Uint8Array) => block.length)).toEqual([BLOCK_BYTES, BLOCK_BYTES]);
  });

  it('is one block of its own unless blocks in turn are asked for, and none where it is empty', async () => {
    let content = 'x';
    const site = await start((_, response) => response.end(content));
    const client = site.client();

    const [block] = (await (await client.download(path, way)).stream.toArray()) as Uint8Array[];
    expect(isShared(block!)).toBe(false);
    content = '';
    expect(await (await client.download(path, way)).stream.toArray()).toEqual([]);
  });

  it('tells its progress as it comes', async () => {
    const site = await start((_, response) => {
      response.write('abc');
      setImmediate(() => response.end('de'));
    });
    const progress: number[] = [];

    const { stream } = await site.client().download(path, { ...way, onProgress: (count) => progress.push(count) });
    await stream.toArray();

    expect(progress.at(-1)).toBe(5);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  it('is no file where the site sends one on, or fails', async () => {
    const site = await start((_, response) => response.writeHead(302, { location: '/login' }).end('go away'));

    expect(await failureOf(site.client().download(path, way))).toMatchObject({
      code: 'WAYBILL_QRS_REPLY',
      facts: { reply: 'go away', status: 302 },
    });
  });

  it('ends its connection when its reader stops, and tells the reader why it did', async () => {
    const site = await start((_, response) => void response.writeHead(200).write(bytes));
    const { stream } = await site.client().download(path, way);
    const reason = new Error('the disk is full');

    stream.destroy(reason);

    await expect(stream.toArray()).rejects.toBe(reason);
    await expect.poll(() => site.openConnections()).toBe(0);
  });

  it('that stands still is told with what had come and how long it stood', async () => {
    const site = await start((_, response) => void response.writeHead(200).write('abc'));

    const { stream } = await site.client({ timeouts: { stallMs: 100 } }).download(path, way);

    expect((await failureOf(stream.toArray())).facts).toMatchObject({
      site: 'dev',
      host: `127.0.0.1:${site.port}`,
      doing: 'download an export',
      stallMs: 100,
      transferredBytes: 3,
      waitingFor: 'the site',
      mayHaveTakenEffect: false,
    });
  });

  it('waits in no more than its few blocks while nobody reads it', async () => {
    const site = await start((_, response) => void response.writeHead(200).write(Buffer.alloc(20 * BLOCK_BYTES)));

    const { stream } = await site.client({ timeouts: { stallMs: 300 } }).download(path, way);
    const error = await failureOf(new Promise((_, reject) => stream.on('error', reject)));

    expect(error.facts).toMatchObject({ waitingFor: 'the reader of the file' });
    expect(error.facts['transferredBytes']).toBeGreaterThanOrEqual((QUEUED_BLOCKS - 1) * BLOCK_BYTES);
    expect(error.facts['transferredBytes']).toBeLessThan(QUEUED_BLOCKS * BLOCK_BYTES);
  });

  it('is asked for by its path, with nothing encoded but what may not stand there', async () => {
    const site = await start((_, response) => response.end('x'));
    const kept = "/a-z_0.~:@!$&'()*+,;=%20[]/x?y=1";

    for (const asked of [kept, '/😀 \u00fc#.qvf']) {
      const { stream } = await site.client().download(asked, way);
      await stream.toArray();
    }

    expect(site.requests.map(({ url }) => url.replace(/[?&]xrfkey=.*/, ''))).toEqual([
      kept,
      '/%F0%9F%98%80%20%C3%BC%23.qvf',
    ]);
  });

  it('does not stand still before its head comes: then the time of a read rules', async () => {
    const site = await start(() => undefined);
    const client = site.client({ timeouts: { stallMs: 20, readMs: 400 } });

    expect((await failureOf(client.download(path, way))).code).toBe('WAYBILL_QRS_TIMEOUT');
  });

  it('may take longer than a read once it comes', async () => {
    const site = await start((_, response) => {
      response.write('a');
      setTimeout(() => response.end('b'), 1600);
    });

    const { stream } = await site.client({ timeouts: { readMs: 300 } }).download(path, way);

    expect(Buffer.concat(await stream.toArray()).toString()).toBe('ab');
  });
});

describe.each(WAYS)('a reply $name', ({ way }) => {
  it('is the final one, not what a proxy sends before it', async () => {
    const site = await start((_, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      sendJson(response, aboutBody);
    });

    await expect(site.client().about()).resolves.toEqual(aboutBody);
    const { stream } = await site.client().download(path, way);
    expect(JSON.parse(Buffer.concat(await stream.toArray()).toString())).toEqual(aboutBody);
  });

  it('is put together from its pieces, wherever a letter is cut', async () => {
    const text = Buffer.from(JSON.stringify({ buildVersion: 'ü'.repeat(10) }));
    const site = await start((_, response) => {
      response.write(text.subarray(0, 18));
      setTimeout(() => response.end(text.subarray(18)), 20);
    });

    await expect(site.client().about()).resolves.toEqual({ buildVersion: 'ü'.repeat(10) });
  });
});

describe('a file that is uploaded', () => {
  const app = { id, name: 'x' };
  const central: Answer = (request, response) => {
    if (request.url?.startsWith('/qrs/about')) return sendJson(response, aboutBody);
    return request.resume().on('end', () => sendJson(response, app, 201));
  };

  it('keeps its data and its connections unless told otherwise', async () => {
    const site = await start(central);
    const client = site.client();
    const upload = (more: object) => ({ name: 'x', body: slices(), sizeBytes: bytes.length, ...more });

    await client.uploadApp(upload({}));
    await client.uploadApp(upload({ keepData: false, excludeConnections: true }));

    const queries = site.requests
      .map(({ url }) => new URL(url, 'https://qlik'))
      .filter(({ pathname }) => pathname === '/qrs/app/upload')
      .map(({ searchParams }) => [searchParams.get('keepdata'), searchParams.get('excludeconnections')]);
    expect(queries).toEqual([
      ['true', 'false'],
      ['false', 'true'],
    ]);
  });

  it('is over for its source as well, whether it succeeds or nobody can be asked', async () => {
    const site = await start(central);
    const [sent, unsent] = [Readable.from(slices()), Readable.from(slices())];

    await site.client().uploadApp({ name: 'x', body: sent, sizeBytes: bytes.length });
    const nowhere = site.client({ site: { hosts: ['no-such-host.invalid'] } });
    await failureOf(nowhere.uploadApp({ name: 'x', body: unsent, sizeBytes: bytes.length }));

    expect([sent.destroyed, unsent.destroyed]).toEqual([true, true]);
  });

  it('may take one second for so many bytes on top of a base, or what its options say', async () => {
    const site = await start((request, response) => {
      if (request.url?.startsWith('/qrs/about')) sendJson(response, aboutBody);
      else request.resume();
    });
    const client = site.client({ timeouts: { uploadBaseMs: 100, uploadRateBytes: 7_000_000 } });
    const upload = async (timeoutMs?: number) =>
      failureOf(client.uploadApp({ name: 'x', body: slices(), sizeBytes: bytes.length }, { timeoutMs }));

    // 3,000,000 bytes at 7,000,000 a second: 428.6 ms.
    expect((await upload()).facts).toMatchObject({ timeoutMs: 529, setting: 'timeouts.uploadBase' });
    expect((await upload(50)).facts).toMatchObject({ timeoutMs: 50 });
  });

  it('that stands still is told with what had gone', async () => {
    const site = await start((request, response) => {
      if (request.url?.startsWith('/qrs/about')) sendJson(response, aboutBody);
      else request.resume();
    });
    const body = new Readable({ read: () => undefined });
    body.push('abc');

    const error = await failureOf(
      site.client({ timeouts: { stallMs: 100 } }).uploadApp({ name: 'x', body, sizeBytes: 10 }),
    );

    expect(error.facts).toMatchObject({ doing: 'upload the app x', stallMs: 100, mayHaveTakenEffect: true });
    expect(error.facts['transferredBytes']).toBe(3);
  });

  it('that is longer than announced is the fault of its source, with both lengths', async () => {
    const site = await start(central);

    const error = await failureOf(site.client().uploadApp({ name: 'x', body: slices(), sizeBytes: bytes.length - 1 }));

    expect(error).toMatchObject({
      code: 'WAYBILL_QRS_UPLOAD_SOURCE',
      facts: { sizeBytes: bytes.length - 1, mayHaveTakenEffect: false },
    });
  });
});

async function start(answer: Answer): Promise<SmallSite> {
  const site = await startSmallSite(answer);
  sites.push(site);
  return site;
}
