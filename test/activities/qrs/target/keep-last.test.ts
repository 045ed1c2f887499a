import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ActivityWorld, MANAGER, startActivityWorld } from '../activity-world.ts';
import { approve, decided, exported, publishedApp, publishStep, type Upload, uploadedApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
beforeEach(() => keepLast(2));
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

function keepLast(count: number, enabled = true): void {
  world.configure((yaml) => (yaml['sources'].dev.promoteOnReload = { enabled, keepLast: count }));
}

async function publish(
  { decision, artifact, staged }: Omit<Upload, 'app'>,
  stream = 'Sales',
  attempt = 1,
): Promise<void> {
  const input = { decision, site: 'prod', ...staged, step: publishStep(world, stream), artifact };
  await world.run((activities) => activities.publishStaging(input), { attempt });
}

/** An app of `dev` that is promoted at each reload. */
async function reloadingApp(): Promise<{ next(stream?: string): Promise<string>; last(): Omit<Upload, 'app'> }> {
  const app = await publishedApp(world);
  world.dev.actAs.setProperties(app.id, MANAGER, {
    PromoteToServer: ['prod - Duplicate'],
    PromoteToStream: ['Sales'],
    PromoteOnReload: ['True'],
  });
  await world.run((activities) => activities.setTag({ site: 'dev', appId: app.id, present: true }));
  let last: Omit<Upload, 'app'> | undefined;
  return {
    /** Delivers the next reload; the app at prod. */
    async next(stream) {
      await world.dev.actAs.reload(app.id);
      const decision = await decided(world, app.id);
      const artifact = await exported(world, decision);
      const upload = { decision, site: 'prod', number: 1, artifact };
      const staged = await world.run((activities) => activities.uploadStaging(upload));
      last = { decision, artifact, staged };
      await publish(last, stream);
      const { promotionKey } = decision;
      await world.ledger.closeClaims({ promotionKey }, 'promoted');
      await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
      return staged.appId;
    },
    last: () => last!,
  };
}

const stand = (...ids: string[]): boolean[] => ids.map((id) => world.prod.app(id) !== undefined);

async function stateOf(appId: string): Promise<string | undefined> {
  return (await world.ledger.listStagings()).find((staging) => staging.appId === appId)?.state;
}

describe('of what reloads published, the last ones', () => {
  it('stay, and older ones of the same app in the same stream go', async () => {
    const app = await reloadingApp();
    const [first, second, third] = [await app.next(), await app.next(), await app.next()];

    expect(stand(first, second, third)).toEqual([false, true, true]);
    expect(await stateOf(first)).toBe('removed');
    expect(await stateOf(second)).toBe('published');
    expect(stand(second, third, await app.next())).toEqual([false, true, true]);
  });

  it('are one where one is to stay', async () => {
    keepLast(1);
    const app = await reloadingApp();

    expect(stand(await app.next(), await app.next(), await app.next())).toEqual([false, false, true]);
  });

  it('are counted for each stream by itself', async () => {
    keepLast(1);
    const app = await reloadingApp();

    const ids = [await app.next('Sales'), await app.next('Finance'), await app.next('Sales')];

    expect(stand(...ids)).toEqual([false, true, true]);
    expect(await stateOf(ids[1]!)).toBe('published');
  });

  it('are counted without those that somebody removed', async () => {
    const app = await reloadingApp();
    const [first, second] = [await app.next(), await app.next()];
    world.prod.actAs.deleteApp(second);
    const third = await app.next();

    expect(stand(first, third)).toEqual([true, true]);
    expect(await stateOf(second)).toBe('removed');
  });

  it('never go while the one just published is published again', async () => {
    keepLast(1);
    const app = await reloadingApp();
    const id = await app.next();

    await publish(app.last(), 'Sales', 2);

    expect(stand(id)).toEqual([true]);
    expect(await stateOf(id)).toBe('published');
  });

  it('are all, where promotion on reload was switched off meanwhile', async () => {
    const app = await reloadingApp();
    const ids = [await app.next(), await app.next()];
    keepLast(0, false);

    await publish(app.last(), 'Sales', 2);

    expect(stand(...ids)).toEqual([true, true]);
  });

  it('are no matter of what people decided', async () => {
    keepLast(1);
    const uploads = [await uploadedApp(world), await uploadedApp(world)];
    for (const upload of uploads) await publish(upload);
    const app = await reloadingApp();
    await app.next();

    expect(stand(...uploads.map(({ staged }) => staged.appId))).toEqual([true, true]);
  });

  it('are not counted with what a person approved of the same app', async () => {
    keepLast(1);
    const { app, ...upload } = await uploadedApp(world);
    await publish(upload);
    await world.ledger.closeClaims({ promotionKey: upload.decision.promotionKey }, 'promoted');
    await world.ledger.updatePromotion(upload.decision.promotionKey, { endedAtUtc: new Date().toISOString() });
    await world.run((activities) => activities.stripProperties(upload.decision));
    approve(world, app.id, { more: { PromoteOnReload: ['True'], PromotionApproval: [] } });
    await world.run((activities) => activities.setTag({ site: 'dev', appId: app.id, present: true }));
    await world.dev.actAs.reload(app.id);
    const decision = await decided(world, app.id);
    const artifact = await exported(world, decision);
    const staged = await world.run((activities) =>
      activities.uploadStaging({ decision, site: 'prod', number: 1, artifact }),
    );
    await publish({ decision, artifact, staged });

    expect(decision.verdict).toBe('reload');
    expect(stand(upload.staged.appId, staged.appId)).toEqual([true, true]);
  });
});
