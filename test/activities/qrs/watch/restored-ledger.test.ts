import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import type { SweepOutcome } from '../../../../activities/watch-types.ts';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import { approvedApp } from '../acts.ts';

const LONG_AGO = '2020-01-01T00:00:00.000Z';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
beforeEach(async () => {
  world.sweepsSeen = new Map();
  await restore({});
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const sweep = (): Promise<SweepOutcome> => world.run((activities) => activities.sweepSite({ site: 'dev' }));

async function siteMemory(): Promise<SiteMemory> {
  return (await world.ledger.getSiteMemory<SiteMemory>('dev'))!.memory;
}

/** What the ledger holds of the site, as a backup put it back. */
async function restore(memory: Partial<SiteMemory>): Promise<void> {
  await world.ledger.putSiteMemory('dev', { firstStartUtc: LONG_AGO, watermarkUtc: LONG_AGO, ...memory });
}

describe('the number of sweeps', () => {
  it('rises by one with each, and is told', async () => {
    expect((await sweep()).sweeps).toBe(1);
    expect((await sweep()).sweeps).toBe(2);
    expect((await siteMemory()).sweeps).toBe(2);
  });

  it('is no sign of anything while it is as high as what was seen, or higher', async () => {
    for (const sweeps of [7, 7, 9]) {
      await restore({ sweeps });
      await sweep();

      expect((await siteMemory()).restoredUtc).toBeUndefined();
    }
    expect(world.sweepsSeen?.get('dev')).toBe(9);
  });

  it('that is lower than what was seen tells that the ledger was put back, once, at the time of the site', async () => {
    await restore({ sweeps: 5 });
    await sweep();
    await sweep();
    await restore({ sweeps: 2 });
    world.dev.setClockSkew(-3_600_000);

    await sweep();

    const { restoredUtc, resumedUtc, lostSweeps, firstStartUtc } = await siteMemory();
    expect(Math.abs(Date.now() - 3_600_000 - Date.parse(restoredUtc!))).toBeLessThan(60_000);
    expect({ resumedUtc, lostSweeps, firstStartUtc }).toEqual({
      resumedUtc: restoredUtc,
      lostSweeps: 6,
      firstStartUtc: LONG_AGO,
    });
    world.dev.setClockSkew(0);
    await sweep();
    expect((await siteMemory()).restoredUtc).toBe(restoredUtc);
  });

  it('is not needed where the restore itself left its mark, which counts once', async () => {
    await restore({ sweeps: 5, putBackUtc: new Date().toISOString() });

    await sweep();

    const { restoredUtc, putBackUtc } = await siteMemory();
    expect(restoredUtc).toBeDefined();
    expect(putBackUtc).toBeUndefined();
    await sweep();
    expect((await siteMemory()).restoredUtc).toBe(restoredUtc);
  });

  it('is one thing at each site', async () => {
    world.sweepsSeen!.set('prod', 100);

    await sweep();

    expect((await siteMemory()).restoredUtc).toBeUndefined();
  });
});

describe('a ledger that was put back', () => {
  it('has what it holds open started again, once', async () => {
    const { app } = await approvedApp(world);
    await restore({ sweeps: 1 });
    world.sweepsSeen!.set('dev', 3);
    await world.run((activities) => activities.readAndRoute({ site: 'dev', appIds: [app.id] }));
    world.nudged.length = 0;

    await sweep();
    expect(world.nudged).toEqual([`dev ${app.id}`]);
    world.nudged.length = 0;
    await sweep();

    expect(world.nudged).toEqual([]);
  });

  it('is noticed by whatever looks at the site first', async () => {
    await restore({ sweeps: 1 });
    world.sweepsSeen!.set('dev', 3);

    await world.run((activities) => activities.readAndRoute({ site: 'dev', appIds: [] }));

    expect((await siteMemory()).lostSweeps).toBe(3);
  });
});

describe('a ledger that nobody put back', () => {
  it('has nothing started again by a sweep', async () => {
    const { app } = await approvedApp(world);
    await sweep();
    world.nudged.length = 0;

    await sweep();

    expect(world.nudged).not.toContain(`dev ${app.id}`);
  });
});
