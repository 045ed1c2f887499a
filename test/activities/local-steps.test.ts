import { describe, expect, it } from 'vitest';
import { createLocalActivities, type LocalOptions } from '../../activities/local-steps.ts';

const input = { site: 'dev', appId: 'an-app' };

function looks(options: Partial<LocalOptions> & { readonly wait?: Promise<unknown> }) {
  const answer = async (): Promise<never> => (await options.wait, 'seen' as never);
  return createLocalActivities({
    activities: { assess: answer, readAndRoute: answer, planDelivery: answer },
    serves: () => true,
    isPaused: async () => false,
    slots: 2,
    ...options,
  });
}

describe('a look by the worker that has the workflow', () => {
  it('is made at a site that the process serves', async () => {
    expect(await looks({}).assessLocally(input)).toBe('seen');
  });

  it('is left to others at a site that it does not serve, or that is paused', async () => {
    expect(await looks({ serves: (site) => site !== 'dev' }).assessLocally(input)).toBe('elsewhere');
    expect(await looks({ isPaused: async (site) => site === 'dev' }).assessLocally(input)).toBe('elsewhere');
  });

  it('waits in the queue of the site when as many run as may, of whatever kind, and only at that site', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const steps = looks({ wait: promise });
    const first = [steps.assessLocally(input), steps.readAndRouteLocally({ site: 'dev', appIds: [] })];

    expect(await steps.assessLocally(input)).toBe('elsewhere');
    const other = steps.assessLocally({ ...input, site: 'qa' });
    resolve();

    expect(await Promise.all([...first, other])).toEqual(['seen', 'seen', 'seen']);
    expect(await steps.assessLocally(input)).toBe('seen');
  });
});
