import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { type GatewayCore, handleRequest } from './handle-request.ts';

export interface NodeService {
  /** `http://host:port`, as it is bound. */
  readonly url: string;
  /** Takes no new request, and ends when the running ones have. */
  close(): Promise<void>;
}

export interface NodeServiceOptions extends GatewayCore {
  /** Whether an event can be taken now; told by `GET /ready`. */
  readonly isReady: () => boolean;
}

/** A whole request has to be there within this time. */
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** Serves the gateway over HTTP on its address; TLS is a proxy's. */
export async function startNodeService(options: NodeServiceOptions): Promise<NodeService> {
  const { host, port } = options.settings.listen;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES }, (from, to) => {
    answer(from, to, options).catch(() => to.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return { url: urlOf(server), close: () => closeServer(server) };
}

async function answer(from: IncomingMessage, to: ServerResponse, options: NodeServiceOptions): Promise<void> {
  const probe = from.method === 'GET' || from.method === 'HEAD' ? probes[from.url ?? ''] : undefined;
  if (probe) return void to.writeHead(probe(options) ? 200 : 503, { 'content-type': 'text/plain' }).end('\n');
  const request = toRequest(from);
  if (!request) return void to.writeHead(400, { connection: 'close' }).end();
  const response = await handleRequest(request, options);
  // What was not read of a body is not read for the sake of the next request.
  if (!from.complete) to.setHeader('connection', 'close');
  to.writeHead(response.status, Object.fromEntries(response.headers));
  to.end(Buffer.from(await response.arrayBuffer()));
}

const probes: Readonly<Record<string, (options: NodeServiceOptions) => boolean>> = {
  '/health': () => true,
  '/ready': ({ isReady }) => isReady(),
};

function toRequest(from: IncomingMessage): Request | undefined {
  const { method = 'GET', rawHeaders } = from;
  try {
    const headers = new Headers();
    for (let at = 0; at + 1 < rawHeaders.length; at += 2)
      headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
    const hasBody = method !== 'GET' && method !== 'HEAD';
    return new Request(new URL(from.url ?? '/', 'http://gateway'), {
      method,
      headers,
      ...(hasBody && { body: Readable.toWeb(from) as ReadableStream, duplex: 'half' }),
    });
  } catch {
    return undefined;
  }
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
