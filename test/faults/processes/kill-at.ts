import { expect } from 'vitest';
import { mendAll, promoted, send, standingApp } from '../../effects/effects.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { expectSound } from '../expect-sound.ts';
import type { Boundary } from './boundaries.ts';
import type { KillableWorld, ProcessName } from './killable-world.ts';

/**
 * Promotes an app and kills a process at that moment; then the site answers again, the process is started anew, and
 * the promotion ends as if nothing had been.
 */
export async function killAt(world: KillableWorld, victim: ProcessName, boundary: Boundary): Promise<void> {
  const name = `${victim} ${boundary.name}`;
  const { faults } = world.site(boundary.site);
  const standing = standingApp(world, 'test', name);
  // Whoever is not killed goes on with the call that is held.
  const effect = victim === 'worker' ? ({ type: 'hang' } as const) : ({ type: 'delay', delayMs: 700 } as const);
  const held = faults.add({ ...boundary.rule, effect });
  const app = send(world, name, { test: 'Overwrite', prod: 'Duplicate' });
  await waitFor(`${boundary.name} to be reached`, () => faults.struck(held) > 0);

  await world.processes[victim].kill();
  mendAll(world);
  await world.processes[victim].start();

  await promoted(world, app);
  expect(world.site('test').app(standing)).toMatchObject({ name, published: true });
  await expectSound(world);
}
