import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppMemory, SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import type { RouteOutcome } from '../../../../activities/watch-types.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, assess, fault, later, publishedApp, requestsTo } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
beforeEach(() => firstStart(''));
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

async function firstStart(firstStartUtc: string): Promise<void> {
  await world.ledger.updateSiteMemory<SiteMemory>('dev', () => ({ firstStartUtc, watermarkUtc: firstStartUtc }));
}

async function memoryOf(appId: string): Promise<AppMemory | undefined> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [appId])).get(appId)?.memory;
}

/** Reads the apps and routes them; what was nudged by it. */
async function route(...appIds: string[]): Promise<RouteOutcome & { nudges: string[] }> {
  world.nudged.length = 0;
  const outcome = await world.run((activities) => activities.readAndRoute({ site: 'dev', appIds }));
  return { ...outcome, nudges: [...world.nudged] };
}

const once = (appId: string) => ({ read: 1, nudged: 1, nudges: [`dev ${appId}`] });
const never = { read: 1, nudged: 0, nudges: [] };

describe('an app that asks for something', () => {
  it('is nudged for, once for each state', async () => {
    const { id } = await publishedApp(world);

    expect(await route(id)).toEqual(once(id));
    expect(await route(id)).toEqual(never);
    approve(world, id);
    expect(await route(id)).toEqual(once(id));
    expect(await route(id)).toEqual(never);
  });

  it('is nudged for again where the nudge could not be noted', async () => {
    const { id } = await publishedApp(world);
    await route(id);
    await world.ledger.updateAppMemory<AppMemory>('dev', id, (memory) => ({ ...memory, digest: undefined }));

    expect(await route(id)).toEqual(once(id));
  });

  it.each<[string, (id: string) => unknown]>([
    ['a rename', (id: string) => world.dev.actAs.rename(id, `Renamed ${id}`)],
    ['a description', (id: string) => world.dev.actAs.describe(id, 'Another')],
    [
      'a property that is none of Waybill’s',
      (id: string) => world.dev.actAs.setProperties(id, REP, { Department: ['x'] }),
    ],
    ['a reload', (id: string) => world.dev.actAs.reload(id)],
  ])('is not nudged for by %s', async (_, act) => {
    const { id } = await publishedApp(world);
    approve(world, id);
    await route(id);
    later(world.dev, id);
    await act(id);

    expect(await route(id)).toEqual(never);
  });

  it.each([
    ['another value', { PromotionApproval: ['Deny'] }],
    ['one value less', { PromoteToStream: [] }],
    ['one value more', { PromoteToStream: ['Sales', 'Finance'] }],
  ])('is nudged for by %s of its request', async (_, values) => {
    const { id } = await publishedApp(world);
    approve(world, id);
    await route(id);
    later(world.dev, id);
    world.dev.actAs.setProperties(id, MANAGER, values);

    expect(await route(id)).toEqual(once(id));
  });

  it('has its rows noted as they were first seen', async () => {
    const { id } = await publishedApp(world);
    approve(world, id);

    await route(id);

    const rows = (await memoryOf(id))?.rows ?? [];
    expect(rows.map(({ name, modifiedBy }) => `${name} ${modifiedBy}`)).toContain(`PromotionApproval ${MANAGER}`);
  });

  it('keeps the author of its rows when a site makes them anew at each save', async () => {
    const { id } = await publishedApp(world);
    approve(world, id);
    await route(id);
    world.dev.switches.rowIdsOnResend = 'renewed';
    later(world.dev, id);
    world.dev.actAs.setProperties(id, REP, { PromoteToStream: ['Sales', 'Finance'] });
    await route(id);

    const rows = (await memoryOf(id))?.rows ?? [];
    expect(rows.find(({ name }) => name === 'PromotionApproval')?.modifiedBy).toBe(MANAGER);
  });
});

describe('an app that asks for nothing', () => {
  it('is left alone: neither published since the first start nor asked for', async () => {
    const draft = world.dev.actAs.createApp({ name: 'Draft', owner: REP });
    const { id } = await publishedApp(world);
    await firstStart(String(world.dev.app(id)!['publishTime']));

    expect(await route(draft)).toEqual(never);
    expect(await route(id)).toEqual(never);
    expect(await memoryOf(draft)).toBeUndefined();
  });

  it('is left alone while it is a draft, whatever its properties', async () => {
    const draft = world.dev.actAs.createApp({ name: 'Asked for', owner: REP });
    world.dev.actAs.setProperties(draft, MANAGER, { PromotionApproval: ['Approve'] });

    expect(await route(draft)).toEqual(never);
  });

  it('is nudged for where it is shown as waiting, and is remembered as idle', async () => {
    const { id } = await publishedApp(world);
    await assess(world, id);
    await route(id);
    await firstStart(String(world.dev.app(id)!['publishTime']));

    expect(await route(id)).toEqual(once(id));
    expect((await memoryOf(id))?.digest).toBe('idle');
    expect(await route(id)).toEqual(never);
  });

  it('is not nudged for where nothing waits, and is remembered as idle', async () => {
    const { id } = await publishedApp(world);
    await route(id);
    await firstStart(String(world.dev.app(id)!['publishTime']));

    expect(await route(id)).toEqual(never);
    expect((await memoryOf(id))?.digest).toBe('idle');
  });

  it('is no staging app: those are nobody’s request', async () => {
    const { id } = await publishedApp(world, { name: '~waybill/other/key/dev/1' });
    approve(world, id);

    expect(await route(id)).toEqual(never);
  });
});

describe('an app that is gone', () => {
  it('is nudged for where a promotion waits for it, once', async () => {
    const { id } = await publishedApp(world);
    await assess(world, id);
    await route(id);
    world.dev.actAs.deleteApp(id);

    expect(await route(id)).toEqual({ read: 0, nudged: 1, nudges: [`dev ${id}`] });
    expect((await memoryOf(id))?.digest).toBe('idle');
    expect(await route(id)).toEqual({ read: 0, nudged: 0, nudges: [] });
  });

  it('is remembered as idle where nothing waits for it', async () => {
    const { id } = await publishedApp(world);
    await route(id);
    world.dev.actAs.deleteApp(id);

    expect(await route(id)).toEqual({ read: 0, nudged: 0, nudges: [] });
    expect((await memoryOf(id))?.digest).toBe('idle');
  });

  it('takes its approval with it', async () => {
    const { id } = await publishedApp(world);
    approve(world, id);
    await assess(world, id);
    world.dev.actAs.deleteApp(id);

    await route(id);

    expect((await memoryOf(id))?.remembered?.absentSeen).toBe(true);
    const { revision } = (await world.ledger.getAppMemory('dev', [id])).get(id)!;
    await route(id);
    expect((await world.ledger.getAppMemory('dev', [id])).get(id)!.revision).toBe(revision);
  });

  it('is no news of an app that nobody knew', async () => {
    const unknown = '00000000-0000-4000-8000-000000000000';

    expect(await route(unknown)).toEqual({ read: 0, nudged: 0, nudges: [] });
    expect(await memoryOf(unknown)).toBeUndefined();
  });

  it('is told by its id in any case', async () => {
    const { id } = await publishedApp(world);
    await assess(world, id);
    await route(id);

    expect((await route(id.toUpperCase())).nudged).toBe(0);
    expect((await memoryOf(id))?.digest).not.toBe('idle');
  });
});

describe('an approval that is gone', () => {
  it('is remembered as seen to be gone, so that the next one is a new one', async () => {
    const { id } = await publishedApp(world);
    approve(world, id);
    await route(id);
    await assess(world, id);
    world.dev.actAs.setProperties(id, MANAGER, { PromotionApproval: [] });

    await route(id);

    expect((await memoryOf(id))?.remembered?.absentSeen).toBe(true);
  });

  it('is not taken for gone while it stands', async () => {
    const { id } = await publishedApp(world);
    approve(world, id);
    await assess(world, id);
    await route(id);

    expect((await memoryOf(id))?.remembered?.absentSeen).toBe(false);
  });
});

describe('a decision that stood before the first start', () => {
  async function standing(word = 'Approve') {
    const app = await publishedApp(world);
    approve(world, app.id, { word });
    const rows = world.dev.app(app.id)!['customProperties'] as { modifiedDate: string }[];
    await firstStart(rows[0]!.modifiedDate);
    return { ...app, decidedAtUtc: rows[0]!.modifiedDate };
  }

  it.each([
    ['Approve', 'approve', [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }]],
    ['Deny', 'deny', [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }]],
  ] as const)('is remembered, so that it is never taken for a new one: %s', async (word, verdict, targets) => {
    const { id, name, decidedAtUtc } = await standing(word);

    await route(id);

    const memory = await memoryOf(id);
    expect(memory?.remembered).toMatchObject({
      decisionId: expect.stringMatching(/^standing [0-9a-f]{32}$/),
      verdict,
      targets,
      baseline: true,
      stale: false,
    });
    expect(memory?.standing).toEqual({
      appName: name,
      owner: REP,
      streamName: 'Sales',
      decidedBy: MANAGER,
      decidedAtUtc,
    });
    expect((await assess(world, id)).next.kind).toBe('end');
  });

  it('is remembered as by whoever set it last', async () => {
    const { id } = await standing();
    world.configure((yaml) => (yaml['sources'].dev.words = { approve: ['Approve', 'Ok'] }));
    later(world.dev, id);
    world.dev.actAs.setProperties(id, 'COMPANY\\other', { PromotionApproval: ['Approve', 'Ok'] });

    await route(id);

    expect((await memoryOf(id))?.standing?.decidedBy).toBe('COMPANY\\other');
  });

  it('is no decision where approval and denial stand beside each other', async () => {
    const { id } = await standing();
    world.dev.actAs.setProperties(id, MANAGER, { PromotionApproval: ['Approve', 'Deny'] });

    await route(id);

    expect((await memoryOf(id))?.remembered).toBeUndefined();
  });

  it('is left as it is where it was adopted or something is remembered', async () => {
    const { id } = await standing();
    await world.ledger.updateAppMemory<AppMemory>('dev', id, (memory) => ({ ...memory, adopted: true }));

    await route(id);

    expect((await memoryOf(id))?.standing).toBeUndefined();
  });

  it('is no decision of an app that is gone by the time it is read', async () => {
    const { id } = await standing();
    fault(world.dev, { effect: { type: 'status', status: 404 }, method: 'GET', path: `/app/${id}` });

    await route(id);

    expect((await memoryOf(id))?.remembered).toBeUndefined();
  });

  it('is told from one that was made since', async () => {
    const { id } = await publishedApp(world);
    await firstStart(String(world.dev.app(id)!['modifiedDate']));
    approve(world, id);

    await route(id);

    expect((await memoryOf(id))?.remembered).toBeUndefined();
  });
});

describe('the marks of promotion on reload', () => {
  function switchOn(): void {
    world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled: true, tag: 'Reloads' }));
  }

  async function reloadApp(): Promise<string> {
    const { id } = await publishedApp(world);
    await firstStart(String(world.dev.app(id)!['publishTime']));
    later(world.dev, id);
    world.dev.actAs.setProperties(id, MANAGER, { PromoteOnReload: ['True'], PromoteToStream: ['Sales'] });
    return id;
  }

  it('make a reload a change, where they stand', async () => {
    switchOn();
    const id = await reloadApp();
    await route(id);
    await world.dev.actAs.reload(id);

    expect(await route(id)).toEqual(once(id));
    world.mend();
    await world.dev.actAs.reload(id);
    await route(id);
    await world.dev.actAs.reload(id);
    expect(await route(id)).toEqual(never);
  });

  it('are nothing where they are switched off, whatever tag the app bears', async () => {
    world.dev.actAs.createTag('Off');
    const id = world.dev.actAs.createApp({ name: 'Tagged in vain', owner: REP });
    world.dev.actAs.setTags(id, REP, ['Off']);
    world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled: false, tag: 'Off' }));

    expect(await route(id)).toEqual(never);
  });

  it('are not those of an app that bears none of them', async () => {
    switchOn();
    const draft = world.dev.actAs.createApp({ name: 'Untagged', owner: REP });
    const { id } = await publishedApp(world);
    approve(world, id);

    expect(await route(draft)).toEqual(never);
    expect(await route(id)).toEqual(once(id));
    await world.dev.actAs.reload(id);
    expect(await route(id)).toEqual(never);
  });

  it('include the tag beside other ones', async () => {
    for (const tag of ['Beside', 'Other']) world.dev.actAs.createTag(tag);
    const id = world.dev.actAs.createApp({ name: 'Tagged twice', owner: REP });
    world.dev.actAs.setTags(id, REP, ['Other', 'Beside']);
    world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled: true, tag: 'Beside' }));

    expect(await route(id)).toEqual(once(id));
  });

  it('include the tag, in any case, also of an app that is no longer published', async () => {
    world.dev.actAs.createTag('RELOADS');
    const id = world.dev.actAs.createApp({ name: 'Tagged', owner: REP });
    world.dev.actAs.setTags(id, REP, ['RELOADS']);

    expect(await route(id)).toEqual(never);
    switchOn();
    expect(await route(id)).toEqual(once(id));
  });
});

describe('reading hinted apps', () => {
  it('asks the site once for all of them', async () => {
    const ids = [(await publishedApp(world)).id, (await publishedApp(world)).id];
    world.dev.requestLog.clear();

    expect(await route(...ids)).toMatchObject({ read: 2, nudged: 2 });
    expect(requestsTo(world.dev)).toEqual(['GET /qrs/app/full']);
  });
});
