import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';
import {
  countRequests,
  isPublished,
  nthPromotion,
  promotionsOf,
  publishedApp,
  quiet,
  resolvePromotion,
  standingApp,
  tagsOf,
} from '../harness/scenes.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    targets: ['test'],
    change: (yaml, alias) => {
      yaml['sources'][alias('dev')].promoteOnReload = { enabled: true };
    },
  });
});

afterEach(() => {
  for (const site of Object.values(world.sites)) site.faults.clear();
});

afterAll(async () => {
  await world?.close();
});

const standing = (site: string, name: string) => whatStands(world, site).filter((app) => app.name === name);
const toTest = { test: 'Overwrite' } as const;

describe('an export that fails', () => {
  it.each([
    ['is refused', { method: 'POST', path: '/export/', effect: { type: 'status', status: 500, text: 'engine' } }],
    ['ends early', { path: '/tempcontent/', effect: { type: 'truncate', afterBytes: 20_000 } }],
    ['brings an error page', { path: '/tempcontent/', effect: { type: 'html' } }],
  ] as const)('is never sent over a live app, when it %s', async (what, fault) => {
    const name = `Export that ${what}`;
    const live = standingApp(world, 'test', name);
    const before = world.site('test').contentHash(live);
    const app = publishedApp(world, name, { dataSizeBytes: 100_000 });
    const content = world.site('dev').contentHash(app);
    const { faults } = world.site('dev');
    faults.add({ ...fault, times: 3 });
    let atUpload: string | undefined;

    approve(world, app, toTest, ['Sales']);
    await waitFor('the upload', () => {
      atUpload = world.site('test').contentHash(live);
      return faults.all().every(({ struck }) => struck === 3);
    });
    await nthPromotion(world, app, 1);

    expect(atUpload).toBe(before);
    expect(world.site('test').contentHash(live)).toBe(content);
    expect(await partFiles()).toEqual([]);
  });

  it('leaves no file behind when it is given up', async () => {
    const name = 'Export given up';
    const app = publishedApp(world, name, { dataSizeBytes: 100_000 });
    world.site('dev').faults.add({ path: '/tempcontent/', effect: { type: 'truncate', afterBytes: 20_000 }, times: 2 });
    world.site('dev').faults.add({ path: '/export/', effect: { type: 'status', status: 403 }, times: 0, nth: 3 });

    approve(world, app, toTest, ['Sales']);
    await waitFor('the export to need an operator', async () => (await quiet(world, app))?.state === 'needs-operator');
    await resolvePromotion(world, app, { action: 'abort' });
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('aborted');
    expect(await partFiles()).toEqual([]);
    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(standing('test', name)).toEqual([]);
  });
});

/** Files in the artifact folder that are no whole artifact. */
async function partFiles(): Promise<string[]> {
  const files = await readdir(world.config.artifacts.folder, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile() && /part|tmp|incoming/i.test(file.name)).map(({ name }) => name);
}

describe('the way back to the owner', () => {
  it('ends with the source untouched when the copy cannot get its owner', async () => {
    const name = 'Owner refused';
    const app = publishedApp(world, name);
    const { faults } = world.site('dev');
    faults.add({ method: 'PUT', path: '/qrs/app/[0-9a-f-]+\\?', effect: { type: 'status', status: 403 }, times: 0 });

    approve(world, app, toTest, ['Sales']);
    await waitFor('the copy to need an operator', async () => (await quiet(world, app))?.state === 'needs-operator');

    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(countRequests(world, 'dev', new RegExp(`DELETE .*/app/${app}`))).toBe(0);
    faults.clear();
    expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted' });
    expect(standing('dev', name)).toMatchObject([{ stream: undefined, owner: REP }]);
  });

  it('makes one copy although every answer is lost', async () => {
    const name = 'Copy with lost answers';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);
    const { faults } = world.site('dev');
    faults.add({ method: 'POST', path: '/copy', effect: { type: 'reply-lost' } });
    faults.add({ method: 'PUT', path: '/qrs/app/[0-9a-f-]+\\?', effect: { type: 'reply-lost' } });
    faults.add({ method: 'DELETE', path: '/qrs/app/[0-9a-f-]+\\?', effect: { type: 'reply-lost' } });

    approve(world, app, toTest, ['Sales']);
    await nthPromotion(world, app, 1);

    expect(standing('dev', name)).toEqual([
      { id: expect.not.stringMatching(app), name, stream: undefined, owner: REP, content },
    ]);
    expect(whatStands(world, 'dev').filter((one) => one.name.startsWith('~waybill/'))).toEqual([]);
  });

  it('is not taken when somebody edits the app while it is being delivered', async () => {
    const name = 'Edited while delivered';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);
    world.site('test').faults.add({ method: 'POST', path: '/app/upload', effect: { type: 'delay', delayMs: 700 } });

    approve(world, app, toTest, ['Sales']);
    await waitFor('the upload', () => world.site('test').faults.all()[0]!.struck > 0);
    world.site('dev').actAs.edit(app, { title: 'Edited meanwhile' });
    const promotion = await nthPromotion(world, app, 1);

    expect(standing('test', name)).toMatchObject([{ content }]);
    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(promotion.outcome).toMatchObject({
      cleanUp: { outcome: 'kept', why: expect.stringContaining('Edited meanwhile') },
    });
    expect(standing('dev', name)).toHaveLength(1);
  });

  it('of a tagged app ends clean: the tag is seen to before, and nothing is done on an app that is gone', async () => {
    const name = 'Tagged and approved';
    const app = publishedApp(world, name);
    world.site('dev').actAs.createTag('PromoteOnReload');
    world.site('dev').actAs.setTags(app, MANAGER, ['PromoteOnReload']);

    approve(world, app, toTest, ['Sales']);
    const promotion = await nthPromotion(world, app, 1);
    await quiet(world, app);

    expect(promotion.state).toBe('promoted');
    const [copy] = standing('dev', name);
    expect(tagsOf(world, 'dev', copy!.id)).toEqual([]);
    expect(world.site('dev').app(app)).toBeUndefined();
    expect(await promotionsOf(world, app)).toHaveLength(1);
    expect(world.logger.lines.filter(({ level, app: told }) => level === 'error' && told === name)).toEqual([]);
  });
});
