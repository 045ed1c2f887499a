import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultCloudSwitches } from '../../../sandbox/cloud/switches.ts';
import { startTestTenant, type TestTenant } from './test-tenant.ts';

let tenant: TestTenant;

beforeAll(async () => {
  tenant = await startTestTenant();
});
afterAll(() => tenant[Symbol.asyncDispose]());
afterEach(() => {
  tenant.faults.clear();
  tenant.setClockSkew(0);
  Object.assign(tenant.switches, defaultCloudSwitches);
});

const askToken = (body: unknown) => tenant.call('/oauth/token', { method: 'POST', token: null, body });

describe('credentials', () => {
  it('are API keys, and tokens that OAuth gives for a while', async () => {
    const { id, secret } = tenant.oauthClient;

    const given = await askToken({ client_id: id, client_secret: secret, grant_type: 'client_credentials' });
    const token = given.json.access_token as string;

    expect(given).toMatchObject({ status: 200, json: { token_type: 'bearer', expires_in: 21_600 } });
    expect(await tenant.call(`/api/v1/users/${tenant.ann}`, { token })).toMatchObject({ status: 200 });
    tenant.setClockSkew(21_601_000);
    expect(await tenant.call(`/api/v1/users/${tenant.ann}`, { token })).toMatchObject({
      status: 401,
      json: { errors: [{ code: 'HTTP-401', title: 'Unauthorized', detail: 'token expired' }] },
    });
  });

  it('are refused when missing, wrong or revoked', async () => {
    const key = tenant.actAs.createApiKey({ name: 'short-lived', isTenantAdmin: true });
    tenant.actAs.revoke('short-lived');

    for (const token of [null, 'nonsense', key]) {
      const refused = await tenant.call(`/api/v1/apps/${tenant.app}`, { token });
      expect(refused).toMatchObject({ status: 401, json: { errors: [{ title: 'Unauthorized' }] } });
    }
    const wrong = { client_id: tenant.oauthClient.id, client_secret: 'x', grant_type: 'client_credentials' };
    expect(await askToken(wrong)).toMatchObject({ status: 401, json: { errors: [expect.anything()] } });
    expect((await askToken({ grant_type: 'password' })).status).toBe(400);
  });
});

describe('what an alert looks up', () => {
  it('has the bodies that Qlik documents', async () => {
    const failure = { status: 'FAILED', errorMessage: 'Field "x" not found', log: ['one', 'zwö'] } as const;
    const id = tenant.actAs.reloadApp(tenant.app, failure);

    const reload = await tenant.call(`/api/v1/reloads/${id}`);
    const app = await tenant.call(`/api/v1/apps/${tenant.app}`);
    const items = await tenant.call(`/api/v1/items?resourceType=app&resourceId=${tenant.app}`);
    const user = await tenant.call(`/api/v1/users/${tenant.ann}`);
    const log = await tenant.call(`/api/v1/apps/${tenant.app}/reloads/logs/${id}`);

    expect(reload.json).toMatchObject({
      id,
      appId: tenant.app,
      tenantId: tenant.tenantId,
      type: 'chronos',
      status: 'FAILED',
      errorCode: 'EngineConnectionError',
      errorMessage: 'Field "x" not found',
      log: expect.stringContaining(`ReloadID: ${id}\n`),
    });
    expect(reload.json).not.toHaveProperty('scriptLog');
    expect(app.json.attributes).toMatchObject({ id: tenant.app, name: 'Sales', ownerId: tenant.ann, published: false });
    expect(app.json.attributes).not.toHaveProperty('tags');
    expect(items.json.data).toMatchObject([{ resourceId: tenant.app, meta: { tags: [{ name: 'alert' }] } }]);
    expect(items.json.data[0].id).not.toBe(tenant.app);
    expect(user.json).toMatchObject({ name: 'Ann Andersson', email: 'ann@acme.example', status: 'active' });
    expect(log).toMatchObject({ status: 200, text: 'one\r\nzwö\r\n' });
    expect(log.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('may lack the log, whole or its summary, and lag behind', async () => {
    tenant.switches.reloadLogShown = false;
    const bare = tenant.actAs.reloadApp(tenant.app, { status: 'CANCELED', log: null });
    tenant.switches.reloadVisibilityLagMs = 60_000;
    const late = tenant.actAs.reloadApp(tenant.app, { status: 'FAILED' });

    expect((await tenant.call(`/api/v1/reloads/${bare}`)).json).not.toHaveProperty('log');
    expect((await tenant.call(`/api/v1/apps/${tenant.app}/reloads/logs/${bare}`)).status).toBe(404);
    expect((await tenant.call(`/api/v1/reloads/${late}`)).status).toBe(404);
  });

  it('is not there for ids that nothing has, or that are of another app', async () => {
    const other = tenant.actAs.createApp({ name: 'Other', owner: tenant.ann });
    const id = tenant.actAs.reloadApp(tenant.app);

    const paths = [
      '/api/v1/apps/x',
      '/api/v1/users/x',
      '/api/v1/reloads/x',
      `/api/v1/apps/${other}/reloads/logs/${id}`,
    ];
    for (const one of paths) {
      expect(await tenant.call(one)).toMatchObject({ status: 404, json: { errors: [{ code: 'HTTP-404' }] } });
    }
    expect((await tenant.call('/api/v1/items?resourceType=app&resourceId=x')).json.data).toEqual([]);
    expect((await tenant.call('/api/v1/apps/%zz')).status).toBe(400);
  });
});

describe('the list of reloads', () => {
  const list = (query: string, token?: string) => tenant.call(`/api/v1/reloads?${query}`, token ? { token } : {});

  it('is filtered by status and sorted, page by page, while reloads come', async () => {
    const app = tenant.actAs.createApp({ name: 'Pages', owner: tenant.ann });
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const status = at === 2 ? 'SUCCEEDED' : at === 3 ? 'EXCEEDED_LIMIT' : 'FAILED';
      ids.push(tenant.actAs.reloadApp(app, { status, endedAtUtc: new Date(1_790_000_000_000 + at).toISOString() }));
    }
    const filter = encodeURIComponent('(status eq "FAILED" or status eq "EXCEEDED_LIMIT") and partial eq "false"');

    const first = await list(`appId=${app}&filter=${filter}&limit=2&sort=-creationTime`);
    tenant.actAs.reloadApp(app, { status: 'FAILED' });
    const second = await tenant.call(first.json.links.next.href);

    const idsOf = (answer: typeof first) => answer.json.data.map((reload: { id: string }) => reload.id);
    expect(idsOf(first)).toEqual([ids[4], ids[3]]);
    expect(idsOf(second)).toEqual([ids[1], ids[0]]);
    expect(second.json.links.next).toBeUndefined();
    expect(first.json.data[0]).not.toHaveProperty('log');
    expect((await list(`appId=${app}&limit=1&log=true`)).json.data[0].log).toContain('ReloadID');
  });

  it('knows no times in a filter, unless a switch says so', async () => {
    const filter = encodeURIComponent('status eq "FAILED" and endTime gt "2001-01-01T00:00:00Z"');

    expect(await list(`filter=${filter}`)).toMatchObject({ status: 400, json: { errors: [{ code: 'RELOADS-001' }] } });
    tenant.switches.reloadFilter = 'with-times';
    expect((await list(`filter=${filter}`)).status).toBe(200);
  });

  it.each(['status eq FAILED', 'status ne "FAILED"', '(status eq "FAILED"', 'status eq "FAILED', 'name eq "x"', '"'])(
    'refuses the filter %s',
    async (filter) => {
      expect((await list(`filter=${encodeURIComponent(filter)}`)).status).toBe(400);
    },
  );

  it.each(['limit=0', 'limit=101', 'limit=x', 'next=bm9uZQ', 'sort=name'])('refuses %s', async (query) => {
    expect((await list(query)).status).toBe(400);
  });

  it('is whole for a TenantAdmin only', async () => {
    const token = tenant.actAs.createApiKey({ name: 'user', isTenantAdmin: false });

    expect(await list('limit=1', token)).toMatchObject({ status: 403, json: { errors: [{ code: 'RELOADS-003' }] } });
    expect((await list(`limit=1&appId=${tenant.app}`, token)).status).toBe(200);
  });

  it('shows reloads that run', async () => {
    const app = tenant.actAs.createApp({ name: 'Runs', owner: tenant.ann });
    const id = tenant.actAs.startReload(app);

    const running = await list(`appId=${app}`);
    tenant.actAs.finishReload(id, { status: 'FAILED' });
    const ended = await list(`appId=${app}`);

    expect(running.json.data).toMatchObject([{ id, status: 'RELOADING' }]);
    expect(running.json.data[0]).not.toHaveProperty('endTime');
    expect(ended.json.data[0].creationTime).toBe(running.json.data[0].creationTime);
    expect(ended.json.data).toMatchObject([{ id, status: 'FAILED', endTime: expect.any(String) }]);
  });
});

describe('trouble', () => {
  it('is a 429 with the wait in header and body', async () => {
    tenant.faults.add({ effect: { type: 'too-many', retryAfterSeconds: 13 }, path: '/reloads' });

    expect(await tenant.call('/api/v1/reloads')).toMatchObject({
      status: 429,
      headers: { 'retry-after': '13' },
      json: {
        errors: [
          {
            code: 'HTTP-429',
            title: 'API rate limit reached.',
            detail: 'You need to wait 13 seconds until limit is lifted.',
          },
        ],
      },
    });
    expect((await tenant.call('/api/v1/reloads')).status).toBe(200);
  });

  it('is a limit that a credential uses up for a window, for all calls of its tier', async () => {
    Object.assign(tenant.switches, { tier1PerWindow: 2, rateWindowMs: 1500 });
    const token = tenant.actAs.createApiKey({ name: 'eager', isTenantAdmin: true });

    const statuses: number[] = [];
    for (const one of ['/api/v1/reloads', '/api/v1/items', `/api/v1/apps/${tenant.app}`]) {
      statuses.push((await tenant.call(one, { token })).status);
    }

    expect(statuses).toEqual([200, 200, 429]);
    expect((await tenant.call('/api/v1/items', { token })).headers['retry-after']).toBe('2');
    expect((await tenant.call('/api/v1/items')).status).toBe(200);
    await expect.poll(async () => (await tenant.call('/api/v1/items', { token })).status, { timeout: 4000 }).toBe(200);
  });

  it('is an empty list, a page of HTML, a body cut off, a reset, or the port gone for a while', async () => {
    tenant.faults.add({ effect: { type: 'empty-list' }, path: '/items' });
    tenant.faults.add({ effect: { type: 'html' }, path: '/apps/' });
    tenant.faults.add({ effect: { type: 'truncate', afterBytes: 20 }, path: '/users/' });
    const reset = tenant.faults.add({ effect: { type: 'reset' }, path: '/reloads$' });

    const items = await tenant.call(`/api/v1/items?resourceType=app&resourceId=${tenant.app}`);
    expect(items).toMatchObject({ status: 200, json: { data: [] } });
    expect(await tenant.call(`/api/v1/apps/${tenant.app}`)).toMatchObject({
      status: 502,
      text: expect.stringContaining('<html>'),
    });
    await expect(tenant.call(`/api/v1/users/${tenant.ann}`)).rejects.toThrow();
    await expect(tenant.call('/api/v1/reloads')).rejects.toThrow();
    expect(tenant.requests().at(-1)).toMatchObject({ path: '/api/v1/reloads', status: 0, faults: [reset] });
    tenant.faults.add({ effect: { type: 'close-port', forMs: 100 } });
    await expect(tenant.call('/api/v1/items')).rejects.toThrow();
    await expect
      .poll(() =>
        tenant.call('/api/v1/items').then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
  });

  it('is silence, or an answer that trickles', async () => {
    tenant.faults.add({ effect: { type: 'hang' }, path: '/items' });
    tenant.faults.add({ effect: { type: 'slow', bytesPerSecond: 4000 }, path: '/apps/' });

    const headers = { authorization: `Bearer ${tenant.apiKey}` };
    await expect(
      request(`${tenant.url}/api/v1/items`, { headers, signal: AbortSignal.timeout(150) }),
    ).rejects.toThrow();
    const startedMs = performance.now();
    expect((await tenant.call(`/api/v1/apps/${tenant.app}`)).status).toBe(200);
    expect(performance.now() - startedMs).toBeGreaterThan(80);
  });
});

describe('a tenant with a folder and https', () => {
  it('is trusted by its own authority and keeps its logs in files', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'waybill-cloud-'));
    const secure = await startTestTenant({ https: true, folder });
    const dispatcher = new Agent({ connect: { ca: secure.caPem } });
    try {
      const headers = { authorization: `Bearer ${secure.apiKey}` };
      const { statusCode, body } = await request(`${secure.url}/api/v1/items`, { dispatcher, headers });
      await body.dump();

      expect(statusCode).toBe(200);
      await expect(request(`${secure.url}/api/v1/items`, { headers })).rejects.toThrow();
      expect(await readFile(path.join(folder, 'events.jsonl'), 'utf8')).toContain('"create-app"');
      expect(await readFile(path.join(folder, 'requests.jsonl'), 'utf8')).toContain('"by":"first-key"');
      expect(await readFile(path.join(folder, 'requests.jsonl'), 'utf8')).not.toContain(secure.apiKey);
    } finally {
      await dispatcher.close();
      await secure.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
