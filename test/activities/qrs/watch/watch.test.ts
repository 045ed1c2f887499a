import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AppMemory, SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import type { RouteOutcome } from '../../../../activities/watch-types.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { type ActivityWorld, type Attempt, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, assess, cancelled, code, fault, publishedApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
beforeEach(async () => {
  for (const { id } of world.dev.apps()) world.dev.actAs.deleteApp(id);
  for (const { appId } of await world.ledger.listAwaiting({ site: 'dev' }))
    await world.ledger.deleteAwaiting('dev', appId);
  for (const { appId } of await world.ledger.listAppMemories('dev')) await world.ledger.putAppMemory('dev', appId, {});
  for (const { promotionKey } of await world.ledger.listPromotions({ open: true }))
    await world.ledger.updatePromotion(promotionKey, { endedAtUtc: LONG_AGO });
  await remember({ firstStartUtc: LONG_AGO, watermarkUtc: LONG_AGO });
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const LONG_AGO = '2020-01-01T00:00:00.000Z';

async function remember(memory: SiteMemory): Promise<void> {
  await world.ledger.putSiteMemory('dev', memory);
}

async function siteMemory(): Promise<SiteMemory> {
  return (await world.ledger.getSiteMemory<SiteMemory>('dev'))!.memory;
}

async function sweep(): Promise<RouteOutcome & { nudges: Set<string> }> {
  world.nudged.length = 0;
  const outcome = await world.run((activities) => activities.sweepSite({ site: 'dev' }));
  return { ...outcome, nudges: new Set(world.nudged) };
}

const filterOfSweep = (): string => {
  const { path } = world.dev.requests().find(({ path }) => path.includes('/app/full'))!;
  return new URL(path, 'https://qlik').searchParams.get('filter')!;
};

describe('a sweep', () => {
  it('nudges for what was published, and moves the watermark to the time of the site', async () => {
    const { id } = await publishedApp(world);
    world.dev.setClockSkew(-3_600_000);

    const outcome = await sweep();

    expect(outcome).toMatchObject({ read: 1, nudged: 1, nudges: new Set([`dev ${id}`]) });
    const { watermarkUtc, firstStartUtc } = await siteMemory();
    const agoMs = Date.now() - Date.parse(watermarkUtc);
    expect(Math.abs(agoMs - 3_600_000)).toBeLessThan(60_000);
    expect(firstStartUtc).toBe(LONG_AGO);
  });

  it('looks again at what was published shortly before the watermark, and not at what is older', async () => {
    world.configure((yaml) => (yaml['sources'].dev.overlap = '1m'));
    const { id } = await publishedApp(world);
    const publishedMs = Date.parse(String(world.dev.app(id)!['publishTime']));
    const at = (ms: number) =>
      remember({ firstStartUtc: LONG_AGO, watermarkUtc: new Date(publishedMs + ms).toISOString() });

    await at(59_000);
    expect((await sweep()).read).toBe(1);
    await at(61_000);
    expect((await sweep()).read).toBe(0);
  });

  it('finds every app that bears a request, however old', async () => {
    const { id } = await publishedApp(world);
    approve(world, id);
    await remember({ firstStartUtc: LONG_AGO, watermarkUtc: new Date(Date.now() + 3_600_000).toISOString() });

    expect((await sweep()).nudges).toEqual(new Set([`dev ${id}`]));
  });

  it('asks for reloads and their marks only where apps are promoted on them', async () => {
    world.dev.requestLog.clear();
    await sweep();
    const without = filterOfSweep();
    world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled: true, tag: 'Reloads' }));
    world.dev.requestLog.clear();
    await sweep();
    const withReloads = filterOfSweep();

    expect(without).toContain('publishTime gt');
    for (const name of ['PromotionApproval', 'PromoteToServer']) expect(without).toContain(`'${name}'`);
    for (const part of ['lastReloadTime gt', "tags.name eq 'Reloads'", "'PromoteOnReload'"]) {
      expect(without).not.toContain(part);
      expect(withReloads).toContain(part);
    }
  });

  it('leaves the watermark where it is when something fails', async () => {
    fault(world.dev, { effect: { type: 'status', status: 500 }, method: 'GET', path: '/app/full' });

    await expect(sweep()).rejects.toEqual(code('WAYBILL_QRS_SERVER'));

    expect((await siteMemory()).watermarkUtc).toBe(LONG_AGO);
  });

  it('goes by this host’s clock where the site tells no time', async () => {
    world.nowUtc = '2026-05-04T10:00:00.000Z';
    fault(world.dev, {
      effect: { type: 'status', status: 200, json: { schemaPath: 'About' }, headers: { date: 'never' } },
      method: 'GET',
      path: '/about',
    });

    await sweep();

    expect((await siteMemory()).watermarkUtc).toBe(world.nowUtc);
  });
});

describe('apps that a sweep should find and does not', () => {
  const beyond = () => new Date(Date.now() + 3_600_000).toISOString();

  it('are read by their ids: one that was deleted waits no more', async () => {
    const { id } = await publishedApp(world);
    await assess(world, id);
    await sweep();
    world.dev.actAs.deleteApp(id);

    expect(await sweep()).toMatchObject({ read: 0, nudged: 1, nudges: new Set([`dev ${id}`]) });
  });

  it('are those too whose approval was taken away', async () => {
    const { app } = await approvedApp(world);
    await sweep();
    await remember({ firstStartUtc: LONG_AGO, watermarkUtc: beyond() });
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [], PromoteToServer: [], PromoteToStream: [] });

    const outcome = await sweep();

    expect(outcome.read).toBe(1);
    const memory = (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)?.memory;
    expect(memory?.remembered?.absentSeen).toBe(true);
    await remember({ firstStartUtc: LONG_AGO, watermarkUtc: beyond() });
    await world.ledger.deleteAwaiting('dev', app.id);
    expect((await sweep()).read).toBe(0);
  });

  it('are not read again by their ids where the sweep found them', async () => {
    const { id } = await publishedApp(world);
    await assess(world, id);
    world.dev.requestLog.clear();

    expect((await sweep()).read).toBe(1);
    expect(world.dev.requests().filter(({ path }) => path.includes('/app/full'))).toHaveLength(1);
  });

  it('are read fifty at a time, the next ones in each sweep, and from the first again', async () => {
    const ids = Array.from({ length: 70 }, (_, nth) => `00000000-0000-4000-8000-0000000000${String(nth + 10)}`);
    for (const appId of ids.toReversed()) {
      await world.ledger.upsertAwaiting({
        site: 'dev',
        appId,
        appName: 'x',
        owner: REP,
        waitingSinceUtc: LONG_AGO,
        missing: [],
        alertedTo: [],
      });
    }
    const asked = async (): Promise<string[]> => {
      world.dev.requestLog.clear();
      await sweep();
      const { path } = world.dev.requests().filter((request) => request.path.includes('/app/full'))[1]!;
      const filter = new URL(path, 'https://qlik').searchParams.get('filter')!;
      return ids.filter((id) => filter.includes(id));
    };

    expect(await asked()).toEqual(ids.slice(0, 50));
    expect((await siteMemory()).missingCursor).toBe(ids[49]);
    expect(await asked()).toEqual(ids.slice(50));
    expect(await asked()).toEqual(ids.slice(0, 50));
  });
});

describe('a look at a site', () => {
  const hints = { site: 'dev', appIds: ['00000000-0000-4000-8000-000000000000'] };
  it.each<[string, string, (attempt: Attempt) => Promise<unknown>]>([
    [
      'a sweep asks for the time',
      '/about',
      (attempt) => world.run((steps) => steps.sweepSite({ site: 'dev' }), attempt),
    ],
    [
      'a sweep lists the apps',
      '/app/full',
      (attempt) => world.run((steps) => steps.sweepSite({ site: 'dev' }), attempt),
    ],
    ['hinted apps are read', '/app/full', (attempt) => world.run((steps) => steps.readAndRoute(hints), attempt)],
  ])('ends when it is cancelled while %s', async (_, path, step) => {
    expect(await cancelled(world.dev, { method: 'GET', path }, step)).toBeInstanceOf(Error);
  });
});

describe('the first look at a site', () => {
  it('takes the time of the site for the time before which nothing is acted on', async () => {
    world.configure((yaml) => {
      yaml['sources'] = { prod: { watch: 'poll' } };
      yaml['targets'] = { dev: {} };
    });
    world.prod.setClockSkew(-7_200_000);

    await world.run((activities) => activities.sweepSite({ site: 'prod' }));

    const { firstStartUtc, watermarkUtc } = (await world.ledger.getSiteMemory<SiteMemory>('prod'))!.memory;
    expect(Math.abs(Date.now() - Date.parse(firstStartUtc) - 7_200_000)).toBeLessThan(60_000);
    expect(watermarkUtc >= firstStartUtc).toBe(true);
    world.prod.setClockSkew(0);
    await world.run((activities) => activities.sweepSite({ site: 'prod' }));
    expect((await world.ledger.getSiteMemory<SiteMemory>('prod'))!.memory.firstStartUtc).toBe(firstStartUtc);
  });
});

describe('opening a watch', () => {
  const open = (fresh: boolean) => world.run((activities) => activities.openWatch({ site: 'dev', fresh }));

  it('tells how the site is watched, and asks it nothing', async () => {
    world.configure((yaml) => (yaml['sources'].dev = { watch: 'callback', sweep: '7m', renewSubscriptions: '9s' }));
    await world.dev.goDown();

    const plan = await open(true);

    expect(plan).toMatchObject({ callbacks: true, sweepMs: 420_000, renewMs: 9000, pace: { readMs: 30_000 } });
    await world.dev.comeUp();
    const about = () => world.inside((deps) => deps.qrs('dev').about());
    await waitFor('the site to answer', () => about().then(Boolean, () => false));
    world.mend();
    expect(await open(false)).toMatchObject({ callbacks: false });
  });

  it('nudges for all that the ledger holds open or waiting, each once, where the watch is a first run', async () => {
    const { app } = await approvedApp(world);
    const waiting = await publishedApp(world);
    await assess(world, waiting.id);
    const row = (await world.ledger.getAwaiting('dev', waiting.id))!;
    await world.ledger.upsertAwaiting({ ...row, appId: app.id });
    await world.ledger.upsertAwaiting({ ...row, site: 'prod' });

    await open(true);

    expect(world.nudged.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      [`dev ${app.id}`, `dev ${waiting.id}`].toSorted((a, b) => (a < b ? -1 : 1)),
    );
    await world.ledger.deleteAwaiting('prod', waiting.id);
  });

  it('sends what the ledger holds unsent, however young, where the watch is a first run', async () => {
    const order = { promotionKey: 'key-of-mail', key: 'results', mail: { kind: 'results' } };
    const mail = { messageId: '<unsent@test>', kind: 'results', to: ['a@b.c'], subject: 'x', state: 'queued' } as const;
    await world.ledger.upsertMail({ ...mail, promotionKey: 'key-of-mail', order });

    await open(false);
    expect(world.startedMails).toEqual([]);
    await open(true);
    await world.ledger.upsertMail({ ...mail, state: 'sent' });

    expect(world.startedMails).toContain('key-of-mail results');
  });

  it('has the next sweep nudge again for what it was nudged for and never looked at, where it is a first run', async () => {
    const { id } = await publishedApp(world);
    approve(world, id);
    const idle = world.dev.actAs.createApp({ name: 'Asks for nothing', owner: REP });
    await world.ledger.updateAppMemory<AppMemory>('dev', idle, () => ({ digest: 'idle' }));
    await sweep();

    await open(false);
    expect((await sweep()).nudges).toEqual(new Set());
    await open(true);
    expect((await sweep()).nudges).toEqual(new Set([`dev ${id}`]));
    expect((await world.ledger.getAppMemory<AppMemory>('dev', [idle])).get(idle)?.memory).toEqual({ digest: 'idle' });
  });

  it('nudges for nothing where it goes on', async () => {
    await approvedApp(world);

    await open(false);

    expect(world.nudged).toEqual([]);
  });
});
