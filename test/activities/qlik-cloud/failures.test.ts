import { writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectionFailure } from '../../../activities/qlik-cloud/connection-failure.ts';
import { replyFailure, replyText } from '../../../activities/qlik-cloud/reply-failure.ts';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { toApplicationFailure } from '../../../temporal/application-failure.ts';
import type { CloudFaultEffect } from '../../../sandbox/cloud/start-cloud-tenant.ts';
import { failureOf } from '../qrs/client/code-of.ts';
import { type CloudWorld, startCloudWorld } from './cloud-world.ts';

const place = { tenant: 'eu', host: 'acme.eu.qlikcloud.com', login: 'alerts.tenants.eu.apiKey' };
const call = { path: '/api/v1/apps/1', doing: 'read the app 1' };

async function failureUnder(world: CloudWorld, effect: CloudFaultEffect, headers?: object) {
  world.tenant.faults.add({ effect: { ...effect, ...headers } as CloudFaultEffect });
  return failureOf(world.client().getApp(world.app));
}

describe('an answer that is no success', () => {
  it.each([
    [400, 'WAYBILL_CLOUD_REFUSED', false],
    [401, 'WAYBILL_CLOUD_LOGIN', false],
    [403, 'WAYBILL_CLOUD_FORBIDDEN', false],
    [404, 'WAYBILL_CLOUD_NOT_FOUND', false],
    [408, 'WAYBILL_CLOUD_SERVER', true],
    [410, 'WAYBILL_CLOUD_NOT_FOUND', false],
    [429, 'WAYBILL_CLOUD_RATE_LIMITED', true],
    [500, 'WAYBILL_CLOUD_SERVER', true],
    [503, 'WAYBILL_CLOUD_SERVER', true],
  ])('as %d is a %s, which may pass: %s', (status, code, retryable) => {
    const text = '{"errors":[{"code":"X","title":"Said so.","detail":"In detail."}]}';
    const error = replyFailure({ status, headers: {}, text }, call, place);

    expect(error).toMatchObject({ code, retryable });
    expect(error.facts).toEqual({
      tenant: 'eu',
      host: 'acme.eu.qlikcloud.com',
      doing: 'read the app 1',
      status,
      setting: 'alerts.tenants.eu.apiKey',
      reply: 'Said so. In detail.',
    });
  });

  it('may only be too early where it asks for something new', () => {
    const reply = { status: 404, headers: {}, text: '' };

    expect(replyFailure(reply, { ...call, isOfSomethingNew: true }, place)).toMatchObject({
      code: 'WAYBILL_CLOUD_NOT_YET',
      retryable: true,
    });
  });

  it('is about the login when a token was asked for', () => {
    const text = '{"error":"invalid_client","error_description":"Client authentication failed"}';
    for (const status of [400, 401, 403]) {
      const error = replyFailure({ status, headers: {}, text }, { ...call, isLogin: true }, place);
      expect(error).toMatchObject({ code: 'WAYBILL_CLOUD_LOGIN' });
      expect(error.message).toContain('invalid_client Client authentication failed');
    }
  });

  it('that sends on to another address is not followed', () => {
    const headers = { location: 'https://login.example/signin?secret=1' };

    expect(replyFailure({ status: 302, headers, text: '' }, call, place)).toMatchObject({
      code: 'WAYBILL_CLOUD_ANSWER',
      facts: { reason: 'it sends Waybill on to https://login.example/signin (status 302)' },
    });
  });

  it.each([
    ['13', 13_000],
    ['Mon, 02 Nov 2026 00:00:10 GMT', 10_000],
    ['1e99', 3_600_000],
    ['soon', undefined],
  ])('with Retry-After %s waits %s ms', (value, retryAfterMs) => {
    const nowMs = Date.parse('2026-11-02T00:00:00Z');
    const error = replyFailure({ status: 429, headers: { 'retry-after': value }, text: '' }, call, place, nowMs);

    expect(error.retryAfterMs).toBe(retryAfterMs);
  });

  it.each([
    ['', '(no text)'],
    ['null', 'null'],
    ['{"errors":[null]}', '{"errors":[null]}'],
    ['{"errors":[{"title":7}]}', '{"errors":[{"title":7}]}'],
    ['<html><head><title>t</title></head><body>Bad   gateway</body></html>', 'Bad gateway'],
  ])('%j says "%s"', (text, said) => {
    expect(replyText(text)).toBe(said);
  });
});

describe('a connection that failed', () => {
  const failure = (error: unknown) => connectionFailure(error, call, place, 1000);

  it.each([
    ['ECONNREFUSED', 'WAYBILL_CLOUD_UNREACHABLE', 'nothing listens there (ECONNREFUSED)'],
    ['ENOTFOUND', 'WAYBILL_CLOUD_UNREACHABLE', 'the name is not known to the name service (ENOTFOUND)'],
    ['ECONNRESET', 'WAYBILL_CLOUD_UNREACHABLE', 'the connection broke (ECONNRESET)'],
    ['UND_ERR_BODY_TIMEOUT', 'WAYBILL_CLOUD_TIMEOUT', undefined],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'WAYBILL_CLOUD_CERTIFICATE', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['CERT_HAS_EXPIRED', 'WAYBILL_CLOUD_CERTIFICATE', 'it has run out (CERT_HAS_EXPIRED)'],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'WAYBILL_CLOUD_CERTIFICATE',
      'it was issued for another name (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'WAYBILL_CLOUD_CERTIFICATE', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['HPE_INVALID_CONSTANT', 'WAYBILL_CLOUD_ANSWER', 'it is not HTTP (HPE_INVALID_CONSTANT)'],
  ])('as %s is a %s', (code, expected, reason) => {
    const error = failure(Object.assign(new Error('words that may quote a header'), { code }));

    expect(error.code).toBe(expected);
    expect(error.facts.reason).toBe(reason);
    expect(error.message + error.remedy).not.toMatch(/unknown|quote/);
  });

  it('is told by its cause where it has no code of its own, and without any', () => {
    const cause = Object.assign(new Error('c'), { code: 'EAI_AGAIN' });

    expect(failure(new TypeError('failed', { cause })).facts.reason).toContain('EAI_AGAIN');
    expect(failure(new TypeError('failed')).facts.reason).toBe('the connection broke (TypeError)');
    expect(failure('text').facts.reason).toBe('the connection broke (unknown)');
  });

  it('that has a Waybill code keeps it', () => {
    const error = waybillError('WAYBILL_CLOUD_TENANT_UNKNOWN');

    expect(failure(error)).toBe(error);
  });
});

describe('a tenant', () => {
  it('that asks for a pause gets no further call until it is over, and Temporal is told of it', async () => {
    await using world = await startCloudWorld();
    const error = await failureUnder(world, { type: 'too-many', retryAfterSeconds: 1 });

    expect(error).toMatchObject({ code: 'WAYBILL_CLOUD_RATE_LIMITED', retryAfterMs: 1000 });
    expect(error.message).toContain('You need to wait 1 seconds until limit is lifted.');
    expect(toApplicationFailure(error)).toMatchObject({ nextRetryDelay: 1000, nonRetryable: false });
    const kept = await failureOf(world.client().getUser(world.ann));
    expect(kept.code).toBe('WAYBILL_CLOUD_RATE_LIMITED');
    expect(kept.retryAfterMs).toBeGreaterThan(0);
    expect(world.tenant.requests()).toHaveLength(1);

    await new Promise((resolve) => {
      setTimeout(resolve, kept.retryAfterMs);
    });
    expect((await world.client().getApp(world.app)).name).toBe('Sales');
  });

  it('that does not show a reload yet is asked again', async () => {
    await using world = await startCloudWorld({ switches: { reloadVisibilityLagMs: 60_000 } });
    const id = world.tenant.actAs.reloadApp(world.app, { status: 'FAILED' });

    expect(await failureOf(world.client().getScriptLog(world.app, id))).toMatchObject({
      code: 'WAYBILL_CLOUD_NOT_YET',
    });
    expect(await failureOf(world.client().getApp('gone'))).toMatchObject({ code: 'WAYBILL_CLOUD_NOT_FOUND' });
  });

  it('that is down or silent is told from one that answers', async () => {
    await using world = await startCloudWorld({ timeout: '1s' });
    expect(await failureUnder(world, { type: 'reset' })).toMatchObject({ code: 'WAYBILL_CLOUD_UNREACHABLE' });
    expect(await failureUnder(world, { type: 'hang' })).toMatchObject({
      code: 'WAYBILL_CLOUD_TIMEOUT',
      facts: { timeoutMs: 1000, setting: 'alerts.tenants.eu.timeout' },
    });
    expect(await failureUnder(world, { type: 'truncate', afterBytes: 20 })).toMatchObject({
      code: 'WAYBILL_CLOUD_UNREACHABLE',
    });
    expect(await failureUnder(world, { type: 'slow', bytesPerSecond: 100 })).toMatchObject({
      code: 'WAYBILL_CLOUD_TIMEOUT',
    });

    await world.tenant.goDown();
    expect(await failureOf(world.client().getApp(world.app))).toMatchObject({
      code: 'WAYBILL_CLOUD_UNREACHABLE',
      facts: { tenant: 'eu', host: new URL(world.tenant.url).host, reason: 'nothing listens there (ECONNREFUSED)' },
    });
    await world.tenant.comeUp();
    expect((await world.client().getApp(world.app)).name).toBe('Sales');
  });

  it('may take longer than the timeout for a script log that keeps coming', async () => {
    await using world = await startCloudWorld({ timeout: '1s' });
    const id = world.tenant.actAs.reloadApp(world.app, { status: 'FAILED', log: ['x'.repeat(300)] });
    world.tenant.faults.add({ effect: { type: 'slow', bytesPerSecond: 150 } });

    expect((await world.client().getScriptLog(world.app, id)).text).toHaveLength(302);
  });

  it('behind a page of a proxy is not believed', async () => {
    await using world = await startCloudWorld();
    for (const effect of [
      { type: 'html', status: 200 },
      { type: 'status', status: 200, text: '<html>Sign in</html>' },
    ] as const) {
      const error = await failureUnder(world, effect);
      expect(error).toMatchObject({ code: 'WAYBILL_CLOUD_ANSWER', retryable: true });
      expect(error.message).toContain('it is a web page, not data');
      world.tenant.faults.add({ effect });
      const ofLog = await failureOf(world.client().getScriptLog(world.app, 'r'));
      expect(ofLog.message).toContain('it is a web page, not text');
    }
    expect((await failureUnder(world, { type: 'html' })).facts).toMatchObject({ status: 502 });
  });

  it.each([
    [
      { text: '{"attributes":{}}', headers: { 'content-type': 'text/plain' } },
      'it is of the type "text/plain", not JSON',
    ],
    [{ type: 'short', afterBytes: 20 }, 'it is not whole JSON'],
    [{ text: '', headers: { 'content-type': 'application/json' } }, 'it is empty'],
    [{ json: { attributes: { id: 'a' } } }, 'attributes.name is not as documented'],
    [{ json: [] }, 'the whole is not as documented'],
  ])('that answers %j cannot be read', async (answer, reason) => {
    await using world = await startCloudWorld();
    const error = await failureUnder(world, { type: 'status', status: 200 }, answer);

    expect(error.code).toBe('WAYBILL_CLOUD_ANSWER');
    expect(error.message).toContain(reason);
  });

  it('whose list has no entry that can be read is not taken for an empty one', async () => {
    await using world = await startCloudWorld();
    world.tenant.faults.add({ effect: { type: 'status', status: 200, json: { data: [{ uuid: 1 }] } } });

    expect((await failureOf(world.client().listReloads({ limit: 1 }))).message).toContain('no entry is as documented');
  });

  it('that is not in the configuration is named with those that are', async () => {
    await using world = await startCloudWorld();

    expect(() => world.clients.get('toString')).toThrow('no tenant toString in the configuration; it knows eu');
  });
});

describe('a call', () => {
  it('ends at once with the reason of its signal', async () => {
    await using world = await startCloudWorld();
    world.tenant.faults.add({ effect: { type: 'hang' }, times: 0 });
    const reason = new Error('enough');
    const controller = new AbortController();
    const app = world.client().getApp(world.app, { signal: controller.signal });
    await world.tenant.waitForRequest(() => false, 50).catch(() => undefined);
    controller.abort(reason);

    await expect(app).rejects.toBe(reason);
    await expect(world.client().getApp(world.app, { signal: controller.signal })).rejects.toBe(reason);
  });

  it('leaves no connection behind that a refused body would hold', async () => {
    await using world = await startCloudWorld();
    world.tenant.faults.add({ times: 0, effect: { type: 'status', status: 500, text: 'x'.repeat(1_000_000) } });

    for (let count = 0; count < 20; count++) await failureOf(world.client().getApp(world.app));
    world.tenant.faults.clear();
    expect((await world.client().getApp(world.app)).name).toBe('Sales');
  });
});

describe('an encrypted tenant', () => {
  it('is trusted by the authority that is set', async () => {
    await using world = await startCloudWorld({ https: true, ca: 'ca.pem' });

    expect((await world.client().getApp(world.app)).name).toBe('Sales');
  });

  it('is not trusted without it', async () => {
    await using world = await startCloudWorld({ https: true });
    const error = await failureOf(world.client().getApp(world.app));

    expect(error).toMatchObject({ code: 'WAYBILL_CLOUD_CERTIFICATE', retryable: false });
    expect(error.remedy).toContain('alerts.tenants.eu.ca');
    expect(world.tenant.requests()).toHaveLength(0);
  });

  it('is trusted once the right authority lies there', async () => {
    await using world = await startCloudWorld({ https: true });
    world.set({ ca: 'later.pem' });
    expect(await failureOf(world.client().getApp(world.app))).toMatchObject({
      code: 'WAYBILL_CLOUD_CA_FILE',
      facts: { reason: 'ENOENT', setting: 'alerts.tenants.eu.ca' },
    });
    await writeFile(path.join(world.folder, 'later.pem'), 'no certificate');
    expect((await failureOf(world.client().getApp(world.app))).message).toContain('it holds no certificate');
    await writeFile(path.join(world.folder, 'later.pem'), world.tenant.caPem);

    expect((await world.client().getApp(world.app)).name).toBe('Sales');
  });

  it('is told from a port that speaks no TLS', async () => {
    await using world = await startCloudWorld();
    world.set({ url: world.tenant.url.replace('http:', 'https:') });

    expect((await failureOf(world.client().getApp(world.app))).code).toBe('WAYBILL_CLOUD_CERTIFICATE');
  });
});

it('a port that speaks no HTTP is told as such', async () => {
  await using world = await startCloudWorld();
  const server = net.createServer((socket) => void socket.resume().end('220 mail.example ESMTP\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.set({ url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}` });

  expect((await failureOf(world.client().getApp('a'))).message).toContain('it is not HTTP');
  await new Promise((resolve) => server.close(resolve));
});
