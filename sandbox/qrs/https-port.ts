import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { CertificateFiles } from './certificates.ts';

/** A listening port that can be shut and opened again under the same number. */
export interface HttpsPort {
  port: number;
  /** Resets all connections; the port stays open. */
  resetConnections(): void;
  /** Stops listening and resets all connections. */
  shut(): Promise<void>;
  /** Listens again. */
  open(): Promise<void>;
  /** Serves other certificates from the next connection on. */
  useCertificates(files: CertificateFiles): Promise<void>;
}

/** A server with mutual TLS: it asks for a client certificate of its own authority and refuses others. */
export async function openHttpsPort(options: {
  ip: string;
  port: number;
  certificates: CertificateFiles;
  onRequest(request: IncomingMessage, response: ServerResponse): void;
}): Promise<HttpsPort> {
  const sockets = new Set<Socket>();
  const server = https.createServer(
    {
      ...(await secretsOf(options.certificates)),
      requestCert: true,
      rejectUnauthorized: true,
      keepAlive: true,
      noDelay: true,
      requestTimeout: 0,
      headersTimeout: 60_000,
      keepAliveTimeout: 60_000,
    },
    options.onRequest,
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  let port = options.port;
  const open = async (): Promise<void> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: options.ip }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    port = (server.address() as AddressInfo).port;
  };
  const resetConnections = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  await open();
  return {
    port,
    resetConnections,
    open: async () => {
      if (!server.listening) await open();
    },
    shut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        resetConnections();
      }),
    async useCertificates(files) {
      server.setSecureContext(await secretsOf(files));
    },
  };
}

async function secretsOf(files: CertificateFiles): Promise<{ key: Buffer; cert: Buffer; ca: Buffer }> {
  const [key, cert, ca] = await Promise.all([readFile(files.serverKey), readFile(files.server), readFile(files.root)]);
  return { key, cert, ca };
}
