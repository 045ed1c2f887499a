import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSound } from '../faults/expect-sound.ts';
import { nthPromotion } from '../harness/scenes.ts';
import { REP, type World } from '../harness/world.ts';
import { promoted, send, standingOf, startEffectsWorld } from './effects.ts';

describe('an approval that follows on a promotion before Waybill has seen the app without one', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterAll(async () => {
    await world?.close();
  });

  it('is of whoever set it, over the content of its own moment', async () => {
    const app = send(world, 'Approved again', { test: 'Duplicate' }, { unpublish: false });
    await promoted(world, app);
    const { actAs } = world.site('dev');
    actAs.edit(app.id, { title: 'Edited since' }, REP);
    // Nobody approves within the millisecond in which the app was changed.
    while (Date.now() <= Date.parse(String(world.site('dev').app(app.id)?.['modifiedDate'])));
    actAs.setProperties(app.id, 'COMPANY\\other', {
      PromoteToServer: [`${world.alias('test')} - Overwrite`],
      PromoteToStream: ['Sales'],
      PromotionApproval: ['Approve'],
    });

    const second = await nthPromotion(world, app.id, 2);

    expect(second).toMatchObject({ state: 'promoted', decision: { by: { account: 'COMPANY\\other' } } });
    expect(standingOf(world, 'test', app.name)).toHaveLength(1);
    await expectSound(world);
  });
});
