import { createHmac } from 'node:crypto';
import { type GatewayCore, handleRequest, type Outcome } from '../../gateway/handle-request.ts';
import { readSettings } from '../../gateway/settings.ts';

export const TENANT = 'tenantid000000000000000000000001';
export const SECRET = 'a-secret-of-the-webhook-in-the-tests';

const SECRETS = [SECRET, 'another-secret', 'the-next-secret-of-the-webhook', 'its value'];

/** Each secret of the tests, under a name that is the secret itself. */
export const ENV = Object.fromEntries(SECRETS.map((secret) => [secret, secret]));

/** A secret as the settings name it. */
export function inEnv(secret: string): { readonly env: string } {
  return { env: secret };
}

/** Settings as YAML holds them, before they are checked. */
// oxlint-disable-next-line typescript/no-explicit-any -- what a file holds before it is checked
export type Yaml = Record<string, any>;

export function settingsYaml(change: (yaml: Yaml) => void = () => undefined): string {
  const yaml: Yaml = { broker: { url: 'mqtt://127.0.0.1:1883' }, tenants: [{ id: TENANT, secrets: [inEnv(SECRET)] }] };
  change(yaml);
  return JSON.stringify(yaml);
}

export interface Published {
  readonly topic: string;
  readonly body: string;
}

/** A gateway whose events end in a list. */
export interface GatewayUnderTest extends GatewayCore {
  readonly published: Published[];
  readonly outcomes: Outcome[];
  handle(request: Request): Promise<Response>;
}

export function makeGateway(change?: (yaml: Yaml) => void, failing?: () => boolean): GatewayUnderTest {
  const settings = readSettings(settingsYaml(change), { folder: '.', env: ENV });
  const published: Published[] = [];
  const outcomes: Outcome[] = [];
  const core: GatewayCore = {
    settings,
    take: async (topic, body) => {
      if (failing?.()) throw new Error('the broker is away');
      published.push({ topic, body: Buffer.from(body).toString('utf8') });
      return 'confirmed';
    },
    tell: (outcome) => outcomes.push(outcome),
  };
  return { ...core, published, outcomes, handle: (request) => handleRequest(request, core) };
}

/** The hex HMAC that Qlik Cloud sends. */
export function sign(body: Uint8Array | string, secret = SECRET): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

export interface Call {
  readonly body?: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly method?: string;
  /** Default: that of the body. */
  readonly signature?: string | null;
}

/** A call as the webhook of a tenant makes it. */
export function call({
  body = event(),
  headers = {},
  path = `/events/${TENANT}`,
  method,
  signature,
}: Call = {}): Request {
  const signed = signature === undefined ? sign(body) : signature;
  return new Request(`http://gateway${path}`, {
    method: method ?? 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Qlik Webhook',
      ...(signed === null ? {} : { 'qlik-signature': signed }),
      ...headers,
    },
    ...(method === 'GET' ? {} : { body: Buffer.from(body) }),
  });
}

/** An event of a failed reload as CloudEvents, with what is told differently. */
export function event(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    specversion: '1.0',
    id: 'b347fd0d-1321-417f-91ee-90e96c76389d',
    source: 'com.qlik/reloads',
    type: 'com.qlik.v1.reload.finished',
    time: '2026-11-01T07:06:22Z',
    tenantid: TENANT,
    data: { id: '6a849f7f18ec290e6ceb025d', appId: '2933711d-6638-41d4-a2d2-6dd2d965208b', status: 'FAILED' },
    ...more,
  });
}

/** The same as Qlik Cloud sent it until 2025. */
export function legacyEvent(more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    cloudEventsVersion: '0.1',
    source: 'com.qlik/engine',
    contentType: 'application/json',
    eventId: 'b0f5c473-5dea-4d7e-a188-5e0b904cde33',
    eventTime: '2024-10-15T07:46:59Z',
    eventTypeVersion: '1.0.0',
    eventType: 'com.qlik.v1.app.reload.finished',
    extensions: { tenantId: TENANT, ownerId: 'owner' },
    data: { status: 'error', reloadId: '670e1df04cf4e529c035c902' },
    ...more,
  });
}
