import { describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createQlikCloudClient } from '../../../activities/qlik-cloud/cloud-client.ts';
import { withoutSecrets } from '../../../common/known-secrets.ts';
import type { TenantConfig } from '../../../config/types.ts';
import { silentLogger } from '../../harness/memory-logger.ts';
import { failureOf } from '../qrs/client/code-of.ts';
import { alertsConfig, type CloudWorld, startCloudWorld } from './cloud-world.ts';

const tokensOf = (world: CloudWorld) => world.tenant.requests().filter(({ path }) => path === '/oauth/token').length;
const nameOf = async (world: CloudWorld) => (await world.client().getApp(world.app)).name;

describe('an OAuth client', () => {
  it('has one token for many calls at once, and for those after them', async () => {
    await using world = await startCloudWorld();
    world.useOAuth();
    const names = await Promise.all(Array.from({ length: 5 }, () => nameOf(world)));

    expect([...names, await nameOf(world)]).toEqual(Array.from({ length: 6 }, () => 'Sales'));
    expect(tokensOf(world)).toBe(1);
    expect(world.tenant.requests().at(-1)?.by).toBe('first-client');
  });

  it('gets another before the time of its token is over', async () => {
    await using world = await startCloudWorld({ switches: { tokenLifetimeSeconds: 1 } });
    world.useOAuth();
    await nameOf(world);
    await new Promise((resolve) => {
      setTimeout(resolve, 950);
    });

    expect(await nameOf(world)).toBe('Sales');
    expect(tokensOf(world)).toBe(2);
    expect(world.tenant.requests().map(({ status }) => status)).not.toContain(401);
  });

  it('gets another once when its token was ended before', async () => {
    await using world = await startCloudWorld();
    world.useOAuth();
    await nameOf(world);
    world.tenant.actAs.expireTokens();

    expect(await Promise.all([nameOf(world), nameOf(world)])).toEqual(['Sales', 'Sales']);
    expect(tokensOf(world)).toBe(2);
  });

  it('that keeps being refused is not asked for ever', async () => {
    await using world = await startCloudWorld();
    world.useOAuth();
    world.tenant.faults.add({ path: '/api/', times: 0, effect: { type: 'status', status: 401, json: {} } });

    expect(await failureOf(world.client().getApp(world.app))).toMatchObject({ code: 'WAYBILL_CLOUD_LOGIN' });
    expect(tokensOf(world)).toBe(2);
  });

  it('that is unknown is told by its setting, without its secret', async () => {
    await using world = await startCloudWorld();
    world.set({ apiKey: undefined, login: { clientId: 'nobody', clientSecret: 'very-secret-words' } });
    const error = await failureOf(world.client().getApp(world.app));

    expect(error).toMatchObject({ code: 'WAYBILL_CLOUD_LOGIN', facts: { setting: 'alerts.tenants.eu.login' } });
    expect(JSON.stringify([error.message, error.facts, error.remedy, world.logger.lines])).not.toContain('very-secret');
  });

  it('waits for a token no longer than its own caller does', async () => {
    await using world = await startCloudWorld();
    world.useOAuth();
    world.tenant.faults.add({ path: 'oauth', effect: { type: 'delay', delayMs: 300 } });
    const controller = new AbortController();
    const left = world.client().getApp(world.app, { signal: controller.signal });
    const stayed = nameOf(world);
    const reason = new Error('enough');
    controller.abort(reason);

    await expect(left).rejects.toBe(reason);
    expect(await stayed).toBe('Sales');
    expect(tokensOf(world)).toBe(1);
  });

  it('asks again after the request for a token failed', async () => {
    await using world = await startCloudWorld();
    world.useOAuth();
    world.tenant.faults.add({ path: 'oauth', effect: { type: 'status', status: 503 } });
    world.tenant.faults.add({ path: 'oauth', nth: 2, effect: { type: 'status', status: 200, json: { token: 'x' } } });

    expect(await failureOf(world.client().getApp(world.app))).toMatchObject({ code: 'WAYBILL_CLOUD_SERVER' });
    expect(await failureOf(world.client().getApp(world.app))).toMatchObject({
      code: 'WAYBILL_CLOUD_ANSWER',
      facts: { doing: 'give a token to the OAuth client' },
    });
    expect(await nameOf(world)).toBe('Sales');
  });

  it('keeps its token out of every log and error', async () => {
    await using world = await startCloudWorld();
    world.useOAuth();
    const token = 'eyJtoken.of.this.test';
    const given = { access_token: token, expires_in: 3600 };
    world.tenant.faults.add({ path: 'oauth', times: 0, effect: { type: 'status', status: 200, json: given } });
    world.tenant.faults.add({ path: '/api/', times: 0, effect: { type: 'status', status: 400, text: `bad ${token}` } });
    const error = await failureOf(world.client().getApp(world.app));

    expect(error.message).toContain('bad ********');
    expect(withoutSecrets(token)).toBe('********');
    expect(JSON.stringify(world.logger.lines)).not.toContain(token);
  });
});

describe('an API key', () => {
  it('is read anew for every call', async () => {
    await using world = await startCloudWorld();
    const file = path.join(world.folder, 'key');
    await writeFile(file, 'an-old-key');
    world.set({ apiKey: '${file:key}' });
    expect(await failureOf(world.client().getApp(world.app))).toMatchObject({
      code: 'WAYBILL_CLOUD_LOGIN',
      facts: { setting: 'alerts.tenants.eu.apiKey', status: 401 },
    });
    await writeFile(file, `${world.tenant.apiKey}\n`);

    expect(await nameOf(world)).toBe('Sales');
  });

  it('that no header can hold is refused before it is sent, and not shown', async () => {
    await using world = await startCloudWorld();
    world.set({ apiKey: 'two\nlines-of-a-key' });
    const error = await failureOf(world.client().getApp(world.app));

    expect(error.code).toBe('WAYBILL_CLOUD_LOGIN');
    expect(error.message).not.toContain('lines-of-a-key');
    expect(world.tenant.requests()).toHaveLength(0);
  });

  it('that is not there is told by where it should be', async () => {
    await using world = await startCloudWorld();
    world.set({ apiKey: '${env:NO_SUCH_KEY}' });

    expect((await failureOf(world.client().getApp(world.app))).code).toBe('WAYBILL_CONFIG_SECRET_MISSING');
  });

  it('is missed where there is no other login', async () => {
    const tenant = alertsConfig('.', { url: 'https://acme.example', apiKey: 'a-key' }).tenants.eu as TenantConfig;
    const client = createQlikCloudClient({ ...tenant, apiKey: undefined }, silentLogger());

    expect((await failureOf(client.getApp('a'))).message).toContain('neither apiKey nor login is set');
  });
});

describe('the client of a tenant', () => {
  it('stays the same until its settings change', async () => {
    await using world = await startCloudWorld();
    const first = world.client();
    world.set({});
    expect(world.client()).toBe(first);
    world.set({ timeout: '20s' });
    const second = world.client();

    expect(second).not.toBe(first);
    expect(second.tenant).toBe('eu');
    expect((await second.getApp(world.app)).name).toBe('Sales');
  });

  it('lets a call end when it is replaced', async () => {
    await using world = await startCloudWorld();
    world.tenant.faults.add({ effect: { type: 'delay', delayMs: 200 } });
    const running = nameOf(world);
    await world.tenant.waitForRequest(() => false, 50).catch(() => undefined);
    world.set({ timeout: '20s' });
    await nameOf(world);

    expect(await running).toBe('Sales');
  });

  it('closes more than once', async () => {
    await using world = await startCloudWorld();
    await nameOf(world);

    await world.clients.close();
    await world.clients.close();
  });
});
