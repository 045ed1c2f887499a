import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, type World } from '../harness/world.ts';
import {
  APP,
  expectStanding,
  expectSwept,
  expectUnpublished,
  type Fault,
  fault,
  mendAll,
  promoted,
  send,
  standingApp,
  startEffectsWorld,
} from './effects.ts';

describe.each(['kept', 'renewed'] as const)('an app that somebody changes at the same moment, rows %s', (rowIds) => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'], switches: { rowIdsOnResend: rowIds } });
    world.site('test').actAs.createTag('Urgent');
    world.site('dev').actAs.createTag('Urgent');
    world.site('dev').actAs.createProperty('Department');
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  /** Waybill's next write of an app waits long enough for somebody else to be faster. */
  const hold = (site: string): Fault =>
    fault(world, site, { effect: { type: 'delay', delayMs: 300 }, method: 'PUT', path: APP });

  const conflicts = (site: string): number =>
    world
      .site(site)
      .requests()
      .filter(({ status }) => status === 409).length;

  it('keeps the tag that was set while its name and description were set back', async () => {
    const standing = standingApp(world, 'test', 'Tagged');
    const held = hold('test');

    const app = send(world, 'Tagged', { test: 'Overwrite' });
    await waitFor('Waybill to write', () => held.struck === 1);
    world.site('test').actAs.setTags(standing, MANAGER, ['Urgent']);
    await promoted(world, app);

    expect(conflicts('test')).toBe(1);
    expect(world.site('test').app(standing)!['tags']).toMatchObject([{ name: 'Urgent' }]);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: MANAGER, id: standing }]);
    expectUnpublished(world, app);
    await expectSwept(world);
  });

  it('keeps the row and the tag that were set while the request was stripped', async () => {
    const from = conflicts('dev');
    const held = hold('dev');

    const app = send(world, 'Stripped', { test: 'Duplicate' }, { unpublish: false });
    await waitFor('Waybill to write', () => held.struck === 1);
    world.site('dev').actAs.setProperties(app.id, MANAGER, { Department: ['Sales'] });
    world.site('dev').actAs.setTags(app.id, MANAGER, ['Urgent']);
    await promoted(world, app);

    expect(conflicts('dev')).toBe(from + 1);
    const left = world.site('dev').app(app.id)!;
    expect(left['customProperties']).toMatchObject([{ value: 'Sales', definition: { name: 'Department' } }]);
    expect(left['tags']).toMatchObject([{ name: 'Urgent' }]);
    await expectSwept(world);
  });

  it('gives the copy to its owner though it was touched in between', async () => {
    const from = conflicts('dev');
    const held = hold('dev');

    const app = send(world, 'Copied', { test: 'Duplicate' });
    await waitFor('Waybill to write', () => held.struck === 1);
    const copy = world
      .site('dev')
      .apps()
      .find(({ name }) => name.startsWith('~waybill/'))!;
    world.site('dev').actAs.setTags(copy.id, MANAGER, ['Urgent']);
    await promoted(world, app);

    expect(conflicts('dev')).toBe(from + 1);
    expectUnpublished(world, app);
    expect(world.site('dev').app(copy.id)!['tags']).toMatchObject([{ name: 'Urgent' }]);
    await expectSwept(world);
  });
});
