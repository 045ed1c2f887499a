import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createQrsClient, type QrsClient } from '../../../../activities/qrs/client/qrs-client.ts';
import type { QrsLogger, QrsSite, QrsTimeouts } from '../../../../activities/qrs/client/settings.ts';
import { type CertificateRequest, writeCertificates } from '../../../../sandbox/qrs/certificates.ts';

/** An HTTPS server with the certificates of a site and any answer one likes: for replies that no simulator gives. */
export interface SmallSite {
  port: number;
  folder: string;
  server: Server;
  requests: { method: string; url: string; headers: IncomingMessage['headers'] }[];
  /** Connections made so far. */
  connections(): number;
  /** Connections that are still there. */
  openConnections(): number;
  /** New certificates of a new authority, for the server as well, as after "recreate certificates" in the QMC. */
  renewCertificates(): Promise<void>;
  site(change?: Partial<QrsSite>): QrsSite;
  client(change?: { site?: Partial<QrsSite>; timeouts?: Partial<QrsTimeouts>; logger?: QrsLogger }): QrsClient;
  close(): Promise<void>;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

export const patientTimeouts: QrsTimeouts = {
  readMs: 10_000,
  writeMs: 10_000,
  publishMs: 10_000,
  exportMs: 10_000,
  uploadBaseMs: 10_000,
  uploadRateBytes: 2_000_000,
  stallMs: 10_000,
  connectMs: 5_000,
};

/** Starts one on a free port of 127.0.0.1; everything of it is gone after `close`. */
export async function startSmallSite(
  answer: Answer,
  options: { certificates?: Partial<CertificateRequest>; server?: ServerOptions } = {},
): Promise<SmallSite> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'waybill-qrs-'));
  const files = await writeCertificates({ folder, hostNames: ['127.0.0.1', 'localhost'], ...options.certificates });
  const requests: SmallSite['requests'] = [];
  const server = createServer(
    {
      key: await readFile(files.serverKey),
      cert: await readFile(files.server),
      ca: await readFile(files.root),
      requestCert: true,
      rejectUnauthorized: true,
      ...options.server,
    },
    (request, response) => {
      requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
      void answer(request, response);
    },
  );
  const sockets = trackSockets(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clients: QrsClient[] = [];
  const site = (change: Partial<QrsSite> = {}): QrsSite => ({
    hosts: ['127.0.0.1'],
    port,
    certificates: folder,
    user: { directory: 'INTERNAL', id: 'sa_api' },
    ...change,
  });
  return {
    port,
    folder,
    server,
    requests,
    connections: () => sockets.made,
    openConnections: () => sockets.open.size,
    renewCertificates: async () => {
      const renewed = await writeCertificates({ folder, hostNames: ['127.0.0.1', 'localhost'] });
      const pems = [renewed.serverKey, renewed.server, renewed.root].map((file) => readFile(file));
      const [key, cert, ca] = await Promise.all(pems);
      server.setSecureContext({ key, cert, ca });
    },
    site,
    client: (change = {}) => {
      const timeouts = { ...patientTimeouts, ...change.timeouts };
      const client = createQrsClient({ alias: 'dev', site: site(change.site), timeouts, logger: change.logger });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const socket of sockets.open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(clients.map((client) => client.close(0)));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8' }).end(JSON.stringify(value));
}

export const aboutBody = { buildVersion: '38.22.0.0', nodeType: 1, schemaPath: 'About' };

function trackSockets(server: Server): { open: Set<Socket>; made: number } {
  const tracked = { open: new Set<Socket>(), made: 0 };
  server.on('connection', (socket: Socket) => {
    tracked.made += 1;
    tracked.open.add(socket);
    socket.on('error', () => undefined).on('close', () => tracked.open.delete(socket));
  });
  return tracked;
}
