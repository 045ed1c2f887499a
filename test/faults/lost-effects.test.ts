import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endedPromotion } from '../harness/acts.ts';
import {
  APP,
  expectMails,
  expectStanding,
  fault,
  mendAll,
  promoted,
  send,
  standingApp,
  startEffectsWorld,
} from '../effects/effects.ts';
import { askSite, resolveDelivery, stuckDelivery } from '../harness/scenes.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import { waitFor } from '../harness/wait-for.ts';
import { expectSound } from './expect-sound.ts';

describe('row 9: what is answered with success and is not so', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { what: 'replace', method: 'PUT', path: '/replace' },
    { what: 'setting back', method: 'PUT', path: APP },
    { what: 'removal of the staging app', method: 'DELETE', path: APP },
  ])('is noticed by reading back: $what', async ({ what, method, path }) => {
    const pretended = fault(world, 'test', { effect: { type: 'not-done' }, method, path, times: 2 });
    standingApp(world, 'test', what);

    const app = send(world, what, { test: 'Overwrite' });
    const { promotionKey } = await promoted(world, app);

    expect(pretended.struck).toBe(2);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSound(world);
  });

  it('is noticed when the site pretends to publish', async () => {
    const pretended = fault(world, 'test', { effect: { type: 'not-done' }, method: 'PUT', path: '/publish', times: 2 });

    const app = send(world, 'Published', { test: 'Duplicate' });
    await promoted(world, app);

    expect(pretended.struck).toBe(2);
    await expectSound(world);
  });

  it('does no harm when the target is deleted between look-up and replace', async () => {
    const standing = standingApp(world, 'test', 'Deleted');
    const held = fault(world, 'test', { effect: { type: 'delay', delayMs: 500 }, method: 'PUT', path: '/replace' });

    const app = send(world, 'Deleted', { test: 'Overwrite' });
    await waitFor('the replace to be under way', () => held.struck === 1);
    world.site('test').actAs.deleteApp(standing, MANAGER);
    await stuckDelivery(world, app.id, 'test');
    await resolveDelivery(world, app.id, 'test', { action: 'abort', note: 'its target is gone' });
    const { state } = await endedPromotion(world, app.id);

    expect(state).not.toBe('promoted');
    expect(world.site('dev').app(app.id)).toMatchObject({ published: true });
    await expectSound(world);
  });

  it('goes into the stream that was meant when that is renamed in between', async () => {
    const stream = await streamNamed('Finance');
    const held = fault(world, 'test', { effect: { type: 'delay', delayMs: 500 }, method: 'POST', path: '/app/upload' });

    const app = send(world, 'Renamed stream', { test: 'Duplicate' }, { streams: ['Finance'] });
    await waitFor('the upload to be under way', () => held.struck === 1);
    await askSite(world, 'test', 'PUT', `/stream/${stream.id}`, { ...stream, name: 'Finance anew' });
    await promoted(world, app);

    expectStanding(world, 'test', app, [{ stream: 'Finance anew', owner: REP }]);
    const own = world
      .site('test')
      .events()
      .filter(({ action }) => action === 'update-stream');
    expect(own).toHaveLength(1);
  });

  async function streamNamed(name: string): Promise<{ id: string; name: string }> {
    const all = (await askSite(world, 'test', 'GET', '/stream/full')) as { id: string; name: string }[];
    return all.find((one) => one.name === name)!;
  }
});
