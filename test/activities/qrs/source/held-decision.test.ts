import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { promotionKeyOf } from '../../../../activities/digest.ts';
import type { AppMemory, SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, assess, decided, later, publishedApp, type SourceApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(async () => {
  world.mend();
  await restored(undefined);
});
afterAll(async () => {
  await world?.close();
});

/** The ledger was put back from a backup by then. */
async function restored(restoredUtc: string | undefined): Promise<void> {
  await world.ledger.updateSiteMemory<SiteMemory>('dev', () => ({ firstStartUtc: '', watermarkUtc: '', restoredUtc }));
}

async function memoryOf({ id }: SourceApp): Promise<AppMemory> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [id])).get(id)?.memory ?? {};
}

async function note({ id }: SourceApp, change: Partial<AppMemory>): Promise<void> {
  await world.ledger.updateAppMemory<AppMemory>('dev', id, (memory) => ({ ...memory, ...change }));
}

/** When the approval of an app was set. */
function decidedAt({ id }: SourceApp): string {
  const rows = world.dev.app(id)!['customProperties'] as { modifiedDate: string; definition: { name: string } }[];
  return rows.find(({ definition }) => definition.name === 'PromotionApproval')!.modifiedDate;
}

async function approved(request: Parameters<typeof approve>[2] = {}): Promise<SourceApp> {
  const app = await publishedApp(world);
  approve(world, app.id, request);
  return app;
}

const HELD = { kind: 'end', why: expect.stringContaining('waybill adopt') };
const AFTER = '2199-01-01T00:00:00.000Z';

describe('a decision that is older than the restore of a ledger that does not know it', () => {
  it('is held until somebody takes it up, for it may have been carried out', async () => {
    const app = await approved();
    await restored(decidedAt(app));

    expect((await assess(world, app.id)).next).toMatchObject(HELD);

    const { standing, remembered } = await memoryOf(app);
    expect(remembered).toMatchObject({
      verdict: 'approve',
      targets: [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }],
      stale: false,
      baseline: true,
    });
    expect(standing).toEqual({
      appName: app.name,
      owner: REP,
      streamName: 'Sales',
      decidedBy: MANAGER,
      decidedAtUtc: decidedAt(app),
      lostPromotionKey: promotionKeyOf('test', 'dev', app.id, remembered!.decisionId),
    });
    expect(await world.ledger.listPromotions({ appId: app.id })).toEqual([]);
  });

  it('has the key under which the lost ledger knew it, so that what was delivered on it can be found', async () => {
    const app = await approved();
    await restored(AFTER);
    await assess(world, app.id);
    const { standing, remembered } = await memoryOf(app);
    await restored(undefined);
    await note(app, { remembered: undefined, standing: undefined });

    const { promotionKey, decisionId } = await decided(world, app.id);

    expect({ promotionKey, decisionId }).toEqual({
      promotionKey: standing!.lostPromotionKey,
      decisionId: remembered!.decisionId,
    });
  });

  it('is held as well where it is a denial, which asks for no target', async () => {
    const app = await approved({ word: 'Deny' });
    await restored(AFTER);

    expect((await assess(world, app.id)).next).toMatchObject(HELD);

    const { remembered, standing } = await memoryOf(app);
    expect(remembered).toMatchObject({ verdict: 'deny', targets: [], baseline: true });
    await restored(undefined);
    await note(app, { remembered: undefined });
    expect((await decided(world, app.id)).promotionKey).toBe(standing!.lostPromotionKey);
  });

  it('goes on being held at each later look', async () => {
    const app = await approved();
    await restored(AFTER);
    await assess(world, app.id);
    const { standing } = await memoryOf(app);

    expect((await assess(world, app.id)).next).toMatchObject(HELD);
    expect((await memoryOf(app)).standing).toEqual(standing);
  });

  it('is carried out where somebody settled what that restore had lost, and held by the next restore', async () => {
    const app = await approved();
    await restored(AFTER);
    await note(app, { released: AFTER });
    expect((await assess(world, app.id)).next.kind).toBe('act');

    const other = await approved();
    await note(other, { released: '2198-01-01T00:00:00.000Z' });
    expect((await assess(world, other.id)).next).toMatchObject(HELD);
  });
});

describe('what a restore does not hold', () => {
  const isHeldNot = async (app: SourceApp) => expect((await memoryOf(app)).standing).toBeUndefined();

  it('a decision that was made after it', async () => {
    const app = await approved();
    await restored(new Date(Date.parse(decidedAt(app)) - 1).toISOString());

    expect((await assess(world, app.id)).next.kind).toBe('act');
    await isHeldNot(app);
  });

  it('a decision that the ledger has recorded, though it remembers nothing of the app', async () => {
    const app = await approved();
    const { promotionKey } = await decided(world, app.id);
    await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey }, 'promoted');
    await note(app, { remembered: undefined });
    await restored(AFTER);

    expect((await assess(world, app.id)).next).toMatchObject({
      kind: 'end',
      why: expect.not.stringContaining('adopt'),
    });
    await isHeldNot(app);
  });

  it('a decision that is remembered as it stands', async () => {
    const app = await approved();
    const { promotionKey } = await decided(world, app.id);
    await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
    const { remembered } = await memoryOf(app);
    await restored(AFTER);

    await assess(world, app.id);

    expect((await memoryOf(app)).remembered).toEqual(remembered);
    await isHeldNot(app);
  });

  it('an app that nobody decided on, or both ways at once', async () => {
    await restored(AFTER);
    const undecided = await publishedApp(world);
    const both = await publishedApp(world);
    approve(world, both.id);
    world.dev.actAs.setProperties(both.id, MANAGER, { PromotionApproval: ['Approve', 'Deny'] });

    for (const app of [undecided, both]) {
      expect((await assess(world, app.id)).next.kind).toBe('wait');
      await isHeldNot(app);
    }
  });

  it('an app that is not published', async () => {
    await restored(AFTER);
    const name = 'A draft with an approval';
    const app = { id: world.dev.actAs.createApp({ name, owner: REP }), name };
    approve(world, app.id);

    expect((await assess(world, app.id)).next).toMatchObject({ kind: 'end' });
    await isHeldNot(app);
  });
});

describe('a reload that may have been promoted before the ledger was put back', () => {
  async function reloaded(): Promise<SourceApp> {
    world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled: true }));
    const app = await publishedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, {
      PromoteToServer: ['prod - Duplicate'],
      PromoteToStream: ['Sales'],
      PromoteOnReload: ['True'],
    });
    await world.run((activities) => activities.setTag({ site: 'dev', appId: app.id, present: true }));
    later(world.dev, app.id);
    await world.dev.actAs.reload(app.id);
    return app;
  }

  it('waits for the next one', async () => {
    const app = await reloaded();
    await restored(AFTER);

    expect((await assess(world, app.id)).next).toMatchObject({
      kind: 'end',
      why: expect.stringContaining('next reload'),
    });
  });

  it('is promoted where somebody settled what that restore had lost of the app', async () => {
    const app = await reloaded();
    await restored(AFTER);
    await note(app, { released: AFTER });

    expect((await assess(world, app.id)).next).toMatchObject({ kind: 'act', decision: { verdict: 'reload' } });
  });
});
