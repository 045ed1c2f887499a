import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { azureHandler } from '../../gateway/azure-function.ts';
import { lambdaHandler } from '../../gateway/aws-lambda.ts';
import {
  call,
  event,
  type GatewayUnderTest,
  legacyEvent,
  makeGateway,
  SECRET,
  sign,
  TENANT,
  inEnv,
} from './make-gateway.ts';

const TOPIC = `qscloud/app/reload/${TENANT}`;

async function statusOf(gateway: GatewayUnderTest, request: Request): Promise<number> {
  return (await gateway.handle(request)).status;
}

describe('an event that its tenant signed', () => {
  it.each([
    ['CloudEvents of a reload', event()],
    ['CloudEvents of an engine attempt', event({ type: 'com.qlik.v1.app.reload.finished', specversion: '1.0.2' })],
    ['the shape of until 2025', legacyEvent()],
    ['the hybrid of both', JSON.stringify({ ...JSON.parse(legacyEvent()), ...JSON.parse(event()) })],
  ])('is published as it came, to the topic of the tenant: %s', async (_, body) => {
    const gateway = makeGateway();

    expect(await statusOf(gateway, call({ body }))).toBe(200);
    expect(gateway.published).toEqual([{ topic: TOPIC, body }]);
  });

  it('is not written anew: bytes, spaces and order stay', async () => {
    const gateway = makeGateway();
    const body = ` ${event().replace('{', '{ "zzz" : 1.0,\n')} `;

    expect(await statusOf(gateway, call({ body }))).toBe(200);
    expect(gateway.published[0]!.body).toBe(body);
  });

  it('may be compressed, signed before or after that', async () => {
    const gateway = makeGateway();
    const packed = gzipSync(event());
    const headers = { 'content-encoding': 'gzip' };

    expect(await statusOf(gateway, call({ body: packed, headers, signature: sign(event()) }))).toBe(200);
    expect(await statusOf(gateway, call({ body: packed, headers, signature: sign(packed) }))).toBe(200);
    expect(gateway.published.map(({ body }) => body)).toEqual([event(), event()]);
  });

  it('is told from one of another tenant, by its path and by its body', async () => {
    const gateway = makeGateway((yaml) => yaml['tenants'].push({ id: 'other', secrets: [inEnv('another-secret')] }));

    expect(await statusOf(gateway, call({ path: '/events/other' }))).toBe(401);
    expect(await statusOf(gateway, call({ path: '/events/other', signature: sign(event(), 'another-secret') }))).toBe(
      400,
    );
    expect(await statusOf(gateway, call({ path: '/events/nobody' }))).toBe(404);
    expect(await statusOf(gateway, call({ path: `/events/${TENANT}/more` }))).toBe(404);
    expect(await statusOf(gateway, call({ path: '/' }))).toBe(404);
    expect(gateway.published).toEqual([]);
  });

  it('of a type without a route is left alone, and of one with a route goes there', async () => {
    const routes = { 'com.qlik.app.published': 'qscloud/app/published' };
    const gateway = makeGateway((yaml) => (yaml['routes'] = routes));

    expect(await statusOf(gateway, call({ body: event({ type: 'com.qlik.app.created' }) }))).toBe(202);
    expect(gateway.published).toEqual([]);
    expect(await statusOf(gateway, call({ body: event({ type: 'com.qlik.app.published' }) }))).toBe(200);
    expect(gateway.published).toMatchObject([{ topic: `qscloud/app/published/${TENANT}` }]);
  });

  it('is refused for now where it cannot be taken', async () => {
    const gateway = makeGateway(undefined, () => true);

    const response = await gateway.handle(call());

    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('30');
  });
});

describe('a signature', () => {
  it('is taken in any case, of either of two secrets', async () => {
    const gateway = makeGateway(
      (yaml) => (yaml['tenants'][0].secrets = [SECRET, 'the-next-secret-of-the-webhook'].map(inEnv)),
    );
    const signatures = [
      sign(event()).toUpperCase(),
      ` ${sign(event())} `,
      sign(event(), 'the-next-secret-of-the-webhook'),
    ];

    for (const signature of signatures) expect(await statusOf(gateway, call({ signature }))).toBe(200);
  });

  it.each([
    ['none', null],
    ['an empty one', ''],
    ['one of other bytes', sign(`${event()} `)],
    ['one under another secret', sign(event(), 'a guess')],
    ['a shortened one', sign(event()).slice(0, 53)],
    ['a longer one', `${sign(event())}00`],
    ['one with a prefix', `sha256=${sign(event())}`],
    ['two', `${sign(event())}, ${sign(event())}`],
    ['no hex', 'z'.repeat(64)],
  ])('is not replaced by %s', async (_, signature) => {
    const gateway = makeGateway();

    expect(await statusOf(gateway, call({ signature }))).toBe(401);
    expect(gateway.published).toEqual([]);
  });

  it('is looked at before anything is read: what is not signed is not told to be malformed', async () => {
    const gateway = makeGateway();

    expect(await statusOf(gateway, call({ body: '{', signature: null }))).toBe(401);
    expect(await statusOf(gateway, call({ body: '{' }))).toBe(400);
  });

  it('is not made with a secret that stands in the settings', () => {
    expect(() => makeGateway((yaml) => (yaml['tenants'][0].secrets = ['in plain sight']))).toThrow(
      /tenants\.0\.secrets\.0: expected \{ env: NAME \}/,
    );
  });

  it('is not asked for only where the settings say so in so many words', async () => {
    expect(() => makeGateway((yaml) => (yaml['tenants'] = [{ id: TENANT }]))).toThrow(/allowUnsigned/);
    const gateway = makeGateway((yaml) => (yaml['tenants'] = [{ id: TENANT, allowUnsigned: true }]));

    expect(await statusOf(gateway, call({ signature: null }))).toBe(200);
  });
});

describe('a body', () => {
  const signed = (body: Uint8Array | string) => call({ body });

  it.each<[string, Uint8Array | string]>([
    ['no JSON', 'hello'],
    ['cut off', event().slice(0, -1)],
    ['JSON of another kind', '[]'],
    ['null', 'null'],
    ['empty', ''],
    [
      'no UTF-8',
      Buffer.concat([Buffer.from(event().slice(0, -1)), Buffer.from([0x2c, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])]),
    ],
    ['with a mark of byte order', `\ufeff${event()}`],
    ['nested too deep', event({ data: JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) })],
    ['without data', event({ data: undefined })],
    ['of another version', event({ specversion: '2.0' })],
    ['with a tenant that is no text', event({ tenantid: 7 })],
    ['with a type that is endless', event({ type: 'x'.repeat(300) })],
    ['of the old shape with a tenant that is no text', legacyEvent({ extensions: { tenantId: 7 } })],
    ['with an id that is no text', event({ id: 7 })],
  ])('that is %s is malformed', async (_, body) => {
    const gateway = makeGateway();

    expect(await statusOf(gateway, signed(body))).toBe(400);
    expect(gateway.published).toEqual([]);
  });

  it('of too many bytes is not taken, whether or not it says so, nor read to its end', async () => {
    const gateway = makeGateway((yaml) => (yaml['limits'] = { bodyBytes: 1000 }));
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(300));
      },
    });
    const streamed = new Request(`http://gateway/events/${TENANT}`, {
      method: 'POST',
      body: endless,
      duplex: 'half',
    } as RequestInit);

    expect(await statusOf(gateway, signed(event({ more: 'x'.repeat(1000) })))).toBe(413);
    expect(await statusOf(gateway, streamed)).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  it('that unpacks to too many bytes, or not at all, is not taken', async () => {
    const gateway = makeGateway();
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const headers = { 'content-encoding': 'gzip' };

    expect(bomb.length).toBeLessThan(256 * 1024);
    expect(await statusOf(gateway, call({ body: bomb, headers }))).toBe(413);
    expect(await statusOf(gateway, call({ headers }))).toBe(400);
    expect(await statusOf(gateway, call({ headers: { 'content-encoding': 'br' } }))).toBe(400);
  });
});

describe('header rules', () => {
  const strict = {
    contentType: 'application/json',
    userAgent: 'Qlik Webhook',
    custom: { 'x-myheader-foo1': inEnv('its value') },
    forwardedProto: 'https',
    tlsVersion: { header: 'x-tls-version', allowed: ['1.2', '1.3'] },
    noQuery: true,
  };
  const proxied = { 'x-myheader-foo1': 'its value', 'x-forwarded-proto': 'https', 'x-tls-version': '1.3' };

  it('are off unless they are set', async () => {
    const gateway = makeGateway();
    const headers = { 'content-type': 'text/plain', 'user-agent': 'curl' };

    expect(await statusOf(gateway, call({ headers, path: `/events/${TENANT}?a=1` }))).toBe(200);
  });

  it('let pass what keeps all of them', async () => {
    const gateway = makeGateway((yaml) => (yaml['headers'] = strict));
    const headers = { ...proxied, 'content-type': 'Application/JSON; charset=utf-8' };

    expect(await statusOf(gateway, call({ headers }))).toBe(200);
  });

  it.each([
    ['content-type', { 'content-type': 'text/plain' }, ''],
    ['user-agent', { 'user-agent': 'curl' }, ''],
    ['x-myheader-foo1', { 'x-myheader-foo1': 'another value' }, ''],
    ['x-forwarded-proto', { 'x-forwarded-proto': 'http' }, ''],
    ['x-tls-version', { 'x-tls-version': '1.1' }, ''],
    ['query string', {}, '?a=1'],
  ])('refuse what breaks one, by its name: %s', async (name, broken, query) => {
    const gateway = makeGateway((yaml) => (yaml['headers'] = strict));
    const request = call({ headers: { ...proxied, ...broken }, path: `/events/${TENANT}${query}` });

    const response = await gateway.handle(request);

    expect(response.status).toBe(400);
    expect(await response.text()).toContain(name);
    expect(gateway.published).toEqual([]);
  });
});

describe('other requests', () => {
  it('are refused by their method, and change nothing', async () => {
    const gateway = makeGateway();

    const response = await gateway.handle(call({ method: 'GET' }));

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('tell of themselves nothing of header and body', async () => {
    const gateway = makeGateway();
    const secretive = { headers: { 'x-canary': 'canary-header' }, body: event({ more: 'canary-body' }) };
    await gateway.handle(call(secretive));
    await gateway.handle(call({ ...secretive, signature: 'canary-signature' }));

    const told = JSON.stringify(gateway.outcomes);
    expect(gateway.outcomes.map(({ status }) => status)).toEqual([200, 401]);
    expect(told).not.toContain('canary');
    expect(told).not.toContain(SECRET);
  });
});

describe('where somebody else serves the gateway', () => {
  it('an Azure Function answers the same', async () => {
    const gateway = makeGateway();
    const handle = azureHandler(gateway);
    const { url, headers, body, method } = call();

    expect(await handle({ url, headers, body, method })).toMatchObject({
      status: 200,
      body: '{"result":"confirmed"}\n',
    });
    expect(await handle({ url, headers: [], body: call().body, method })).toMatchObject({ status: 401 });
    expect(await handle({ url, headers: [], body: null, method: 'GET' })).toMatchObject({ status: 405 });
    expect(gateway.published).toEqual([{ topic: TOPIC, body: event() }]);
  });

  it('an AWS Lambda function answers the same, whether or not the body is packed', async () => {
    const gateway = makeGateway();
    const handle = lambdaHandler(gateway);
    const post = { requestContext: { http: { method: 'POST' } }, rawPath: `/events/${TENANT}` };
    const headers = { 'qlik-signature': sign(event()), absent: undefined };

    expect(await handle({ ...post, headers, body: event() })).toMatchObject({ statusCode: 200 });
    const packed = Buffer.from(event()).toString('base64');
    expect(await handle({ ...post, headers, body: packed, isBase64Encoded: true })).toMatchObject({ statusCode: 200 });
    expect(await handle({ ...post, headers: {}, rawQueryString: 'a=1' })).toMatchObject({ statusCode: 401 });
    expect(gateway.published).toEqual([event(), event()].map((body) => ({ topic: TOPIC, body })));
  });
});
