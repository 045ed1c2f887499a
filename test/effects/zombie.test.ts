import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  doingsOf,
  expectStanding,
  expectSwept,
  fault,
  lastEvent,
  promoted,
  send,
  standingApp,
  startEffectsWorld,
} from './effects.ts';

describe('a request that the site carries out after Waybill gave it up', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      switches: { replaceName: 'source', replaceDescription: 'source' },
      change: (yaml) => {
        yaml['timeouts'].publish = '250ms';
        yaml['retry'].lookAfter = '1500ms';
      },
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  it('leaves the target its name and description when it is a replace', async () => {
    const standing = standingApp(world, 'test', 'Late replace');
    const from = lastEvent(world, 'test');
    fault(world, 'test', { effect: { type: 'delay', delayMs: 2200 }, method: 'PUT', path: '/replace' });

    const app = send(world, 'Late replace', { test: 'Overwrite' });
    await promoted(world, app);

    const replaces = doingsOf(world, 'test', from).filter((doing) => doing.startsWith('replace-app'));
    expect(replaces).toHaveLength(2);
    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: MANAGER, id: standing }]);
    await expectSwept(world);
  });

  it('leaves one app in the stream when it is a publish', async () => {
    fault(world, 'test', { effect: { type: 'delay', delayMs: 2000 }, method: 'PUT', path: '/publish' });

    const app = send(world, 'Late publish', { test: 'Duplicate' });
    await promoted(world, app);

    expectStanding(world, 'test', app, [{ stream: 'Sales', owner: REP }]);
    await expectSwept(world);
  });

  it('leaves an extra that the sweep removes when it is a copy', async () => {
    const held = fault(world, 'test', { effect: { type: 'delay', delayMs: 4000 }, method: 'POST', path: '/copy' });
    const copies = (): number => doingsOf(world, 'test').filter((doing) => doing === 'copy-app staging').length;

    const app = send(world, 'Late copy', { test: 'Duplicate' }, { streams: ['Sales', 'Finance'] });
    await promoted(world, app);
    await waitFor('the late copy', () => copies() === 2);

    expect(held.struck).toBe(1);
    expectStanding(world, 'test', app, [
      { stream: 'Finance', owner: REP },
      { stream: 'Sales', owner: REP },
    ]);
    await expectSwept(world);
  });
});
