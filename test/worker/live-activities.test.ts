import { describe, expect, it } from 'vitest';
import { LiveActivities } from '../../worker/live-activities.ts';
import type { FleetActivities } from '../../worker/worker-fleet.ts';

type Steps = Readonly<Record<string, () => Promise<string>>>;

/** Steps that say which they are, and a step that ends when it is let go. */
function generation(name: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const steps = (where: string) => ({
    say: async () => `${name} ${where}`,
    hold: () => promise.then(() => `${name} ${where}`),
  });
  const activities: FleetActivities = {
    main: steps('main'),
    site: (alias) => steps(alias),
    siteBulk: (alias) => steps(`${alias} bulk`),
  };
  return { activities, letGo: resolve };
}

/** Whether a promise has been kept by now. */
const isKept = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

describe('LiveActivities', () => {
  it('ends an attempt with what it began with, and begins the next with what stands then', async () => {
    const first = generation('first');
    const live = new LiveActivities(first.activities);
    const main = live.main as Steps;
    const bulk = live.siteBulk('test') as Steps;
    const held = bulk['hold']!();

    const finished = live.replace(generation('second').activities, []);

    expect(await main['say']!()).toBe('second main');
    expect(await bulk['say']!()).toBe('second test bulk');
    expect(await isKept(finished)).toBe(false);
    first.letGo();
    expect(await held).toBe('first test bulk');
    await finished;
  });

  it('serves a site that leaves with what it knew, until it has left', async () => {
    const live = new LiveActivities(generation('first').activities);
    const gone = live.site('gone') as Steps;
    const stays = live.site('stays') as Steps;

    const finished = live.replace(generation('second').activities, ['gone']);

    expect([await gone['say']!(), await stays['say']!()]).toEqual(['first gone', 'second stays']);
    expect(await isKept(finished)).toBe(false);
    live.left('gone');
    await finished;
    expect(await gone['say']!()).toBe('second gone');
  });

  it('lets go of a step that fails', async () => {
    const failing = { fail: () => Promise.reject(new Error('no')) };
    const live = new LiveActivities({ main: failing, site: () => ({}), siteBulk: () => ({}) });

    await expect((live.main as Steps)['fail']!()).rejects.toThrow('no');

    await live.replace(generation('second').activities, []);
  });
});
