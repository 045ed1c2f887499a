import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { QrsClient } from '../../../../activities/qrs/client/qrs-client.ts';
import { BLOCK_BYTES } from '../../../../activities/shared-blocks.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { bytes, hash, hashOf } from './app-file.ts';
import { failureOf } from './code-of.ts';
import { WAYS } from './download-ways.ts';
import { type Answer, aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const filePath = '/tempcontent/x.qvf';
const { way } = WAYS[1]!;
const sites: SmallSite[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

describe('a large file', () => {
  it('comes on a connection of its own, which ends with it', async () => {
    const site = await start((request, response) =>
      request.url?.startsWith('/qrs/about') ? sendJson(response, aboutBody) : response.end(bytes),
    );
    const client = site.client();
    await client.about();

    for (const _ of [1, 2]) expect(await hashOf((await client.download(filePath, way)).stream)).toBe(hash(bytes));
    await client.about();

    expect(site.connections()).toBe(3);
    await waitFor('both to end', () => site.openConnections() === 1);
    expect(site.requests[1]?.headers).toMatchObject({ host: `127.0.0.1:${site.port}`, connection: 'close' });
    expect(site.requests[1]?.headers).toMatchObject({ 'x-qlik-user': 'UserDirectory=INTERNAL; UserId=sa_api' });
  });

  it('comes whole where its reader keeps it waiting, in blocks that are used again', async () => {
    const whole = randomBytes(40 * BLOCK_BYTES + 7);
    const site = await start((_, response) => response.writeHead(200, { 'content-length': whole.length }).end(whole));

    const { stream } = await site.client().download(filePath, { ...way, blocksInTurn: true });
    const read = createHash('sha256');
    let blocks = 0;
    for await (const block of stream as AsyncIterable<Uint8Array>) {
      if (blocks++ % 8 === 0) await sleep(30);
      read.update(block);
    }

    expect(read.digest('hex')).toBe(hash(whole));
  });

  it('comes whole in parts of any length, announced or not', async () => {
    const site = await start(async (request, response) => {
      if (request.url?.includes('announced')) response.writeHead(200, { 'content-length': bytes.length });
      for (let at = 0, length = 1; at < bytes.length; at += length, length = Math.ceil(length * 1.7)) {
        response.write(bytes.subarray(at, at + length));
        await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });

    for (const path of ['/announced.qvf', '/chunked.qvf'])
      expect(await hashOf((await site.client().download(path, way)).stream)).toBe(hash(bytes));
  });

  it('is over with its last announced byte, whatever comes after it', async () => {
    const site = await start(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc');
      setTimeout(() => socket.write('def'), 20);
    });

    const { stream } = await site.client().download(filePath, way);

    expect(Buffer.concat(await stream.toArray()).toString()).toBe('abc');
    await waitFor('the connection to end', () => site.openConnections() === 0);
  });

  it('ends with its connection where its length is not told', async () => {
    const site = await start(({ socket }) => {
      socket.write('HTTP/1.0 200 OK\r\n\r\nabc');
      setTimeout(() => socket.end('def'), 20);
    });

    const { stream, sizeBytes } = await site.client().download(filePath, way);

    expect(Buffer.concat(await stream.toArray()).toString()).toBe('abcdef');
    expect(sizeBytes).toBeUndefined();
  });

  it('comes from another host where the first cannot be connected', async () => {
    const site = await start((_, response) => response.end(bytes));
    const client = site.client({ site: { hosts: ['no-such-host.invalid', '127.0.0.1'] } });

    expect(await hashOf((await client.download(filePath, way)).stream)).toBe(hash(bytes));
  });
});

describe('a large file that does not come', () => {
  it.each([
    ['what is no HTTP', 'hello\r\n\r\n', /^it is not HTTP \(HPE_/],
    ['a head without end', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, /^it is not HTTP \(UND_ERR_HEADERS_OVER/],
  ])('is told of %s', async (_, reply, reason) => {
    const site = await start(({ socket }) => socket.write(reply));

    const { code, facts } = await failureOf(site.client().download(filePath, way));

    expect(code).toBe('WAYBILL_QRS_REPLY');
    expect(facts['reason']).toMatch(reason);
    await waitFor('the connection to end', () => site.openConnections() === 0);
  });

  it.each([
    ['before its head', ''],
    ['within its head', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('is told of a connection that was lost %s', async (_, part) => {
    const site = await start(({ socket }) => socket.end(part));

    const { code, facts } = await failureOf(site.client().download(filePath, way));

    expect(code).toBe('WAYBILL_QRS_UNREACHABLE');
    expect(facts['reason']).toContain('the connection was lost before any reply');
  });

  it('is told of chunks that are cut off', async () => {
    const site = await start((request, response) => {
      response.write('abc');
      setTimeout(() => request.socket.end(), 20);
    });

    const { stream } = await site.client().download(filePath, way);

    expect(await failureOf(stream.toArray())).toMatchObject({
      code: 'WAYBILL_QRS_TRUNCATED',
      facts: { receivedBytes: 3 },
    });
  });

  it('is told of what its reader throws', async () => {
    const site = await start((_, response) => response.end(bytes));
    const fault = new Error('the progress cannot be told');
    const onProgress = (): never => {
      throw fault;
    };

    const { stream } = await site.client().download(filePath, { ...way, onProgress });

    expect(await failureOf(stream.toArray())).toMatchObject({ code: 'WAYBILL_QRS_TRUNCATED', cause: fault });
  });

  it('is told of a port where nothing listens, and of a certificate of another authority', async () => {
    const [site, other] = [await start((_, response) => response.end()), await start((_, response) => response.end())];
    const closed = site.client({ site: { port: 1 } });
    const stranger = site.client({ site: { certificates: other.folder } });

    expect((await failureOf(closed.download(filePath, way))).code).toBe('WAYBILL_QRS_UNREACHABLE');
    expect((await failureOf(stranger.download(filePath, way))).code).toBe('WAYBILL_QRS_TLS_UNTRUSTED');
  });

  it.each(['at once', 'while it connects', 'once it is asked for'])(
    'ends with the reason of its signal: %s',
    async (when) => {
      const site = await start((request, response) => {
        if (request.url?.startsWith('/qrs/about')) sendJson(response, aboutBody);
      });
      const client = site.client();
      if (when !== 'at once') await client.about();
      const reason = new Error('cancelled by the worker');
      const cancelled = new AbortController();

      const downloading = client.download(filePath, { ...way, signal: cancelled.signal });
      if (when === 'while it connects') await new Promise((resolve) => setImmediate(resolve));
      if (when === 'once it is asked for') await waitFor('the request', () => site.requests.length === 2);
      cancelled.abort(reason);

      await expect(downloading).rejects.toBe(reason);
      await client.close(5000);
      await waitFor('the connections to end', () => site.openConnections() === 0);
      expect(site.requests.filter(({ url }) => url.startsWith(filePath))).toHaveLength(
        when === 'once it is asked for' ? 1 : 0,
      );
    },
  );
});

describe('a client with a large file under way that is closed', () => {
  const halfWay: Answer = (_, response) => {
    response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 1000));
  };

  it('lets the file end within its time of grace, and takes no other', async () => {
    let finish = () => undefined as void;
    const site = await start((request, response) => {
      halfWay(request, response);
      finish = () => void response.end(bytes.subarray(1000));
    });
    const client = site.client();
    const { stream } = await client.download(filePath, way);

    const closing = Promise.all([client.close(10_000), client.close(10_000)]);
    expect((await failureOf(client.download(filePath, way))).code).toBe('WAYBILL_QRS_UNREACHABLE');
    finish();

    expect(await hashOf(stream)).toBe(hash(bytes));
    await closing;
  });

  it('cuts it after that', async () => {
    const site = await start(halfWay);
    const client: QrsClient = site.client();
    const { stream } = await client.download(filePath, way);

    await client.close(50);

    expect((await failureOf(stream.toArray())).code).toBe('WAYBILL_QRS_TRUNCATED');
  });
});

async function start(answer: Answer): Promise<SmallSite> {
  const site = await startSmallSite(answer);
  sites.push(site);
  return site;
}
