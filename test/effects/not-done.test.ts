import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  APP,
  expectStanding,
  expectStripped,
  expectSwept,
  expectUnpublished,
  fault,
  mendAll,
  promoted,
  send,
  type SentApp,
  standingApp,
  startEffectsWorld,
} from './effects.ts';

describe('a site that answers with success and does nothing', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  const pretend = (site: string, method: string, path: string | RegExp) =>
    fault(world, site, { effect: { type: 'not-done' }, method, path, times: 2 });

  it.each([
    { effect: 'upload', site: 'test', method: 'POST', path: '/app/upload' },
    { effect: 'copy', site: 'test', method: 'POST', path: '/copy' },
    { effect: 'dress', site: 'test', method: 'PUT', path: APP },
    { effect: 'publish', site: 'test', method: 'PUT', path: '/publish' },
    { effect: 'strip', site: 'dev', method: 'PUT', path: APP },
  ])('has $effect repeated until a new app stands', async ({ effect, site, method, path }) => {
    const pretended = pretend(site, method, path);

    const app = send(world, effect, { test: 'Duplicate' }, { streams: ['Sales', 'Finance'], unpublish: false });
    await promoted(world, app);

    expect(pretended.struck).toBe(2);
    expectStanding(world, 'test', app, [
      { stream: 'Finance', owner: REP },
      { stream: 'Sales', owner: REP },
    ]);
    expectStripped(world, app);
    await expectSwept(world);
  });

  it.each([
    { effect: 'replace', site: 'test', method: 'PUT', path: '/replace' },
    { effect: 'setting back', site: 'test', method: 'PUT', path: APP },
    { effect: 'removing the staging app', site: 'test', method: 'DELETE', path: APP },
    { effect: 'copy for the owner', site: 'dev', method: 'POST', path: '/copy' },
    { effect: 'dressing the copy', site: 'dev', method: 'PUT', path: APP },
    { effect: 'deleting the source', site: 'dev', method: 'DELETE', path: APP },
  ])('has $effect repeated until the target is replaced and the owner has his app', async (row) => {
    const { effect, site, method, path } = row;
    const standing = standingApp(world, 'test', effect);
    const pretended = pretend(site, method, path);

    const app: SentApp = send(world, effect, { test: 'Overwrite' });
    await promoted(world, app);

    expect(pretended.struck).toBe(2);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: MANAGER, id: standing }]);
    expectUnpublished(world, app);
    await expectSwept(world);
  });
});
