import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve } from '../harness/acts.ts';
import { nthPromotion, promotionsOf, publishedApp, quiet } from '../harness/scenes.ts';
import { MANAGER, startWorld, type World } from '../harness/world.ts';

const OTHER = 'COMPANY\\other';

let world: World;

/** On this site each save makes all rows of the app anew, by whoever saved it; only the manager may approve. */
beforeAll(async () => {
  world = await startWorld({
    targets: ['test'],
    switches: { rowIdsOnResend: 'renewed' },
    change: (yaml, alias) => {
      yaml['sources'][alias('dev')].approval = { approvers: { users: [MANAGER] } };
    },
  });
});

afterAll(async () => {
  await world?.close();
});

const set = (app: string, values: Record<string, string[]>, by: string): void =>
  world.site('dev').actAs.setProperties(app, by, values);

describe.concurrent('where a save makes all rows anew', () => {
  it('an approval stays that of who set it, whoever saves the app afterwards', async () => {
    const app = publishedApp(world, 'Saved by another');

    approve(world, app, { test: 'Overwrite' }, []);
    await quiet(world, app);
    world.site('dev').actAs.describe(app, 'saved', OTHER);
    await quiet(world, app);
    set(app, { PromoteToStream: ['Sales'] }, MANAGER);

    expect(await nthPromotion(world, app, 1)).toMatchObject({
      state: 'promoted',
      decision: { by: { account: MANAGER } },
    });
  });

  it('nobody becomes an approver by saving what another one set', async () => {
    const app = publishedApp(world, 'Not made over');
    const servers = [`${world.alias('test')} - Overwrite`];

    set(app, { PromoteToServer: servers, PromoteToStream: ['Sales'], PromotionApproval: ['Approve'] }, OTHER);
    await quiet(world, app);
    world.site('dev').actAs.describe(app, 'saved', MANAGER);
    const status = await quiet(world, app);

    expect(status).toMatchObject({ state: 'awaiting-decision', missing: [expect.stringContaining(OTHER)] });
    expect(await promotionsOf(world, app)).toEqual([]);
  });

  it('targets that another one adds after the approval do not count', async () => {
    const app = publishedApp(world, 'Targets behind the back');

    approve(world, app, { test: 'Overwrite' }, []);
    await quiet(world, app);
    set(app, { PromoteToStream: ['Sales'] }, OTHER);
    const status = await quiet(world, app);

    expect(status).toMatchObject({ state: 'awaiting-decision', missing: [expect.stringContaining(OTHER)] });
    expect(await promotionsOf(world, app)).toEqual([]);
  });
});
