import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { approve, endedPromotion } from '../harness/acts.ts';
import { quiet, resolvePromotion, swept } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  APP,
  breakSite,
  expectMails,
  mendAll,
  promoted,
  promotionsOf,
  send,
  type SentApp,
  standingOf,
  startEffectsWorld,
  waitingDelivery,
} from '../effects/effects.ts';
import { edits, makeEdit } from './content-edits.ts';
import { expectSound } from './expect-sound.ts';

const [changed, removed] = ['a sheet is changed', 'a sheet is removed'].map(
  (name) => edits.find(({ edit }) => edit === name)!,
) as [(typeof edits)[number], (typeof edits)[number]];

describe('row 7: an approved app that is deleted', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      // What would be looked at again only after this time would fail the test.
      change: (yaml) => Object.assign(yaml['retry'], { recheck: '1h' }),
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  const deleteApp = ({ id }: SentApp): void => world.site('dev').actAs.deleteApp(id, MANAGER);

  it('before Waybill looks is promoted nowhere', async () => {
    const app = send(world, 'Deleted unseen', { test: 'Duplicate' });
    deleteApp(app);
    await quiet(world, app.id);

    expect(await promotionsOf(world, app)).toEqual([]);
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    await expectSound(world);
  });

  it('before its export ends without asking anybody for help, and its owner is told', async () => {
    world.site('dev').faults.add({ method: 'POST', path: '/export/', effect: { type: 'delay', delayMs: 500 } });
    const app = send(world, 'Deleted early', { test: 'Duplicate' });
    await waitFor('the decision', async () => (await promotionsOf(world, app)).length === 1);
    deleteApp(app);

    const ended = await endedPromotion(world, app.id);
    expect(ended).toMatchObject({ state: 'withdrawn', outcome: { changes: ['the app was deleted'] } });
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    await expectMails(world, ended.promotionKey, ['approved', 'aborted']);
    await expectSound(world);
  });

  it.each([
    { how: 'unpublished', unpublish: true },
    { how: 'stripped', unpublish: false },
  ])('after its export is delivered all the same, though it can no longer be $how', async ({ how, unpublish }) => {
    breakSite(world, 'test');
    const app = send(world, `Deleted late, ${how}`, { test: 'Duplicate' }, { unpublish });
    await waitingDelivery(world, app);
    deleteApp(app);
    mendAll(world);
    const [key] = (await world.ledger.listPromotions({ appId: app.id })).map(({ promotionKey }) => promotionKey);
    const delivery = world.temporal.client.workflow.getHandle(`deliver/${key}/${world.alias('test')}`);
    const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
    await delivery.executeUpdate('resolve', { args: [{ action: 'retry', by }] });

    const { outcome } = await promoted(world, app);
    expect(outcome).toMatchObject({ cleanUp: { outcome: 'kept', why: 'the app is gone' } });
    expect(standingOf(world, 'test', app.name)).toMatchObject([{ stream: 'Sales', owner: REP }]);
    await expectSound(world);
  });
});

describe.each(['reapprove', 'promoteLatest'] as const)('row 7: where whenChanged is %s, an app', (whenChanged) => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['good', 'bad'],
      switches: { rowIdsOnResend: 'renewed' },
      change: (yaml, alias) => Object.assign(yaml['sources'][alias('dev')], { whenChanged }),
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([changed, removed])(
    'that gets another target after $edit is delivered there by the policy, or asked about',
    async (edit) => {
      breakSite(world, 'bad');
      const app = send(world, `Added after ${edit.edit}`, { bad: 'Duplicate' });
      await waitingDelivery(world, app);
      await makeEdit(world, app, edit);
      approve(world, app.id, { bad: 'Duplicate', good: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
      await swept(world);
      mendAll(world);
      await endedPromotion(world, app.id);
      await quiet(world, app.id);

      if (whenChanged === 'promoteLatest') {
        await waitFor('the added target', () => standingOf(world, 'good', app.name)[0]?.stream);
        await waitFor('the end', async () => (await promotionsOf(world, app)).every((state) => state === 'promoted'));
      } else expect(standingOf(world, 'good', app.name)).toEqual([]);
      await expectSound(world);
    },
  );

  it('whose approval could not be stripped is promoted once, though it is edited and saved', async () => {
    const refused = { effect: { type: 'status', status: 400 }, method: 'PUT', path: APP, times: 0 } as const;
    world.site('dev').faults.add(refused);
    const app = send(world, 'Never stripped', { good: 'Duplicate' }, { unpublish: false });
    await waitFor(
      'the strip to need an operator',
      async () => (await quiet(world, app.id))?.state === 'needs-operator',
    );
    await resolvePromotion(world, app.id, { action: 'skip' });
    await endedPromotion(world, app.id);
    mendAll(world);
    await makeEdit(world, app, changed);
    world.site('dev').actAs.describe(app.id, 'saved', MANAGER);
    await quiet(world, app.id);

    expect(standingOf(world, 'good', app.name)).toHaveLength(1);
    await expectSound(world);
  });
});
