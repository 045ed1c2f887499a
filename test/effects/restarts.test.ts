import { afterAll, beforeAll, describe, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type WorkerWorld } from '../harness/world.ts';
import {
  APP,
  expectMails,
  expectStanding,
  expectSwept,
  expectUnpublished,
  fault,
  type Modes,
  promoted,
  send,
  standingApp,
  startEffectsWorld,
} from './effects.ts';

/** Where each app is stuck when the worker stops. `after`: the site has done it, and its answer never comes. */
const STUCK = [
  { step: 'export', site: 'dev', method: 'POST', path: '/export/', when: 'before' },
  { step: 'upload', site: 'test', method: 'POST', path: '/app/upload', when: 'before' },
  { step: 'upload that arrived', site: 'test', method: 'POST', path: '/app/upload', when: 'after' },
  { step: 'copy', site: 'test', method: 'POST', path: '/copy', when: 'after' },
  { step: 'publish', site: 'test', method: 'PUT', path: '/publish', when: 'after' },
  { step: 'replace', site: 'test', method: 'PUT', path: '/replace', when: 'after' },
  { step: 'replace not begun', site: 'test', method: 'PUT', path: '/replace', when: 'before' },
  { step: 'delete', site: 'dev', method: 'DELETE', path: APP, when: 'after' },
] as const;

describe('promotions whose worker stops in the middle of a step', () => {
  let world: WorkerWorld;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['worker'] = { shutdownGrace: '300ms', siteBulkSlots: 6 };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  it('all go on with the next worker, and every app stands once', async () => {
    const sent = [];
    for (const { step, site, ...call } of STUCK) {
      const replaces = step.startsWith('replace');
      const standing = replaces ? standingApp(world, 'test', step) : undefined;
      const hung = fault(world, site, { effect: { type: 'hang' }, ...call });
      const modes: Modes = { test: replaces ? 'Overwrite' : 'Duplicate' };
      const app = send(world, step, modes, { streams: replaces ? ['Sales'] : ['Finance', 'Sales'] });
      await waitFor(`the ${step} to hang`, () => hung.struck === 1);
      sent.push({ app, standing });
    }

    await world.restartWorker();

    for (const { app, standing } of sent) {
      const { promotionKey } = await promoted(world, app);
      if (standing) expectStanding(world, 'test', app, [{ stream: 'Sales', owner: MANAGER, id: standing }]);
      else {
        expectStanding(world, 'test', app, [
          { stream: 'Finance', owner: REP },
          { stream: 'Sales', owner: REP },
        ]);
      }
      expectUnpublished(world, app);
      await expectMails(world, promotionKey, ['approved', 'results']);
    }
    await expectSwept(world);
  });
});
