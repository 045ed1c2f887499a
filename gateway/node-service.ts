import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Call } from './call.ts';
import { type GatewayCore, handleCall } from './handle-request.ts';
import type { GatewaySettings } from './settings.ts';

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

type Address = GatewaySettings['listen'];

/** A whole request has to be there within this time. */
const REQUEST_TIMEOUT_MS = 30_000;
const MAX_HEADER_BYTES = 16 * 1024;

/** Another program has the address, or this machine does not let it be used. */
export class CannotListenError extends Error {
  override readonly name = 'CannotListenError';
  readonly address: string;
  readonly reason: string;

  constructor({ host, port }: Address, cause: NodeJS.ErrnoException) {
    const address = `${host}:${port}`;
    const reason = cause.code === 'EADDRINUSE' ? 'another program listens there' : (cause.code ?? cause.message);
    super(`It cannot listen on ${address}: ${reason}. Set listen.host and listen.port to one that is free.`, { cause });
    this.address = address;
    this.reason = reason;
  }
}

/**
 * Serves the gateway over HTTP on an address; TLS is a proxy's. What is served is opened only once the address is its
 * own, as a second gateway would throw the first one off its broker and tidy away what that writes to its spool.
 * @throws CannotListenError, then nothing was opened; what `open` throws, then nothing listens any more
 */
export async function startNodeService(
  address: Address,
  open: () => Promise<NodeServiceOptions>,
): Promise<NodeService> {
  const opened = Promise.withResolvers<NodeServiceOptions>();
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES }, (from, to) => {
    opened.promise
      .then((options) => answer(from, to, { ...options, isOpen: () => server.listening }))
      .catch(() => to.destroy());
  });
  await listen(server, address);
  try {
    opened.resolve(await open());
  } catch (error) {
    const closed = closeServer(server);
    server.closeAllConnections();
    await closed;
    throw error;
  }
  return { url: urlOf(server), close: () => closeServer(server) };
}

function listen(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new CannotListenError({ host, port }, error)));
    server.listen(port, host, resolve);
  });
}

interface Answering extends NodeServiceOptions {
  /** Whether requests are taken still. */
  readonly isOpen: () => boolean;
}

async function answer(from: IncomingMessage, to: ServerResponse, options: Answering): Promise<void> {
  const probe = from.method === 'GET' || from.method === 'HEAD' ? probes[from.url ?? ''] : undefined;
  if (probe) {
    if (!options.isOpen()) to.setHeader('connection', 'close');
    return void to.writeHead(probe(options) ? 200 : 503, { 'content-type': 'text/plain' }).end('\n');
  }
  const call = toCall(from);
  if (!call) return void to.writeHead(400, { connection: 'close' }).end();
  const { status, headers, body } = await handleCall(call, options);
  // With its length the answer is one write; without, it goes in chunks.
  const length = { 'content-length': Buffer.byteLength(body) };
  // What was not read of a body is not read for the sake of the next request, and whoever holds a connection and asks
  // again and again, such as a proxy, would keep the service from its end.
  const close = from.complete && options.isOpen() ? {} : { connection: 'close' };
  to.writeHead(status, { ...headers, ...length, ...close }).end(body);
}

const probes: Readonly<Record<string, (options: NodeServiceOptions) => boolean>> = {
  '/health': () => true,
  '/ready': ({ isReady }) => isReady(),
};

function toCall(from: IncomingMessage): Call | undefined {
  const { method = 'GET', headers } = from;
  const url = URL.parse(from.url ?? '/', 'http://gateway');
  if (!url) return undefined;
  return {
    method,
    url: url.href,
    headers: { get: (name) => headers[name.toLowerCase()]?.toString() ?? null },
    read: (maxBytes) => read(from, maxBytes),
  };
}

function read(from: IncomingMessage, maxBytes: number): ReturnType<Call['read']> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let length = 0;
    from.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= maxBytes) return void pieces.push(piece);
      // The rest stays where it is until the answer has ended the connection.
      from.pause();
      resolve('too-large');
    });
    from.on('end', () => resolve(Buffer.concat(pieces, length)));
    // Somebody hung up, or sent what is no HTTP.
    from.on('error', () => resolve('not-readable'));
    from.on('close', () => resolve('not-readable'));
  });
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
