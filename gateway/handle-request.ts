import type { Call, Reply } from './call.ts';
import { readEvent, wholeFacts } from './event.ts';
import { brokenRule } from './header-rules.ts';
import { parseJson } from './json.ts';
import { type GenuineEvent, messagesOf } from './messages.ts';
import { type Body, type BodyRefusal, readBody, readStream } from './read-body.ts';
import type { GatewaySettings, TenantSettings } from './settings.ts';
import { isSignedBy } from './signature.ts';

/** How an event was taken: the broker confirmed it, or it stands on disk until the broker does. */
export type Taken = 'confirmed' | 'spooled';

/** Takes an event for good. @throws where it is neither confirmed nor on disk */
export type TakeEvent = (topic: string, body: Uint8Array) => Promise<Taken>;

/** What became of a request, for counters and the log; never a header, never a body. */
export interface Outcome {
  readonly status: number;
  readonly why: string;
  readonly tenantId?: string;
  readonly type?: string;
  readonly eventId?: string;
}

export interface GatewayCore {
  readonly settings: GatewaySettings;
  readonly take: TakeEvent;
  readonly tell?: (outcome: Outcome) => void;
}

/**
 * One webhook call: verifies it before anything of it is read as JSON, and answers 2xx only once the event is safe.
 * 401 not signed by the tenant, 400 malformed, 404 no such tenant, 405 not a POST, 413 too large, 503 cannot be taken
 * now. Never throws; safe to repeat, as an event that comes twice is published twice and known by its id.
 */
export async function handleCall(call: Call, core: GatewayCore): Promise<Reply> {
  const outcome = await judge(call, core);
  core.tell?.(outcome);
  return {
    status: outcome.status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(outcome.status === 405 && { allow: 'POST' }),
      ...(outcome.status === 503 && { 'retry-after': String(Math.ceil(core.settings.limits.retryAfter / 1000)) }),
    },
    body: `${JSON.stringify({ result: outcome.why })}\n`,
  };
}

/** The same from a web-standard `Request` to a `Response`. */
export async function handleRequest(request: Request, core: GatewayCore): Promise<Response> {
  const { method, url, headers: given } = request;
  const read = (maxBytes: number) => readStream(request.body, maxBytes);
  const { status, headers, body } = await handleCall({ method, url, headers: given, read }, core);
  return new Response(body, { status, headers });
}

async function judge(request: Call, core: GatewayCore): Promise<Outcome> {
  const { settings } = core;
  const tenant = tenantOf(request, settings);
  if (!tenant) return { status: 404, why: 'no such tenant' };
  const of = { tenantId: tenant.id };
  if (request.method !== 'POST') return { ...of, status: 405, why: 'only POST is taken' };
  const rule = brokenRule(request, settings.headers);
  if (rule) return { ...of, status: 400, why: `the request breaks the rule for ${rule}` };
  const body = await readBody(request, settings.limits.bodyBytes);
  if (typeof body === 'string') return { ...of, ...refusals[body] };
  if (!isGenuine(request, tenant, body)) return { ...of, status: 401, why: 'the signature is not that of the tenant' };
  const value = parseJson(body.plain, settings.limits.depth);
  const told = readEvent(value);
  if (!told) return { ...of, status: 400, why: 'the body is no event of Qlik Cloud' };
  return takeEvent(core, tenant, { facts: wholeFacts(told, tenant.id, body.plain), value, raw: body.plain });
}

async function takeEvent(
  { settings, take }: GatewayCore,
  tenant: TenantSettings,
  event: GenuineEvent,
): Promise<Outcome> {
  const { type, eventId, tenantId } = event.facts;
  const of = { tenantId: tenant.id, type, eventId };
  if (tenantId !== tenant.id) return { ...of, status: 400, why: 'the event is of another tenant' };
  const messages = messagesOf(event, tenant, settings);
  if (messages.length === 0) return { ...of, status: 202, why: 'ignored: no route for events of this type' };
  try {
    const taken: Taken[] = [];
    for (const { topic, body } of messages) taken.push(await take(topic, body));
    return taken.includes('spooled')
      ? { ...of, status: 202, why: 'spooled' }
      : { ...of, status: 200, why: 'confirmed' };
  } catch {
    return { ...of, status: 503, why: 'the event cannot be taken now' };
  }
}

const refusals: Readonly<Record<BodyRefusal, { status: number; why: string }>> = {
  'too-large': { status: 413, why: 'the body is too large' },
  'not-readable': { status: 400, why: 'the body cannot be read' },
  'unknown-encoding': { status: 400, why: 'the body has an encoding that is not known' },
};

/** `/events/<tenant id>`, each id in a path of its own. */
function tenantOf(request: Call, { path, tenants }: GatewaySettings): TenantSettings | undefined {
  const { pathname } = new URL(request.url);
  const prefix = `${path.replace(/\/+$/, '')}/`;
  if (!pathname.startsWith(prefix)) return undefined;
  const id = pathname.slice(prefix.length);
  return tenants.find((tenant) => tenant.id === id);
}

/** What was compressed on its way may have been signed before or after that. */
function isGenuine(request: Call, { secrets }: TenantSettings, { received, plain }: Body): boolean {
  if (secrets.length === 0) return true;
  const signature = request.headers.get('qlik-signature');
  return isSignedBy(secrets, received, signature) || (plain !== received && isSignedBy(secrets, plain, signature));
}
