import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { controlActions } from './control-actions.ts';
import { QrsRefusal } from './refusal.ts';
import type { QrsSite } from './site.ts';

/** A running control server. */
export interface QrsControl {
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * A plain HTTP server on loopback, by which another process acts as a user of the QMC, sets faults and looks in.
 * JSON in and out; `site` may be left out when there is only one. A refusal is 400 `{error}`.
 *
 * `POST /act` `{site, action, …}` → `{result}`; the actions and their fields are those of `control-actions.ts`, e.g.
 * - `{action: 'createUser', directory, id, email?, roles?}`, `{action: 'createStream', name}`, `{action: 'createTag', name}`
 * - `{action: 'createProperty', name, choiceValues?}`, `{action: 'createApp', name, owner: 'DIR\\user', stream?, dataSizeBytes?}`
 * - `{action: 'publish', app, stream}`; `app` is an id, or a name that only one app has
 * - `{action: 'setProperties', app, by: 'DIR\\user', properties: {'Promote to': ['prod/Sales']}}`; `[]` takes them off
 * - `{action: 'tag', app, by, names}`, `{action: 'edit', app, title?, script?, addSheet?}`, `{action: 'reload', app}`
 * - `{action: 'rename', app, name}`, `{action: 'delete', app}`, `{action: 'restart', downMs?}`, `{action: 'goDown'}`
 * - `{action: 'addFault', rule: {effect: {type: 'reset'}, method: 'POST', path: 'upload'}}`, `{action: 'clearFaults'}`
 * - `{action: 'switches', set: {rowIdsOnResend: 'renewed'}}`, `{action: 'deliveryFaults', set: {dropNext: 3}}`
 *
 * `GET /state?site=` → `{site, url, apps, subscriptions, switches, faults, deliveryFaults, deliveryCounts}`
 * `GET /events?site=&after=<seq>` → events; `GET /requests?site=` → `{counts, requests}`; `GET /sites` → aliases, URLs.
 */
export async function startControl(sites: readonly QrsSite[], port = 0): Promise<QrsControl> {
  const server = http.createServer((request, response) => {
    void respond(sites, request).then(({ status, json }) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(json ?? null));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  sites: readonly QrsSite[],
  request: http.IncomingMessage,
): Promise<{ status: number; json: unknown }> {
  try {
    return { status: 200, json: await handle(sites, request) };
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    const refused = error instanceof QrsRefusal ? { status: error.status, body: error.body } : {};
    return { status: 400, json: { error: message, ...refused } };
  }
}

async function handle(sites: readonly QrsSite[], request: http.IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://control');
  if (request.method === 'POST' && url.pathname === '/act') return act(sites, await readBody(request));
  if (request.method !== 'GET') throw new Error(`${request.method} ${url.pathname} is not known`);
  if (url.pathname === '/sites')
    return sites.map(({ alias, url, certificatesFolder }) => ({ alias, url, certificatesFolder }));
  const site = siteOf(sites, url.searchParams.get('site') ?? undefined);
  if (url.pathname === '/state') return stateOf(site);
  if (url.pathname === '/requests') return { counts: site.requestCounts(), requests: site.requests() };
  if (url.pathname !== '/events') throw new Error(`GET ${url.pathname} is not known`);
  const after = Number(url.searchParams.get('after') ?? '0');
  return site.events().filter((event) => event.seq > after);
}

async function act(sites: readonly QrsSite[], body: Record<string, unknown>): Promise<unknown> {
  const { site, action, ...input } = body;
  const known = controlActions[String(action)];
  if (known === undefined)
    throw new Error(`no action ${String(action)}; there are ${Object.keys(controlActions).join(', ')}`);
  const result = await known.run(siteOf(sites, typeof site === 'string' ? site : undefined), input);
  return { result: result ?? null };
}

function siteOf(sites: readonly QrsSite[], alias: string | undefined): QrsSite {
  const found = alias === undefined && sites.length === 1 ? sites[0] : sites.find((site) => site.alias === alias);
  if (found === undefined)
    throw new Error(`no site ${alias ?? '(none named)'}; there are ${sites.map((site) => site.alias).join(', ')}`);
  return found;
}

function stateOf(site: QrsSite): Record<string, unknown> {
  const { alias, url, switches, deliveryFaults, deliveryCounts } = site;
  return {
    site: alias,
    url,
    apps: site.apps(),
    subscriptions: site.subscriptions(),
    switches,
    faults: site.faults.all(),
    deliveryFaults,
    deliveryCounts,
  };
}

async function readBody(request: http.IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  return z.record(z.string(), z.unknown()).parse(body);
}
