import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { CertificateFiles } from './certificates.ts';
import { wait } from './wait.ts';

/** A listening port that can be shut and opened again under the same number. */
export interface HttpsPort {
  port: number;
  /** Resets the connection (TCP RST) that the request came by. */
  reset(request: IncomingMessage): void;
  /** Stops listening and resets all connections. */
  shut(): Promise<void>;
  /** Listens again. */
  open(): Promise<void>;
  /** Shut, and open again after a while. */
  shutFor(ms: number): Promise<void>;
  /** Shut for good. */
  close(): Promise<void>;
  /** Serves other certificates from the next connection on. */
  useCertificates(files: CertificateFiles): Promise<void>;
}

/** What a port serves, where. */
export interface HttpsPortOptions {
  ip: string;
  /** 0: any free one. */
  port: number;
  certificates: CertificateFiles;
  onRequest: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A server with mutual TLS: it asks for a client certificate of its own authority and refuses others. */
export async function openHttpsPort(options: HttpsPortOptions): Promise<HttpsPort> {
  const { server, sockets } = await createServer(options);
  let port = options.port;
  let isClosed = false;
  const open = async (): Promise<void> => {
    if (server.listening || isClosed) return;
    await listen(server, port, options.ip);
    port = (server.address() as AddressInfo).port;
  };
  const shut = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of sockets.values()) socket.resetAndDestroy();
    await closed;
  };
  await open();
  return {
    port,
    open,
    shut,
    reset(request) {
      sockets.get(addressOf(request.socket))?.resetAndDestroy();
    },
    async shutFor(ms) {
      await shut();
      await wait(ms);
      await open();
    },
    close() {
      isClosed = true;
      return shut();
    },
    async useCertificates(files) {
      server.setSecureContext(await secretsOf(files));
    },
  };
}

/** The bare TCP connections by their far end: a TLS socket cannot be reset itself. */
type Sockets = Map<string, Socket>;

function addressOf(socket: Socket): string {
  return `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
}

async function createServer(options: HttpsPortOptions): Promise<{ server: https.Server; sockets: Sockets }> {
  const sockets: Sockets = new Map();
  const server = https.createServer({
    ...(await secretsOf(options.certificates)),
    requestCert: true,
    rejectUnauthorized: true,
    keepAlive: true,
    noDelay: true,
    requestTimeout: 0,
    headersTimeout: 60_000,
    keepAliveTimeout: 60_000,
  });
  server.on('request', options.onRequest);
  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket);
    sockets.set(address, socket);
    socket.once('close', () => sockets.delete(address));
  });
  server.on('tlsClientError', () => undefined);
  return { server, sockets };
}

function listen(server: https.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function secretsOf(files: CertificateFiles): Promise<{ key: Buffer; cert: Buffer; ca: Buffer }> {
  const [key, cert, ca] = await Promise.all([readFile(files.serverKey), readFile(files.server), readFile(files.root)]);
  return { key, cert, ca };
}
