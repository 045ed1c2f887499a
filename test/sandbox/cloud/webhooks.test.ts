import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultCloudSwitches } from '../../../sandbox/cloud/switches.ts';
import { type Receiver, startReceiver, startTestTenant, type TestTenant } from './test-tenant.ts';

const reloadFinished = 'com.qlik.v1.reload.finished';
const appReloadFinished = 'com.qlik.v1.app.reload.finished';
const secret = '0123456789abcdef0123456789abcdef';

let tenant: TestTenant;
let receiver: Receiver;
let webhook: string;

beforeAll(async () => {
  tenant = await startTestTenant();
});
afterAll(() => tenant[Symbol.asyncDispose]());
beforeEach(async () => {
  receiver = await startReceiver();
  webhook = tenant.actAs.createWebhook({
    name: 'alerts',
    url: receiver.url,
    secret,
    eventTypes: [reloadFinished, appReloadFinished],
    headers: { 'X-Route': 'alerts' },
    encryptedHeaders: { 'X-Key': 'hidden' },
  });
});
afterEach(async () => {
  await tenant.call(`/api/core/webhooks/${webhook}`, { method: 'DELETE' });
  Object.assign(tenant.switches, defaultCloudSwitches);
  Object.assign(tenant.deliveryFaults, { dropNext: 0, copies: 1, delayMs: 0, newestFirst: false });
  await receiver[Symbol.asyncDispose]();
});

async function failReload(options: object = {}): Promise<string> {
  const id = tenant.actAs.reloadApp(tenant.app, { status: 'FAILED', errorMessage: 'C:\\data "x"\nend', ...options });
  await tenant.deliveriesIdle();
  return id;
}

describe('an event', () => {
  it('is signed over its raw minified bytes and bears the headers that Qlik sends', async () => {
    await failReload({ sendEvents: [reloadFinished] });

    const [{ headers, raw, json }] = receiver.received as [Receiver['received'][number]];
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Qlik Webhook',
      'accept-encoding': 'gzip',
      'x-route': 'alerts',
      'x-key': 'hidden',
      'qlik-signature': createHmac('sha256', secret).update(raw).digest('hex'),
    });
    expect(raw).toBe(JSON.stringify(json));
  });

  it('is a CloudEvent for the reload and one for each attempt of the engine', async () => {
    const id = await failReload({ requeues: 1 });

    const bodies = receiver.received.map(({ json }) => json);
    expect(bodies.map(({ type }) => type)).toEqual([appReloadFinished, appReloadFinished, reloadFinished]);
    expect(bodies[0]).toMatchObject({
      specversion: '1.0',
      source: 'com.qlik/engine',
      tenantid: tenant.tenantId,
      ownerid: tenant.ann,
      toplevelresourceid: tenant.app,
      datacontenttype: 'application/json',
      data: {
        reloadId: id,
        name: 'Sales',
        status: 'error',
        errors: ['C:\\data "x"\nend'],
        statements: [],
        rowLimit: -1,
      },
    });
    expect(bodies[2]).toMatchObject({
      source: 'com.qlik/reloads',
      data: {
        id,
        appId: tenant.app,
        status: 'FAILED',
        succeeded: false,
        durationSeconds: 60,
        requeueCounters: { requeuesTotal: 1, requeuesWithErrors: 1 },
      },
    });
    expect(bodies[0]).not.toHaveProperty('cloudEventsVersion');
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(3);
  });

  it('says ok for the attempt that succeeded after one that did not', async () => {
    await failReload({ status: 'SUCCEEDED', requeues: 1, errorMessage: undefined, sendEvents: [appReloadFinished] });

    expect(receiver.received.map(({ json }) => json.data.status)).toEqual(['error', 'ok']);
  });

  it('may say no more than that the reload failed', async () => {
    tenant.switches.eventFields = 'few';
    const id = await failReload();

    expect(receiver.received.map(({ json }) => json.data)).toEqual([
      { reloadId: id, status: 'error' },
      { id, appId: tenant.app, userId: tenant.ann, succeeded: false },
    ]);
  });

  it('has the same content in the legacy shape and in the hybrid one', async () => {
    tenant.switches.eventShape = 'legacy';
    await failReload({ sendEvents: [appReloadFinished] });
    tenant.switches.eventShape = 'hybrid';
    await failReload({ sendEvents: [appReloadFinished] });

    const [legacy, hybrid] = receiver.received.map(({ json }) => json);
    expect(legacy).toMatchObject({
      cloudEventsVersion: '0.1',
      eventTypeVersion: '1.0.0',
      eventType: appReloadFinished,
      contentType: 'application/json',
      extensions: { tenantId: tenant.tenantId, ownerId: tenant.ann, topLevelResourceId: tenant.app },
    });
    for (const field of ['specversion', 'id', 'type', 'tenantid']) expect(legacy).not.toHaveProperty(field);
    expect(hybrid).toMatchObject({ cloudEventsVersion: '0.1', specversion: '1.0', type: appReloadFinished });
    expect(hybrid.id).toBe(hybrid.eventId);
    expect(hybrid.tenantid).toBe(hybrid.extensions.tenantId);
  });

  it('is a CloudEvent once a webhook has asked for that, which it cannot take back', async () => {
    tenant.switches.eventShape = 'legacy';
    tenant.actAs.changeWebhook(webhook, { enableCloudEventDelivery: true });

    await failReload({ sendEvents: [reloadFinished] });

    expect(receiver.received[0]?.json).toMatchObject({ specversion: '1.0', source: 'com.qlik/reloads' });
    const body = [{ op: 'replace', path: '/enableCloudEventDelivery', value: false }];
    expect((await tenant.call(`/api/core/webhooks/${webhook}`, { method: 'PATCH', body })).status).toBe(400);
  });

  it('is unsigned without a secret, and can be any body', async () => {
    tenant.actAs.changeWebhook(webhook, { secret: '' });

    await tenant.actAs.sendBody(webhook, '{"type":"com.qlik.app.published"}');

    expect(receiver.received[0]?.raw).toBe('{"type":"com.qlik.app.published"}');
    expect(receiver.received[0]?.headers).not.toHaveProperty('qlik-signature');
  });

  it('can be lost, doubled, late, out of order, and never sent', async () => {
    await failReload({ sendEvents: [] });
    tenant.deliveryFaults.dropNext = 1;
    await failReload({ sendEvents: [reloadFinished] });
    expect(receiver.received).toHaveLength(0);

    Object.assign(tenant.deliveryFaults, { copies: 2, delayMs: 30, newestFirst: true });
    const early = tenant.actAs.reloadApp(tenant.app, { status: 'FAILED', sendEvents: [reloadFinished] });
    const late = tenant.actAs.reloadApp(tenant.app, { status: 'FAILED', sendEvents: [reloadFinished] });
    await tenant.deliveriesIdle();

    expect(receiver.received.map(({ json }) => json.data.id)).toEqual([late, late, early, early]);
    expect(new Set(receiver.received.map(({ json }) => json.id)).size).toBe(2);
  });

  it('passes the filter of its webhook', async () => {
    tenant.actAs.changeWebhook(webhook, { eventTypes: [appReloadFinished], filter: 'data.status eq "error"' });

    await failReload({ status: 'SUCCEEDED' });
    await failReload();

    expect(receiver.received.map(({ json }) => json.data.status)).toEqual(['error']);
  });
});

describe('a delivery', () => {
  const list = async (query = '') => (await tenant.call(`/api/core/webhooks/${webhook}/deliveries${query}`)).json.data;

  it('is recorded, fails without a second try, and is sent again when asked', async () => {
    receiver.answer = { status: 500 };
    await failReload({ sendEvents: [reloadFinished] });
    const [failed] = await list('?status=fail');
    expect(failed).toMatchObject({
      webhookId: webhook,
      eventType: reloadFinished,
      status: 'fail',
      request: { url: receiver.url, headers: { 'Qlik-Signature': expect.any(String) }, body: { type: reloadFinished } },
      response: { statusCode: 500, body: 'noted' },
    });
    expect(JSON.stringify(failed)).not.toContain('hidden');

    receiver.answer = { status: 200 };
    const moved = `${receiver.url}/moved`;
    tenant.actAs.changeWebhook(webhook, { url: moved, secret: secret.toUpperCase() });
    const resend = `/api/v1/webhooks/${webhook}/deliveries/${failed.id}/actions/resend`;
    const again = await tenant.call(resend, { method: 'POST' });

    expect(again).toMatchObject({ status: 201, json: { status: 'success', request: { url: moved } } });
    expect(again.json.id).not.toBe(failed.id);
    const [first, second] = receiver.received as [Receiver['received'][number], Receiver['received'][number]];
    expect(receiver.received).toHaveLength(2);
    expect(second.raw).toBe(first.raw);
    expect(second.headers['qlik-signature']).not.toBe(first.headers['qlik-signature']);
    expect(await list()).toHaveLength(2);
    expect(await list('?status=success')).toHaveLength(1);
  });

  it('answers 201 for a resend that fails', async () => {
    receiver.answer = { status: 503 };
    await failReload({ sendEvents: [reloadFinished] });
    const [failed] = await list();

    const path = `/api/core/webhooks/${webhook}/deliveries/${failed.id}/actions/resend`;
    const again = await tenant.call(path, { method: 'POST' });

    expect(again).toMatchObject({ status: 201, json: { status: 'fail', response: { statusCode: 503 } } });
    expect((await tenant.call(path.replace(failed.id, 'x'), { method: 'POST' })).status).toBe(404);
  });

  it('follows no redirect', async () => {
    receiver.answer = { status: 308, headers: { location: `${receiver.url}/elsewhere` } };
    await failReload({ sendEvents: [reloadFinished] });

    expect(await list()).toMatchObject([{ status: 'fail', statusMessage: 'redirects are forbidden 308' }]);
    expect(receiver.received).toHaveLength(1);
  });

  it('fails when nobody answers in time, or nobody is there', async () => {
    tenant.switches.webhookTimeoutMs = 100;
    receiver.answer = null;
    await failReload({ sendEvents: [reloadFinished] });
    tenant.actAs.changeWebhook(webhook, { url: 'http://127.0.0.1:1/none' });
    await failReload({ sendEvents: [reloadFinished] });

    const [gone, late] = await list();
    expect(late).toMatchObject({ status: 'fail', statusMessage: 'no response within 100 ms' });
    expect(gone).toMatchObject({ status: 'fail', statusMessage: expect.stringContaining('ECONNREFUSED') });
    expect(gone).not.toHaveProperty('response');
  });

  it('is kept for seven days', async () => {
    await failReload({ sendEvents: [reloadFinished] });
    tenant.setClockSkew(8 * 86_400_000);
    await failReload({ sendEvents: [reloadFinished] });
    tenant.setClockSkew(0);

    expect(await list()).toHaveLength(1);
  });
});

describe('a webhook', () => {
  const show = async () => (await tenant.call(`/api/core/webhooks/${webhook}`)).json;

  it('never shows its secrets', async () => {
    const shown = await show();

    expect(shown).toMatchObject({ secretKeyAdded: true, encryptedHeaders: ['X-Key'], enabled: true, level: 'tenant' });
    expect(JSON.stringify(shown)).not.toMatch(/hidden|0123456789abcdef/u);
  });

  it('is disabled after failures in a row, loses what comes then, and can be enabled again', async () => {
    tenant.switches.disableAfterFailures = 2;
    receiver.answer = { status: 400 };
    await failReload({ sendEvents: [reloadFinished] });
    receiver.answer = { status: 204 };
    await failReload({ sendEvents: [reloadFinished] });
    receiver.answer = { status: 400 };
    await failReload({ sendEvents: [reloadFinished] });
    expect((await show()).enabled).toBe(true);
    const [last] = (await tenant.call(`/api/core/webhooks/${webhook}/deliveries`)).json.data;
    await tenant.actAs.resend(last.id);

    expect(await show()).toMatchObject({
      enabled: false,
      disabledReason: expect.stringContaining('threshold'),
      disabledReasonCode: expect.stringMatching(/./u),
    });
    await failReload({ sendEvents: [reloadFinished] });
    expect(receiver.received).toHaveLength(4);
    expect(tenant.events().at(-1)).toMatchObject({ action: 'event-not-sent', details: { webhookId: webhook } });

    const body = [{ op: 'replace', path: '/enabled', value: true }];
    await tenant.call(`/api/core/webhooks/${webhook}`, { method: 'PATCH', body });
    expect(await show()).toMatchObject({ enabled: true, disabledReason: '', disabledReasonCode: '' });
    await failReload({ sendEvents: [reloadFinished] });
    expect(receiver.received).toHaveLength(5);
  });

  it('can be disabled by hand, and resent to all the same unless that is refused', async () => {
    await failReload({ sendEvents: [reloadFinished] });
    tenant.actAs.disableWebhook(webhook, 'No longer wanted');
    const [delivery] = tenant.deliveries(webhook);
    const path = `/api/core/webhooks/${webhook}/deliveries/${delivery?.id}/actions/resend`;

    expect(await show()).toMatchObject({ enabled: false, disabledReason: 'No longer wanted' });
    expect((await tenant.call(path, { method: 'POST' })).status).toBe(201);
    tenant.switches.resendWhenDisabled = 'refused';
    expect((await tenant.call(path, { method: 'POST' })).status).toBe(400);
    const disabled = await tenant.call('/api/core/webhooks?enabled=false');
    expect(disabled.json.data).toMatchObject([{ id: webhook }]);
  });

  it('is found under the old path until that is gone', async () => {
    expect((await tenant.call(`/api/v1/webhooks/${webhook}`)).status).toBe(200);
    tenant.switches.v1Webhooks = false;
    expect((await tenant.call('/api/v1/webhooks')).status).toBe(404);
    expect((await tenant.call('/api/core/webhooks')).status).toBe(200);
  });

  it.each([
    ['an address', { url: 'https://203.0.113.7/qlik' }],
    ['plain http', { url: 'http://gateway.example.com/qlik' }],
    ['a short secret', { secret: 'short' }],
    ['large headers', { headers: { 'X-Long': 'x'.repeat(2100) } }],
    ['a filter on another attribute', { filter: 'name eq "x"' }],
    ['data.status for other events', { eventTypes: [reloadFinished], filter: 'data.status eq "error"' }],
  ])('is refused with %s', async (_what, fields) => {
    const body = { name: 'wrong', url: 'https://gateway.example.com/qlik', ...fields };

    expect((await tenant.call('/api/core/webhooks', { method: 'POST', body })).status).toBe(400);
  });
});
