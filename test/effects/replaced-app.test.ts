import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MANAGER, type World } from '../harness/world.ts';
import {
  APP,
  contentOf,
  doingsOf,
  everythingBut,
  expectMails,
  expectStanding,
  expectSwept,
  expectUnpublished,
  lastEvent,
  loseReplies,
  mendAll,
  promoted,
  send,
  standingApp,
  startEffectsWorld,
} from './effects.ts';

describe('an app that replaces another and goes back to its owner', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
    world.site('test').actAs.createTag('Kept');
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { effect: 'backup', site: 'test', method: 'POST', path: '/export/', struck: 2 },
    { effect: 'download of the backup', site: 'test', method: 'GET', path: '/tempcontent/', struck: 2 },
    { effect: 'replace', site: 'test', method: 'PUT', path: '/replace', struck: 2 },
    { effect: 'setting back name and description', site: 'test', method: 'PUT', path: APP, struck: 2 },
    { effect: 'removing the staging app', site: 'test', method: 'DELETE', path: APP, struck: 2 },
    { effect: 'copy for the owner', site: 'dev', method: 'POST', path: '/copy', struck: 1 },
    { effect: 'dressing the copy', site: 'dev', method: 'PUT', path: APP, struck: 1 },
    { effect: 'deleting the source', site: 'dev', method: 'DELETE', path: APP, struck: 2 },
  ])('keeps the id, owner and stream of the target though the reply of $effect is lost twice', async (row) => {
    const { effect, struck, ...call } = row;
    const before = everythingBut(world, { name: effect });
    const standing = standingApp(world, 'test', effect);
    world.site('test').actAs.setTags(standing, MANAGER, ['Kept']);
    const stoodBefore = contentOf(world, 'test', standing);
    const from = { dev: lastEvent(world, 'dev'), test: lastEvent(world, 'test') };
    const lost = loseReplies(world, call.site, call.method, call.path);

    const app = send(world, effect, { test: 'Overwrite' });
    const { promotionKey } = await promoted(world, app);

    expect(lost.struck).toBe(struck);
    expect(app.content).not.toEqual(stoodBefore);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: MANAGER, id: standing }]);
    expect(world.site('test').app(standing)!['tags']).toMatchObject([{ name: 'Kept' }]);
    expectUnpublished(world, app);
    expect(new Set(doingsOf(world, 'test', from.test))).toEqual(
      new Set([
        `export-app ${effect}`,
        'upload-app staging',
        `replace-app ${effect}`,
        `update-app ${effect}`,
        'delete-app staging',
      ]),
    );
    expect(doingsOf(world, 'dev', from.dev)).toEqual([
      `export-app ${effect}`,
      'copy-app staging',
      `update-app ${effect}`,
      `delete-app ${effect}`,
    ]);
    expect(await world.ledger.listBackups({ promotionKey })).toHaveLength(1);
    await expectMails(world, promotionKey, ['approved', 'results']);
    await expectSwept(world);
    expect(everythingBut(world, app)).toEqual(before);
  });
});
