import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import {
  type CloudTenant,
  type CloudTenantOptions,
  startCloudTenant,
} from '../../../sandbox/cloud/start-cloud-tenant.ts';

/** JSON as a server answered it; tests judge it with matchers. */
// oxlint-disable-next-line typescript/no-explicit-any -- a type per answer would say nothing that the matchers do not
export type Json = any;

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: Json;
}

export interface TestTenant extends CloudTenant {
  /** Ann, who owns the app Sales. */
  ann: string;
  app: string;
  /** As the TenantAdmin of the first API key, unless `token` says otherwise; null: nobody. */
  call(path: string, options?: CallOptions): Promise<Answer>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface CallOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  token?: string | null;
  body?: unknown;
}

/** A tenant with the user Ann, a space and the app Sales with a tag. */
export async function startTestTenant(options: CloudTenantOptions = {}): Promise<TestTenant> {
  const tenant = await startCloudTenant(options);
  const ann = tenant.actAs.createUser({ name: 'Ann Andersson', email: 'ann@acme.example' });
  const space = tenant.actAs.createSpace({ name: 'Finance', owner: ann });
  const app = tenant.actAs.createApp({ name: 'Sales', owner: ann, space, tags: ['alert'] });
  return Object.assign(tenant, {
    ann,
    app,
    async call(path: string, { method = 'GET', token = tenant.apiKey, body }: CallOptions = {}): Promise<Answer> {
      const url = path.startsWith('http') ? path : `${tenant.url}${path}`;
      const response = await request(url, {
        method,
        headers: {
          ...(token !== null && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      const isJson = String(response.headers['content-type']).includes('json');
      const { statusCode: status, headers } = response;
      return { status, headers, text, json: isJson ? (JSON.parse(text) as unknown) : undefined };
    },
    [Symbol.asyncDispose]: () => tenant.close(),
  });
}

export interface Receiver {
  url: string;
  received: { headers: http.IncomingHttpHeaders; raw: string; json: Json; path: string }[];
  /** How the next calls are answered; null: not at all. */
  answer: { status: number; headers?: Record<string, string> } | null;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A receiver of webhooks, as a gateway is one. */
export async function startReceiver(): Promise<Receiver> {
  const server = http.createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const json = JSON.parse(raw) as unknown;
      receiver.received.push({ headers: incoming.headers, raw, json, path: incoming.url ?? '' });
      if (receiver.answer !== null) response.writeHead(receiver.answer.status, receiver.answer.headers).end('noted');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/qlik`,
    received: [],
    answer: { status: 204 },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
