import { afterEach, describe, expect, it } from 'vitest';
import { bytes, hash, hashOf } from './app-file.ts';
import { failureOf } from './code-of.ts';
import { WAYS } from './download-ways.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { type Answer, type SmallSite, startSmallSite } from './small-site.ts';

const filePath = '/tempcontent/d989fffd-0000-4000-8000-000000000000/User%20retention.qvf?serverNodeId=80db9b97';
const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe.each(WAYS)('download $name', ({ way }) => {
  it('gives every byte and the announced length, asking beside /qrs with the request key', async () => {
    const site = await start((_, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes));
    let progress = 0;

    const { stream, sizeBytes } = await site
      .client()
      .download(filePath, { ...way, onProgress: (count) => (progress = count) });

    expect(sizeBytes).toBe(bytes.length);
    expect(await hashOf(stream)).toBe(hash(bytes));
    expect(progress).toBe(bytes.length);
    expect(site.requests[0]?.url).toMatch(
      /^\/tempcontent\/.*User%20retention\.qvf\?serverNodeId=80db9b97&xrfkey=\w{16}$/,
    );
  });

  it('takes a file of unknown length, and a path with signs that should have been encoded', async () => {
    const site = await start((_, response) => response.writeHead(200).end('x'));

    const { stream, sizeBytes } = await site.client().download('/tempcontent/a/Größe 1#2.qvf?serverNodeId=8', way);

    expect(sizeBytes).toBeUndefined();
    expect(await hashOf(stream)).toBe(hash(Buffer.from('x')));
    expect(site.requests[0]?.url).toMatch(/^\/tempcontent\/a\/Gr%C3%B6%C3%9Fe%201%232\.qvf\?serverNodeId=8&xrfkey=/);
    expect((await failureOf(site.client().download('https://elsewhere/x', way))).code).toBe('WAYBILL_QRS_VALUE');
  });

  it('fails in the stream when the file ends early', async () => {
    const site = await start((request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000));
      setTimeout(() => request.socket.destroy(), 20);
    });

    const { stream } = await site.client().download(filePath, way);

    expect(await failureOf(hashOf(stream))).toMatchObject({
      code: 'WAYBILL_QRS_TRUNCATED',
      retryable: true,
      facts: { receivedBytes: 1000, announcedBytes: bytes.length },
    });
  });

  it('fails for whoever reads later when it broke before anybody read, and for nobody else', async () => {
    const site = await start((request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000));
      setTimeout(() => request.socket.destroy(), 20);
    });

    const { stream } = await site.client().download(filePath, way);
    await waitFor('the download to break', () => stream.destroyed);
    await new Promise((resolve) => setImmediate(resolve));

    expect(await failureOf(hashOf(stream))).toMatchObject({ code: 'WAYBILL_QRS_TRUNCATED' });
  });

  it('is given up when no byte comes, and says who was waited for', async () => {
    const site = await start((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write('a');
    });

    const { stream } = await site.client({ timeouts: { stallMs: 100 } }).download(filePath, way);

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

    const { stream } = await site.client({ timeouts: { stallMs: 250 } }).download(filePath, way);

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

    const { stream } = await site.client({ timeouts: { stallMs: 300 } }).download(filePath, way);
    stream.once('readable', () => stream.read());
    const error = await failureOf(new Promise((_, reject) => stream.on('error', reject)));

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_STALLED', facts: { waitingFor: 'the reader of the file' } });
    expect(sent).toBeLessThan(30_000_000);
  });

  it('fails with the status of the site before any byte', async () => {
    const site = await start((_, response) => response.writeHead(404).end('gone'));

    expect((await failureOf(site.client().download(filePath, way))).code).toBe('WAYBILL_QRS_NOT_FOUND');
  });

  it('ends with the reason of its signal, and quietly when its reader stops', async () => {
    const site = await start((_, response) => void response.writeHead(200).write(bytes));
    const client = site.client();
    const controller = new AbortController();
    const reason = new Error('cancelled by the worker');

    const first = await client.download(filePath, { ...way, signal: controller.signal });
    const reading = hashOf(first.stream);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);

    const second = await client.download(filePath, way);
    const closed = new Promise((resolve) => second.stream.on('close', resolve));
    second.stream.destroy();
    await closed;
  });
});

async function start(answer: Answer): Promise<SmallSite> {
  const site = await startSmallSite(answer);
  sites.push(site);
  return site;
}
