import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World } from '../harness/world.ts';
import {
  APP,
  doingsOf,
  everythingBut,
  expectMails,
  expectStanding,
  expectStripped,
  expectSwept,
  fault,
  lastEvent,
  loseReplies,
  mendAll,
  promoted,
  send,
  startEffectsWorld,
} from './effects.ts';

describe('a new app at a target, with a copy for a second stream', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { effect: 'export', site: 'dev', method: 'POST', path: '/export/', struck: 2 },
    { effect: 'download of the export', site: 'dev', method: 'GET', path: '/tempcontent/', struck: 2 },
    { effect: 'upload', site: 'test', method: 'POST', path: '/app/upload', struck: 1 },
    { effect: 'copy', site: 'test', method: 'POST', path: '/copy', struck: 1 },
    { effect: 'dress', site: 'test', method: 'PUT', path: APP, struck: 2 },
    { effect: 'publish', site: 'test', method: 'PUT', path: '/publish', struck: 2 },
    { effect: 'strip', site: 'dev', method: 'PUT', path: APP, struck: 1 },
  ])('stands once in each stream though the reply of $effect is lost twice', async ({ effect, struck, ...call }) => {
    const before = everythingBut(world, { name: effect });
    const from = lastEvent(world, 'test');
    const lost = loseReplies(world, call.site, call.method, call.path);

    const app = send(world, effect, { test: 'Duplicate' }, { streams: ['Sales', 'Finance'], unpublish: false });
    const { promotionKey } = await promoted(world, app);

    expect(lost.struck).toBe(struck);
    expectStanding(world, 'test', app, [
      { stream: 'Finance', owner: REP },
      { stream: 'Sales', owner: REP },
    ]);
    expectStripped(world, app);
    await waitFor('nobody to be waited for', async () => !(await world.ledger.getAwaiting(world.alias('dev'), app.id)));
    const doings = doingsOf(world, 'test', from);
    expect([...new Set(doings)]).toEqual([
      'upload-app staging',
      'copy-app staging',
      'update-app staging',
      `publish-app ${effect}`,
    ]);
    expect(doings.filter((doing) => !doing.startsWith('update'))).toHaveLength(4);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSwept(world);
    expect(everythingBut(world, app)).toEqual(before);
  });

  it.each([500, 403])('stands though the site answers %i to the end of an earlier export', async (status) => {
    const refused = fault(world, 'dev', { effect: { type: 'status', status }, method: 'DELETE', path: '/export/' });
    const lost = loseReplies(world, 'dev', 'POST', '/export/', 1);

    const app = send(world, `Not ended ${status}`, { test: 'Duplicate' });
    await promoted(world, app);

    expect([lost.struck, refused.struck]).toEqual([1, 1]);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: REP }]);
  });
});
