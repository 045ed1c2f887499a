import { describe, expect, it } from 'vitest';
import { appFacts, itemFacts, reloadFacts, userFacts } from '../../../activities/qlik-cloud/to-facts.ts';
import { startCloudWorld } from './cloud-world.ts';

describe('a failed reload', () => {
  it('is read with its app, tags, owner and script log', async () => {
    await using world = await startCloudWorld();
    const { tenant, app, ann } = world;
    const id = tenant.actAs.reloadApp(app, { status: 'FAILED', log: ['first', 'second'] });

    const reload = await world.client().getReload(id);
    expect(reload).toMatchObject({ id, appId: app, tenantId: tenant.tenantId });
    expect(reloadFacts(reload)).toEqual({
      type: 'chronos',
      status: 'FAILED',
      errorCode: 'EngineConnectionError',
      errorMessage: 'failed to complete reload: unexpected EOF',
      createdAtUtc: tenant.reload(id)?.creationTime,
      startedAtUtc: tenant.reload(id)?.startTime,
      endedAtUtc: tenant.reload(id)?.endTime,
      userId: ann,
    });
    expect(appFacts(await world.client().getApp(app))).toEqual({
      name: 'Sales',
      ownerId: ann,
      hasSectionAccess: false,
    });
    const item = await world.client().getItemOf(app);
    expect(item && itemFacts(item)).toMatchObject({ tags: ['alert', 'daily'], spaceId: expect.any(String) as string });
    expect(userFacts(await world.client().getUser(ann))).toEqual({
      id: ann,
      name: 'Ann Andersson',
      email: 'ann@acme.example',
    });
    expect(await world.client().getScriptLog(app, id)).toEqual({ text: 'first\r\nsecond\r\n', isCut: false });
  });

  it('has an item only where the app is in the list of items', async () => {
    await using world = await startCloudWorld();
    world.tenant.faults.add({ path: '/api/v1/items', effect: { type: 'empty-list' } });

    expect(await world.client().getItemOf(world.app)).toBeUndefined();
  });

  it('has both ends of a script log that is too large', async () => {
    await using world = await startCloudWorld();
    const lines = ['begin', ...Array.from({ length: 24 }, () => 'x'.repeat(1024 * 1024)), 'Error: the end'];
    const id = world.tenant.actAs.reloadApp(world.app, { status: 'FAILED', log: lines });

    const { text, isCut } = await world.client().getScriptLog(world.app, id);
    expect(isCut).toBe(true);
    expect(text.startsWith('begin\r\n')).toBe(true);
    expect(text.endsWith('Error: the end\r\n')).toBe(true);
    expect(text).toMatch(/\n\(\d+ bytes are left out here\)\n/);
    expect(text.length).toBeLessThan(21 * 1024 * 1024);
  });
});

describe('the list of reloads', () => {
  it('comes page by page, of the statuses that are asked for', async () => {
    await using world = await startCloudWorld({ switches: { linkForm: 'path' } });
    const { actAs } = world.tenant;
    const failed = Array.from({ length: 130 }, () => actAs.reloadApp(world.app, { status: 'FAILED' }));
    actAs.reloadApp(world.app);
    const exceeded = actAs.reloadApp(world.app, { status: 'EXCEEDED_LIMIT' });

    const list = await world.client().listReloads({ status: ['FAILED', 'EXCEEDED_LIMIT'], limit: 1000 });
    expect(list.isComplete).toBe(true);
    expect(list.reloads.map(({ id }) => id).sort()).toEqual([...failed, exceeded].sort());
    expect(world.tenant.requests().filter(({ path }) => path.startsWith('/api/v1/reloads'))).toHaveLength(2);
  });

  it('comes of one app alone where that is asked for', async () => {
    await using world = await startCloudWorld();
    const { actAs } = world.tenant;
    const other = actAs.createApp({ name: 'Another', owner: world.ann });
    const succeeded = actAs.reloadApp(world.app);
    actAs.reloadApp(world.app, { status: 'FAILED' });
    actAs.reloadApp(other);

    const { reloads } = await world.client().listReloads({ appId: world.app, status: ['SUCCEEDED'], limit: 10 });

    expect(reloads.map(({ id }) => id)).toEqual([succeeded]);
  });

  it('follows links that name another host within the tenant only', async () => {
    await using world = await startCloudWorld();
    const entry = { id: 'r1', appId: 'a1', status: 'FAILED' };
    const links = { next: { href: 'https://elsewhere.example/api/v1/reloads?next=abc' } };
    const page = { data: [entry], links };
    world.tenant.faults.add({ path: 'reloads', effect: { type: 'status', status: 200, json: page } });
    world.tenant.faults.add({ path: 'next=abc', effect: { type: 'empty-list' } });

    await world.client().listReloads({ limit: 10 });
    expect(world.tenant.requests().map(({ path }) => path)).toEqual([
      '/api/v1/reloads?limit=100&log=false',
      '/api/v1/reloads?next=abc',
    ]);
  });

  it('ends where pages lead in a circle', async () => {
    await using world = await startCloudWorld();
    const page = {
      data: [{ id: 'r1', appId: 'a1', status: 'FAILED' }],
      links: { next: { href: '/api/v1/reloads?next=a' } },
    };
    world.tenant.faults.add({ path: 'reloads', times: 0, effect: { type: 'status', status: 200, json: page } });

    expect(await world.client().listReloads({ limit: 10 })).toMatchObject({ isComplete: true });
    expect(world.tenant.requests()).toHaveLength(2);
  });

  it('stops at its limit and says so', async () => {
    await using world = await startCloudWorld();
    for (let count = 0; count < 5; count++) world.tenant.actAs.reloadApp(world.app, { status: 'FAILED' });

    const list = await world.client().listReloads({ limit: 3 });
    expect(list.reloads).toHaveLength(3);
    expect(list.isComplete).toBe(false);
    expect((await world.client().listReloads({ limit: 5 })).isComplete).toBe(true);
  });

  it('leaves out what ended before', async () => {
    await using world = await startCloudWorld();
    const { actAs } = world.tenant;
    actAs.reloadApp(world.app, { status: 'FAILED', endedAtUtc: '2026-01-01T00:00:00Z' });
    const late = actAs.reloadApp(world.app, { status: 'FAILED', endedAtUtc: '2026-01-02T00:00:00Z' });
    const long = actAs.reloadApp(world.app, {
      status: 'FAILED',
      endedAtUtc: '2026-01-02T01:00:00Z',
      durationSeconds: 40_000,
    });

    const { reloads } = await world.client().listReloads({ since: new Date('2026-01-02T00:00:00Z'), limit: 10 });
    expect(reloads.map(({ id }) => id).sort()).toEqual([late, long].sort());
  });

  it('is not read further once its pages, newest first, are long past', async () => {
    await using world = await startCloudWorld();
    const { actAs } = world.tenant;
    for (let count = 0; count < 250; count++) {
      actAs.reloadApp(world.app, { status: 'FAILED', endedAtUtc: '2026-01-01T00:00:00Z' });
    }
    const late = actAs.reloadApp(world.app, { status: 'FAILED' });

    const list = await world.client().listReloads({ since: new Date('2026-03-01T00:00:00Z'), limit: 10 });
    expect(list).toMatchObject({ reloads: [{ id: late }], isComplete: true });
    expect(world.tenant.requests()).toHaveLength(1);
  });

  it('shows those that can be read beside one that cannot', async () => {
    await using world = await startCloudWorld();
    const data = [
      { id: 'r0', status: 'FAILED' },
      { id: 'r1', appId: 'a1', status: 'FAILED' },
    ];
    world.tenant.faults.add({ path: 'reloads', effect: { type: 'status', status: 200, json: { data } } });

    expect((await world.client().listReloads({ limit: 10 })).reloads.map(({ id }) => id)).toEqual(['r1']);
  });
});

describe('the list of webhooks', () => {
  const names = async (world: Awaited<ReturnType<typeof startCloudWorld>>) =>
    (await world.client().listWebhooks()).map(({ name }) => name);

  it('says whether each still works', async () => {
    await using world = await startCloudWorld();
    const eventTypes = ['com.qlik.v1.reload.finished'];
    const id = world.tenant.actAs.createWebhook({ name: 'alerts', url: 'https://gateway.example/qlik', eventTypes });
    world.tenant.actAs.disableWebhook(id, 'Too many failures.', 'too-many');

    expect(await world.client().listWebhooks()).toMatchObject([
      {
        id,
        name: 'alerts',
        eventTypes,
        enabled: false,
        disabledReason: 'Too many failures.',
        disabledReasonCode: 'too-many',
      },
    ]);
  });

  it('is found where it moves to, and looked for there from then on', async () => {
    await using world = await startCloudWorld({ switches: { v1Webhooks: false } });
    world.tenant.actAs.createWebhook({
      name: 'alerts',
      url: 'https://gateway.example/qlik',
      eventTypes: ['com.qlik.v1.reload.finished'],
    });

    expect(await names(world)).toEqual(['alerts']);
    expect(await names(world)).toEqual(['alerts']);
    expect(world.tenant.requests().map(({ path, status }) => `${status} ${path.split('?', 1)[0]}`)).toEqual([
      '404 /api/v1/webhooks',
      '200 /api/core/webhooks',
      '200 /api/core/webhooks',
    ]);
  });

  it('is found where it was before', async () => {
    await using world = await startCloudWorld({ switches: { v1Webhooks: false } });
    await names(world);
    world.tenant.switches.v1Webhooks = true;
    world.tenant.faults.add({ path: 'core/webhooks', effect: { type: 'status', status: 410 } });

    expect(await names(world)).toEqual([]);
    expect(world.tenant.requests().at(-1)?.path).toContain('/api/v1/webhooks');
  });
});
