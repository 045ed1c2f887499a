import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyAfter, applyBefore, type FaultOutcome, type PortControl } from './apply-fault.ts';
import type { ExportDesk } from './export-desk.ts';
import { downloadReply } from './export-routes.ts';
import type { ActiveFault, FaultBoard } from './faults.ts';
import type { Reply } from './http-call.ts';
import { pretendedReply } from './not-done.ts';
import { QrsRefusal } from './refusal.ts';
import { actorOfRequest, checkQuery, isXrfRight, parseTarget, type Target, xrfRefusal } from './request-gate.ts';
import type { RequestEntry, RequestLog } from './request-log.ts';
import type { Routed, Router } from './router.ts';
import { sendReply } from './send-reply.ts';
import { nowMs, type SiteState } from './site-state.ts';

/** What a request needs. */
export interface Serving {
  site: SiteState;
  router: Router;
  desk: ExportDesk;
  faults: FaultBoard;
  requests: RequestLog;
  port: PortControl;
}

/** Answers one request, or leaves it unanswered when a fault says so. Never rejects. */
export async function serveRequest(
  serving: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedMs = performance.now();
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  const faults = serving.faults.strike(method, url);
  const target = parseTarget(url);
  const routed = target === undefined ? undefined : routeOf(serving, method, target);
  const entry: RequestEntry = {
    atUtc: new Date(nowMs(serving.site)).toISOString(),
    hostUtc: new Date().toISOString(),
    method,
    path: url,
    route: routed === undefined ? '-' : `${method} ${routed.route.path}`,
    status: 0,
    ms: 0,
    xrfOk: target !== undefined && isXrfRight(request, target),
    user: headerText(request, 'x-qlik-user'),
    faults: faults.map((fault) => fault.id),
  };
  // A client may read the site's clock here, so it is the skewed one.
  response.setHeader('date', new Date(nowMs(serving.site)).toUTCString());
  try {
    entry.status = await answer(serving, { request, response, target, routed, faults });
  } catch {
    response.destroy();
  } finally {
    entry.ms = performance.now() - startedMs;
    serving.requests.add(entry);
  }
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  target: Target | undefined;
  routed: Routed | undefined;
  faults: readonly ActiveFault[];
}

async function answer(serving: Serving, exchange: Exchange): Promise<number> {
  const { request, response, faults, routed } = exchange;
  const before: FaultOutcome =
    faults.length === 0 ? { type: 'go-on' } : await applyBefore(faults, request, serving.port);
  if (before.type === 'silence') return 0;
  let reply = before.type === 'reply' ? before.reply : undefined;
  if (before.type === 'not-done' && routed !== undefined) {
    request.resume();
    reply = pretendedReply(serving.site, routed);
  }
  reply ??= await handled(serving, exchange);
  const after: FaultOutcome = faults.length === 0 ? { type: 'go-on' } : await applyAfter(faults, request, serving.port);
  if (after.type === 'silence') return 0;
  if (after.type === 'reply') reply = after.reply;
  const isCut = await sendReply(
    response,
    reply,
    faults.map((fault) => fault.effect),
  );
  if (isCut) serving.port.reset(request);
  return reply.status;
}

async function handled(serving: Serving, exchange: Exchange): Promise<Reply> {
  try {
    return await handle(serving, exchange);
  } catch (error) {
    if (!(error instanceof QrsRefusal)) {
      return exchange.request.destroyed ? { status: 499 } : { status: 500, text: 'Internal server error' };
    }
    const { status, body } = error;
    const isText = typeof body === 'string' && serving.site.switches.errorBodies === 'text';
    return isText ? { status, text: body } : { status, json: body };
  }
}

async function handle(serving: Serving, { request, response, target, routed }: Exchange): Promise<Reply> {
  const { site } = serving;
  if (target === undefined) throw new QrsRefusal(400, 'Bad request');
  const area = target.segments[0]?.toLowerCase();
  if (area === 'tempcontent' && request.method === 'GET') {
    return downloadReply(serving.desk, actorOfRequest(site, request), target.segments[1] ?? '');
  }
  if (area === 'qrs' && !isXrfRight(request, target)) throw xrfRefusal();
  if (routed === undefined) throw new QrsRefusal(404, site.switches.notFoundText);
  checkQuery(site, target);
  const actor = actorOfRequest(site, request);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return routed.route.handle({ site, actor, params: routed.params, query: target.query, request, signal: gone.signal });
}

function routeOf(serving: Serving, method: string, target: Target): Routed | undefined {
  if (target.segments[0]?.toLowerCase() !== 'qrs') return undefined;
  return serving.router(method, target.segments.slice(1));
}

function headerText(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}
