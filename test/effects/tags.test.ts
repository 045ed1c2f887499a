import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, type World } from '../harness/world.ts';
import { APP, fault, loseReplies, mendAll, publishedApp, startEffectsWorld } from './effects.ts';

const TAG = 'PromoteOnReload';

describe('the tag of apps that are promoted on reload', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml, alias) => {
        yaml['retry'].lookAfter = '450ms';
        yaml['sources'][alias('dev')].promoteOnReload = { enabled: true };
      },
    });
    world.site('dev').actAs.createTag('Other');
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  const tagsOf = (id: string): string[] =>
    (world.site('dev').app(id)!['tags'] as { name: string }[]).map(({ name }) => name).toSorted();
  const created = (): number =>
    world
      .site('dev')
      .events()
      .filter(({ action, name }) => action === 'add-tag' && name === TAG).length;

  const ask = (id: string): void =>
    world.site('dev').actAs.setProperties(id, MANAGER, {
      PromoteToServer: [`${world.alias('test')} - Overwrite`],
      PromoteToStream: ['Sales'],
      PromoteOnReload: ['True'],
    });

  it('is made once though the reply to making it is lost and the repository lags', async () => {
    world.site('dev').switches.visibilityLagMs = 300;
    const lost = loseReplies(world, 'dev', 'POST', '/qrs/tag');
    const app = publishedApp(world, 'Made');

    ask(app.id);
    await waitFor('the tag', () => tagsOf(app.id).includes(TAG));

    world.site('dev').switches.visibilityLagMs = 0;
    expect(lost.struck).toBe(1);
    expect(created()).toBe(1);
  });

  it('is put on and taken off, beside others, though replies are lost', async () => {
    const app = publishedApp(world, 'Tagged');
    world.site('dev').actAs.setTags(app.id, MANAGER, ['Other']);
    const tagging = loseReplies(world, 'dev', 'PUT', APP);

    ask(app.id);
    await waitFor('the tag', () => tagsOf(app.id).includes(TAG));
    expect(tagsOf(app.id)).toEqual(['Other', TAG]);

    const untagging = loseReplies(world, 'dev', 'PUT', APP);
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromoteOnReload: [] });
    await waitFor('the tag to be gone', () => !tagsOf(app.id).includes(TAG));

    expect(tagsOf(app.id)).toEqual(['Other']);
    expect(tagging.struck + untagging.struck).toBeGreaterThanOrEqual(2);
    expect(created()).toBe(1);
  });

  it('is put on an app that somebody changes at the same moment, and his change stays', async () => {
    const app = publishedApp(world, 'Contended');
    const held = fault(world, 'dev', { effect: { type: 'delay', delayMs: 250 }, method: 'PUT', path: APP });

    ask(app.id);
    await waitFor('Waybill to write', () => held.struck === 1);
    world.site('dev').actAs.describe(app.id, 'Changed meanwhile', MANAGER);
    await waitFor('the tag', () => tagsOf(app.id).includes(TAG));

    expect(world.site('dev').app(app.id)!['description']).toBe('Changed meanwhile');
    expect(
      world
        .site('dev')
        .requests()
        .filter(({ method, status }) => method === 'PUT' && status === 409),
    ).toHaveLength(1);
  });
});
