import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { applyAfter, applyBefore, type PortControl } from '../qrs/apply-fault.ts';
import type { ActiveFault, FaultBoard } from '../qrs/faults.ts';
import type { Reply } from '../qrs/http-call.ts';
import { sendReply } from '../qrs/send-reply.ts';
import { KeptList } from './kept-list.ts';
import { openPort } from './open-port.ts';
import { serverCertificate } from './server-certificate.ts';

/** A request with its whole body. */
export interface WebRequest {
  method: string;
  /** Path and query as sent. */
  url: string;
  /** Decoded, without empty ones. */
  segments: string[];
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  rawBody: Buffer;
}

/** What to answer, and what the request log says of it. */
export interface WebReply extends Reply {
  /** The route with placeholders. */
  route?: string;
  /** Whose credentials came with the request. Never the credentials. */
  by?: string;
}

/** One request as the server saw it. */
export interface WebRequestEntry {
  number: number;
  atUtc: string;
  method: string;
  path: string;
  route: string;
  by: string;
  /** 0: no answer was given (reset, hang). */
  status: number;
  ms: number;
  /** Ids of the fault rules that were applied. */
  faults: string[];
}

export interface WebServerOptions {
  /** On loopback; default any free one. */
  port?: number;
  /** With a certificate of its own making; default plain http. */
  https?: boolean;
  /** Where the certificate and `requests.jsonl` live; without, in memory only. */
  folder?: string;
  faults: FaultBoard;
  handle(request: WebRequest): WebReply | Promise<WebReply>;
}

/** A server on loopback with faults to script and a log of its requests. */
export interface WebServer {
  url: string;
  port: number;
  /** Certificate authority to trust; empty without https. */
  caPem: string;
  requests: KeptList<WebRequestEntry>;
  /** Closes the port and resets all connections, until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  close(): Promise<void>;
}

const mostBodyBytes = 32 * 1024 * 1024;

/** Starts a server whose answers `handle` gives, unless a fault rule says otherwise. */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  const certificate = options.https ? await serverCertificate(options.folder) : undefined;
  const server =
    certificate === undefined
      ? http.createServer()
      : https.createServer({ key: certificate.key, cert: certificate.cert });
  const requests = new KeptList<WebRequestEntry>('request', options.folder && `${options.folder}/requests.jsonl`);
  const listener = await openPort(server, '127.0.0.1', options.port ?? 0);
  const control: PortControl = {
    closeFor: (ms) => void listener.shutFor(ms),
    restart: (downMs) => void listener.shutFor(downMs),
    reset: (request) => listener.reset(request),
  };
  server.on('tlsClientError', () => undefined);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    void serve({ options, control, requests }, request, response);
  });
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${listener.port}`,
    port: listener.port,
    caPem: certificate?.ca ?? '',
    requests,
    goDown: () => listener.shut(),
    comeUp: () => listener.open(),
    close: () => listener.close(),
  };
}

interface Serving {
  options: WebServerOptions;
  control: PortControl;
  requests: KeptList<WebRequestEntry>;
}

/** Answers one request, or leaves it unanswered when a fault says so. Never rejects. */
async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedMs = performance.now();
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const faults = serving.options.faults.strike(method, url);
  const entry = { atUtc: new Date().toISOString(), method, path: url, faults: faults.map(({ id }) => id) };
  let reply: WebReply | undefined;
  let isSent = false;
  try {
    const answer = await answerTo(serving, request, faults);
    reply = answer.reply;
    if (answer.isLost) return;
    const effects = faults.map(({ effect }) => effect);
    const isCut = await sendReply(response, reply, effects);
    isSent = true;
    if (isCut) serving.control.reset(request);
  } catch {
    response.destroy();
  } finally {
    const { route = '-', by = '', status = 0 } = reply ?? {};
    const ms = performance.now() - startedMs;
    serving.requests.add({ ...entry, route, by, status: isSent ? status : 0, ms });
  }
}

/** The reply, and whether it is lost although the request had its effect. */
async function answerTo(
  { options, control }: Serving,
  request: IncomingMessage,
  faults: readonly ActiveFault[],
): Promise<{ reply: WebReply; isLost: boolean }> {
  const unanswered = { reply: { status: 0 }, isLost: true };
  const before = await applyBefore(faults, request, control);
  if (before.type === 'silence') return unanswered;
  const body = await readBody(request);
  const parsed = parse(request, body);
  if (parsed === undefined) return { reply: { status: 400 }, isLost: false };
  const reply = before.type === 'reply' ? before.reply : await options.handle(parsed);
  const after = await applyAfter(faults, request, control);
  if (after.type === 'silence') return { reply, isLost: true };
  return { reply: after.type === 'reply' ? after.reply : reply, isLost: false };
}

/** Undefined when the request's address is none. */
function parse(request: IncomingMessage, rawBody: Buffer): WebRequest | undefined {
  const { method = 'GET', url = '/', headers } = request;
  try {
    const { pathname, searchParams: query } = new URL(url, 'http://loopback');
    const segments = pathname.split('/').filter((segment) => segment !== '');
    return { method, url, segments: segments.map((segment) => decodeURIComponent(segment)), query, headers, rawBody };
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBodyBytes) throw new Error('the body is larger than any client of the sandbox sends');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
