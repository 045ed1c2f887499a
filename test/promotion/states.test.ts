import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import {
  isPublished,
  mailKindsAbout,
  mailsAbout,
  nthPromotion,
  promotionsOf,
  propertiesOf,
  publishedApp,
  quiet,
  standingApp,
} from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';

type Setting = 'always' | 'byProperty' | 'never';

const worlds: Partial<Record<Setting, World>> = {};

beforeAll(async () => {
  const start = async (unpublish: Setting): Promise<void> => {
    worlds[unpublish] = await startWorld({
      change: (yaml, alias) => {
        yaml['sources'][alias('dev')].afterPromotion = { unpublish };
      },
    });
  };
  await Promise.all([start('always'), start('byProperty'), start('never')]);
});

afterAll(async () => {
  await Promise.all(Object.values(worlds).map((world) => world.close()));
});

const standing = (world: World, site: string, name: string) =>
  whatStands(world, site).filter((app) => app.name === name);

describe.concurrent('what becomes of the app', () => {
  it.each<[Setting, 'Approve' | 'Deny', string[], 'unpublished' | 'stripped']>([
    ['always', 'Approve', [], 'unpublished'],
    ['always', 'Deny', [], 'unpublished'],
    ['byProperty', 'Approve', ['True'], 'unpublished'],
    ['byProperty', 'Approve', [], 'stripped'],
    ['byProperty', 'Deny', ['True'], 'unpublished'],
    ['byProperty', 'Deny', ['False'], 'stripped'],
    ['never', 'Approve', ['True'], 'stripped'],
    ['never', 'Deny', ['True'], 'stripped'],
  ])('with unpublish %s, after %s with the property %j: it is %s', async (setting, word, asked, fate) => {
    const world = worlds[setting]!;
    const name = `${word}, unpublish ${asked[0] ?? 'unset'}`;
    const app = publishedApp(world, name, { stream: 'Finance' });
    const content = world.site('dev').contentHash(app);
    const more = { PromotionApproval: [word], PromotionUnpublish: asked, PromotionS3Versioning: ['True'] };

    approve(world, app, { test: 'Overwrite' }, ['Sales'], more);
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe(word === 'Approve' ? 'promoted' : 'denied');
    expect(standing(world, 'test', name)).toHaveLength(word === 'Approve' ? 1 : 0);
    const [left] = standing(world, 'dev', name);
    expect(left).toMatchObject({ owner: REP, content, stream: fate === 'stripped' ? 'Finance' : undefined });
    expect(left?.id === app).toBe(fate === 'stripped');
    expect(propertiesOf(world, 'dev', left!.id)).toEqual({});
    await waitFor('the mails', () => mailsAbout(world, name).length === (word === 'Approve' ? 2 : 1));
    expect(mailKindsAbout(world, name).toSorted()).toEqual(word === 'Approve' ? ['approved', 'results'] : ['denied']);
  });
});

describe.concurrent('nothing is done', () => {
  it.each([
    ['without a server', { PromoteToServer: [] }, 'PromoteToServer is empty'],
    ['without a stream', { PromoteToStream: [] }, 'PromoteToStream is empty'],
    ['without an approval', { PromotionApproval: [] }, undefined],
  ])('%s: the properties stay, and the app waits', async (what, more, missing) => {
    const world = worlds.always!;
    const app = publishedApp(world, `Waits ${what}`);

    approve(world, app, { test: 'Overwrite' }, ['Sales'], more);
    const before = propertiesOf(world, 'dev', app);
    const status = await quiet(world, app);

    expect(status).toMatchObject({ state: 'awaiting-decision' });
    expect(status?.missing).toEqual(missing ? [expect.stringContaining(missing)] : []);
    expect(await promotionsOf(world, app)).toEqual([]);
    expect(propertiesOf(world, 'dev', app)).toEqual(before);
    expect(await world.ledger.getAwaiting(world.alias('dev'), app)).toMatchObject({ missing: status?.missing });
  });

  it('as soon as what was missing is there, it goes on by itself', async () => {
    const world = worlds.always!;
    const app = publishedApp(world, 'Completed later');

    approve(world, app, { test: 'Overwrite' }, []);
    await quiet(world, app);
    world.site('dev').actAs.setProperties(app, 'COMPANY\\other', { PromoteToStream: ['Sales'] });
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion).toMatchObject({ state: 'promoted', decision: { by: { account: MANAGER } } });
  });

  it('on an app that is not published, whatever its properties say', async () => {
    const world = worlds.always!;
    const app = world.site('dev').actAs.createApp({ name: 'Not published', owner: REP });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await quiet(world, app);

    expect(await promotionsOf(world, app)).toEqual([]);
    expect(propertiesOf(world, 'dev', app)['PromotionApproval']).toEqual(['Approve']);
  });

  it('by a reload of an app without the reload property', async () => {
    const world = worlds.always!;
    const app = publishedApp(world, 'Only reloaded');

    await world.site('dev').actAs.reload(app);
    await quiet(world, app);

    expect(await promotionsOf(world, app)).toEqual([]);
  });

  it('by the writes that Waybill made itself', async () => {
    const world = worlds.never!;
    const app = publishedApp(world, 'Own writes');
    approve(world, app, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales']);
    await nthPromotion(world, app, 1);
    const changes = (): number =>
      world
        .site('test')
        .events()
        .filter(({ name }) => name === 'Own writes').length;
    const before = changes();

    await quiet(world, app);

    expect(await promotionsOf(world, app)).toHaveLength(1);
    expect(changes()).toBe(before);
  });
});

describe.concurrent('the targets', () => {
  it('are all servers with all streams: Overwrite keeps id and owner, Duplicate always adds', async () => {
    const world = worlds.never!;
    const name = 'Everywhere';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);
    const live = standingApp(world, 'test', name, 'Finance', MANAGER);
    const twin = standingApp(world, 'prod', name);
    const before = world.site('prod').contentHash(twin);

    approve(world, app, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales', 'Finance']);
    await nthPromotion(world, app, 1);

    expect(standing(world, 'test', name)).toEqual([
      { id: live, name, stream: 'Finance', owner: MANAGER, content },
      { id: expect.any(String), name, stream: 'Sales', owner: REP, content },
    ]);
    const prod = standing(world, 'prod', name);
    expect(prod.map(({ stream }) => stream)).toEqual(['Sales', 'Sales']);
    expect(prod.map((one) => String(one.content)).toSorted()).toEqual([String(content), String(before)].toSorted());
  });

  it('match by name, so that a renamed app is a new one there', async () => {
    const world = worlds.never!;
    const app = publishedApp(world, 'Old name');
    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);
    await quiet(world, app);

    world.site('dev').actAs.rename(app, 'New name');
    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 2);

    expect(standing(world, 'test', 'Old name')).toHaveLength(1);
    expect(standing(world, 'test', 'New name')).toHaveLength(1);
    expect(isPublished(world, 'dev', app)).toBe(true);
  });
});

describe('while the targets are being served', () => {
  it('added targets are served, too', async () => {
    const world = worlds.always!;
    const name = 'Added later';
    const app = publishedApp(world, name);
    const { faults } = world.site('test');
    const fault = faults.add({ method: 'POST', path: '/app/upload', effect: { type: 'delay', delayMs: 1500 } });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await waitFor('the upload', () => faults.all().some(({ id, struck }) => id === fault && struck > 0));
    approve(world, app, { test: 'Overwrite', prod: 'Overwrite' }, ['Sales']);
    await Promise.all([nthPromotion(world, app, 1), nthPromotion(world, app, 2)]);

    expect(standing(world, 'test', name)).toHaveLength(1);
    expect(standing(world, 'prod', name)).toHaveLength(1);
    expect(world.site('dev').app(app)).toBeUndefined();
  });

  it('a denial comes too late, and its author hears of it', async () => {
    const world = worlds.never!;
    const name = 'Denied too late';
    const app = publishedApp(world, name);
    const { faults } = world.site('prod');
    const fault = faults.add({ method: 'POST', path: '/app/upload', effect: { type: 'delay', delayMs: 1500 } });

    approve(world, app, { prod: 'Duplicate' }, ['Sales']);
    await waitFor('the upload', () => faults.all().some(({ id, struck }) => id === fault && struck > 0));
    world.site('dev').actAs.setProperties(app, 'COMPANY\\other', { PromotionApproval: ['Deny'] });
    const promotion = await nthPromotion(world, app, 1);
    const mail = await world.inbox.waitFor(({ messageId }) => messageId.includes('tooLate'));

    expect(promotion.state).toBe('promoted');
    expect(mail).toMatchObject({ subject: expect.stringContaining(name), envelopeTo: ['other@company.example'] });
  });
});
