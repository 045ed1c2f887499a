import { mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { type QrsSite, type QrsSiteOptions, startQrsSite } from '../../../sandbox/qrs/start-site.ts';

/** JSON as a server answered it; tests judge it with matchers. */
// oxlint-disable-next-line typescript/no-explicit-any -- a type per answer would say nothing that the matchers do not
export type Json = any;

export const xrfKey = 'abcdefghijklmnop';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  bytes: Buffer;
  text: string;
  json: Json;
}

export interface CallOptions {
  body?: unknown;
  raw?: Buffer | Readable;
  headers?: Record<string, string>;
  user?: string | null;
  withoutXrf?: boolean;
}

export interface TestSite extends QrsSite {
  agent: https.Agent;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A site in a folder of its own with the user ACME\ann (owner), ACME\bob, a stream and two custom properties. */
export async function startTestSite(options: Partial<QrsSiteOptions> = {}): Promise<TestSite> {
  const folder = options.folder ?? (await mkdtemp(path.join(os.tmpdir(), 'waybill-qrs-')));
  const site = await startQrsSite({ alias: 'dev', ...options, folder });
  const { certificates } = site;
  const [ca, cert, key] = await Promise.all([
    readFile(certificates.root),
    readFile(certificates.client),
    readFile(certificates.clientKey),
  ]);
  const agent = new https.Agent({ keepAlive: true, ca, cert, key });
  site.actAs.createUser({ directory: 'ACME', id: 'ann', name: 'Ann', email: 'ann@acme.example' });
  site.actAs.createUser({ directory: 'ACME', id: 'bob', name: 'Bob' });
  site.actAs.createStream('Sales');
  site.actAs.createProperty('Promote to', ['prod/Sales', 'test/Sales']);
  site.actAs.createProperty('Approval', ['Approve', 'Deny']);
  return Object.assign(site, {
    agent,
    call: (method: string, target: string, call: CallOptions = {}) => send(site, agent, method, target, call),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await site.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  });
}

function send(site: QrsSite, agent: https.Agent, method: string, target: string, call: CallOptions): Promise<Answer> {
  const user = call.user === undefined ? 'UserDirectory=INTERNAL; UserId=sa_api' : call.user;
  const headers: Record<string, string> = {
    ...(call.withoutXrf ? {} : { 'X-Qlik-Xrfkey': xrfKey }),
    ...(user === null ? {} : { 'X-Qlik-User': user }),
    ...(call.body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...call.headers,
  };
  const mark = target.includes('?') ? '&' : '?';
  const url = `${site.url}${target}${call.withoutXrf ? '' : `${mark}Xrfkey=${xrfKey}`}`;
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(answerOf(response, Buffer.concat(chunks))));
    });
    request.on('error', reject);
    if (call.raw !== undefined && !Buffer.isBuffer(call.raw)) call.raw.pipe(request);
    else request.end(call.raw ?? (call.body === undefined ? undefined : JSON.stringify(call.body)));
  });
}

function answerOf(response: http.IncomingMessage, bytes: Buffer): Answer {
  const text = bytes.toString('utf8');
  const isJson = (response.headers['content-type'] ?? '').includes('json');
  const { statusCode: status = 0, headers } = response;
  return { status, headers, bytes, text, json: isJson ? (JSON.parse(text) as unknown) : undefined };
}

export interface Receiver {
  url: string;
  /** The arrays that came, one a call. */
  calls: Json[][];
  events(): Json[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A callback listener as a client of QRS runs it. */
export async function startReceiver(status = 204): Promise<Receiver> {
  const calls: Json[][] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json[]);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    calls,
    events: () => calls.flat(),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
