import { once } from 'node:events';
import { copyFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from './code-of.ts';
import { aboutBody, sendJson, type SmallSite, startSmallSite } from './small-site.ts';

const id = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

describe('connection errors', () => {
  it('tells a closed port', async () => {
    const site = await start();
    const unused = await plainServer(() => undefined);
    await unused.close();

    const error = await failureOf(site.client({ site: { port: unused.port } }).about());

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_UNREACHABLE', retryable: true });
    expect(error.message).toContain('nothing listens');
    expect(error.message).toContain(`127.0.0.1:${unused.port}`);
    expect(error.remedy).toContain('sites.dev.hosts');
    expect(error.facts.mayHaveTakenEffect).toBe(false);
  });

  it('tells a host name that nobody knows', async () => {
    const site = await start();

    const error = await failureOf(site.client({ site: { hosts: ['no-such-host.invalid'] } }).about());

    expect(error.code).toBe('WAYBILL_QRS_UNREACHABLE');
    expect(error.facts.host).toBe(`no-such-host.invalid:${site.port}`);
  });

  it('tells a wrong certificate authority', async () => {
    const site = await start();
    const other = await start();

    const error = await failureOf(site.client({ site: { port: other.port } }).about());

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_TLS_UNTRUSTED', retryable: false });
    expect(error.remedy).toContain('sites.dev.certificates');
  });

  it('tells a wrong host name, and which names would do', async () => {
    const site = await start({ certificates: { hostNames: ['qlik.company.test'] } });

    const error = await failureOf(site.client().about());

    expect(error.code).toBe('WAYBILL_QRS_TLS_NAME');
    expect(error.remedy).toContain('sites.dev.serverName');
    expect(error.remedy).toContain('qlik.company.test');
  });

  it('accepts the name set as serverName, and sends it along', async () => {
    const site = await start({ certificates: { hostNames: ['qlik.company.test'] } });

    await expect(site.client({ site: { serverName: 'qlik.company.test' } }).about()).resolves.toEqual(aboutBody);
    expect((await failureOf(site.client({ site: { serverName: 'other.test' } }).about())).code).toBe(
      'WAYBILL_QRS_TLS_NAME',
    );
  });

  it('asks by SNI for the name that is expected, and for no address', async () => {
    const asked: unknown[] = [];
    const site = await start(
      { certificates: { hostNames: ['127.0.0.1', 'localhost', 'qlik.test'] } },
      (request, response) => {
        asked.push((request.socket as TLSSocket).servername);
        sendJson(response, aboutBody);
      },
    );

    await site.client({ site: { hosts: ['localhost'] } }).about();
    await site.client({ site: { serverName: 'qlik.test' } }).about();
    await site.client().about();

    expect(asked).toEqual(['localhost', 'qlik.test', false]);
  });

  it('accepts an address as serverName', async () => {
    const site = await start({ certificates: { hostNames: ['10.1.2.3'] } });

    await expect(site.client({ site: { serverName: '10.1.2.3' } }).about()).resolves.toEqual(aboutBody);
  });

  it('tells a server certificate that has run out', async () => {
    const site = await start({ certificates: { validForDays: -1 }, server: { rejectUnauthorized: false } });

    expect((await failureOf(site.client().about())).code).toBe('WAYBILL_QRS_TLS_EXPIRED');
  });

  it('tells a refused client certificate', async () => {
    const site = await start();
    const { folder } = await start();
    await copyFile(path.join(site.folder, 'root.pem'), path.join(folder, 'root.pem'));

    const error = await failureOf(site.client({ site: { certificates: folder } }).putApp({ id } as never));

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_CLIENT_CERTIFICATE', retryable: false });
    expect(error.facts.mayHaveTakenEffect).toBe(false);
  });

  it('tells a port that speaks no TLS', async () => {
    const site = await start();
    const plain = await plainServer((socket) =>
      socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );

    const error = await failureOf(site.client({ site: { port: plain.port } }).about());

    expect(error.code).toBe('WAYBILL_QRS_TLS_FAILED');
    expect(error.remedy).toContain('sites.dev.port');
  });

  it('tells certificate files that are missing', async () => {
    const site = await start();
    await rm(path.join(site.folder, 'client_key.pem'));

    const error = await failureOf(site.client().about());

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_CERTIFICATE_FILES', retryable: false });
    expect(error.message).toContain('client_key.pem');
  });

  it('says that a write may have been done when the connection breaks after it was sent', async () => {
    const site = await start({}, (request) => request.socket.destroy());

    const write = await failureOf(site.client().deleteApp(id));
    const read = await failureOf(site.client().about());

    expect(write).toMatchObject({ code: 'WAYBILL_QRS_UNREACHABLE', facts: { mayHaveTakenEffect: true } });
    expect(read).toMatchObject({ code: 'WAYBILL_QRS_UNREACHABLE', facts: { mayHaveTakenEffect: false } });
  });

  it('tells a site that takes too long, and which setting allows more', async () => {
    const site = await start({}, () => undefined);

    const error = await failureOf(site.client({ timeouts: { writeMs: 50 } }).deleteApp(id));

    expect(error).toMatchObject({ code: 'WAYBILL_QRS_TIMEOUT', facts: { mayHaveTakenEffect: true, timeoutMs: 50 } });
    expect(error.remedy).toContain('timeouts.write');
  });

  it('ends a call at once when its signal is aborted, connected or not', async () => {
    const site = await start({}, () => undefined);
    const silent = await plainServer(() => undefined);
    const reason = new Error('cancelled by the worker');
    const clients = [site.client(), site.client({ site: { port: silent.port } })];

    for (const client of clients) {
      const controller = new AbortController();
      const running = client.about({ signal: controller.signal });
      setTimeout(() => controller.abort(reason), 30);
      await expect(running).rejects.toBe(reason);
    }
    await expect(site.client().about({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('sends nothing of a call that was aborted while its connection was made', async () => {
    const site = await start();
    const client = site.client();
    const controller = new AbortController();
    const reason = new Error('cancelled by the worker');
    site.server.once('connection', () => controller.abort(reason));

    await expect(client.deleteApp(id, { signal: controller.signal })).rejects.toBe(reason);

    await expect(client.about()).resolves.toEqual(aboutBody);
    expect(site.requests.map(({ method }) => method)).toEqual(['GET']);
  });
});

async function start(
  options: Parameters<typeof startSmallSite>[1] = {},
  answer: Parameters<typeof startSmallSite>[0] = (_, response) => sendJson(response, aboutBody),
): Promise<SmallSite> {
  const site = await startSmallSite(answer, options);
  open.push(site);
  return site;
}

async function plainServer(onSocket: (socket: Socket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const thing = {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  open.push(thing);
  return thing;
}
