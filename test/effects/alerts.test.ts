import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mailKindsAbout, setStreamProperty } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World, Yaml } from '../harness/world.ts';
import { fault, mendAll, promoted, send, startEffectsWorld } from './effects.ts';

describe('the alert of a publish that is approved before Waybill looks', () => {
  let world: World;

  beforeAll(async () => {
    // Where the app stays published, a later look would tell of it.
    const change = (yaml: Yaml, alias: (name: string) => string): void => {
      yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'always' };
    };
    world = await startEffectsWorld({ targets: ['test'], change });
    await setStreamProperty(world, 'dev', 'Sales', 'EmailAlertOnPublishTo', ['True']);
    await waitFor('the bystander to be told of', () => mailKindsAbout(world, 'Bystander').length === 1);
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it('goes out, once, though the site would not tell of the stream at first', async () => {
    const blind = fault(world, 'dev', {
      effect: { type: 'status', status: 500 },
      method: 'GET',
      path: /^\/qrs\/stream/,
    });
    const app = send(world, 'Alerted late', { test: 'Duplicate' });

    await promoted(world, app);

    expect(blind.struck).toBe(1);
    await waitFor('the mails', () => mailKindsAbout(world, app.name).length >= 3);
    expect(mailKindsAbout(world, app.name).toSorted()).toEqual(['approved', 'publishAlert', 'results']);
  });
});
