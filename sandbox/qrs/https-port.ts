import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { type OpenPort, openPort } from '../web/open-port.ts';
import type { CertificateFiles } from './certificates.ts';

/** A listening port that can be shut and opened again under the same number, and change its certificates. */
export interface HttpsPort extends OpenPort {
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
  server.on('tlsClientError', () => undefined);
  return {
    ...(await openPort(server, options.ip, options.port)),
    async useCertificates(files) {
      server.setSecureContext(await secretsOf(files));
    },
  };
}

async function secretsOf(files: CertificateFiles): Promise<{ key: Buffer; cert: Buffer; ca: Buffer }> {
  const [key, cert, ca] = await Promise.all([readFile(files.serverKey), readFile(files.server), readFile(files.root)]);
  return { key, cert, ca };
}
