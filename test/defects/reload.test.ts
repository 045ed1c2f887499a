import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whatStands } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';
import {
  isPublished,
  mailKindsAbout,
  nthPromotion,
  promotionsOf,
  propertiesOf,
  publishedApp,
  quiet,
  tagsOf,
} from '../harness/scenes.ts';

const TAG = 'PromoteOnReload';

describe.each(['kept', 'renewed'] as const)('where a save leaves rows %s', (rowIdsOnResend) => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld({
      switches: { rowIdsOnResend },
      change: (yaml, alias) => {
        yaml['sources'][alias('dev')].promoteOnReload = { enabled: true, keepLast: 2 };
        yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'always' };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  const set = (app: string, values: Record<string, string[]>, by = MANAGER): void =>
    world.site('dev').actAs.setProperties(app, by, values);
  const standing = (site: string, name: string) => whatStands(world, site).filter((app) => app.name === name);
  const tagged = (app: string) => waitFor('the tag', () => tagsOf(world, 'dev', app).includes(TAG));
  const untagged = (app: string) => waitFor('no tag', () => !tagsOf(world, 'dev', app).includes(TAG));

  function promoteOnReload(app: string, targets: Record<string, string>, streams = ['Sales'], more = {}): void {
    set(app, {
      PromoteToServer: Object.entries(targets).map(([name, mode]) => `${world.alias(name)} - ${mode}`),
      PromoteToStream: streams,
      PromoteOnReload: ['True'],
      ...more,
    });
  }

  describe.concurrent('promotion on reload', () => {
    it('tags the app, and promotes at each reload, with the author of its property', async () => {
      const name = 'Reloaded twice';
      const app = publishedApp(world, name);

      promoteOnReload(app, { test: 'Overwrite' });
      await tagged(app);
      expect(await promotionsOf(world, app)).toEqual([]);
      await world.site('dev').actAs.reload(app, { by: 'COMPANY\\other' });
      const first = await nthPromotion(world, app, 1);
      await world.site('dev').actAs.reload(app);
      await nthPromotion(world, app, 2);

      expect(first).toMatchObject({
        verdict: 'reload',
        state: 'promoted',
        decision: { by: { account: MANAGER, door: 'standing', asserted: false } },
      });
      expect(standing('test', name)).toMatchObject([{ stream: 'Sales', content: world.site('dev').contentHash(app) }]);
    });

    it('sends no mail, strips nothing, unpublishes nothing', async () => {
      const name = 'Quiet reload';
      const app = publishedApp(world, name, { stream: 'Finance' });

      promoteOnReload(app, { test: 'Overwrite' }, ['Sales'], { PromotionUnpublish: ['True'] });
      const before = propertiesOf(world, 'dev', app);
      await tagged(app);
      await world.site('dev').actAs.reload(app);
      await nthPromotion(world, app, 1);
      await quiet(world, app);

      expect(isPublished(world, 'dev', app)).toBe(true);
      expect(propertiesOf(world, 'dev', app)).toEqual(before);
      expect(tagsOf(world, 'dev', app)).toEqual([TAG]);
      expect(mailKindsAbout(world, name)).toEqual([]);
    });

    it('that fails tells the owner and the operators', async () => {
      const name = 'Failing reload';
      const app = publishedApp(world, name);

      promoteOnReload(app, { test: 'Overwrite', prod: 'Overwrite' }, ['Finance']);
      await tagged(app);
      await world.site('dev').actAs.reload(app);
      const promotion = await nthPromotion(world, app, 1);
      const told = await waitFor('two mails', () => {
        const mails = world.inbox.messages().filter(({ subject }) => subject.includes(name));
        return mails.length === 2 && mails;
      });

      expect(promotion.state).toBe('partly-promoted');
      expect(told.flatMap(({ envelopeTo }) => envelopeTo).toSorted()).toEqual([
        'operator@company.example',
        'rep@company.example',
      ]);
      expect(told[0]?.text).toContain('does not exist');
    });

    it('replaces approval: an approval beside it promotes nothing', async () => {
      const app = publishedApp(world, 'Reload and approval');

      promoteOnReload(app, { test: 'Overwrite' }, ['Sales'], { PromotionApproval: ['Approve'] });
      await tagged(app);
      await quiet(world, app);

      expect(await promotionsOf(world, app)).toEqual([]);
    });

    it.each([
      ['Deny first', ['PromotionApproval', 'PromoteOnReload']],
      ['reload first', ['PromoteOnReload', 'PromotionApproval']],
    ])('is blocked by a denial, whichever was set first: %s', async (what, order) => {
      const name = `Denied reload, ${what}`;
      const app = publishedApp(world, name);
      promoteOnReload(app, { test: 'Overwrite' }, ['Sales'], { PromoteOnReload: [] });
      for (const property of order) set(app, { [property]: [property === 'PromoteOnReload' ? 'True' : 'Deny'] });

      await world.site('dev').actAs.reload(app);
      await quiet(world, app);

      expect(await promotionsOf(world, app)).toEqual([]);
      expect(isPublished(world, 'dev', app)).toBe(true);
      expect(standing('test', name)).toEqual([]);
      const mail = await world.inbox.waitFor(({ subject }) => subject.includes(name));
      expect(mail.text).toContain('A denial blocks promotion on reload');

      set(app, { PromotionApproval: [] });
      await world.site('dev').actAs.reload(app);
      expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted' });
    });

    it('lacking a server or a stream sets no tag', async () => {
      const app = publishedApp(world, 'Incomplete reload');

      set(app, { PromoteOnReload: ['True'], PromoteToStream: ['Sales'] });
      await quiet(world, app);

      expect(tagsOf(world, 'dev', app)).toEqual([]);
    });

    it('taken back takes the tag off', async () => {
      const app = publishedApp(world, 'Reload taken back');

      promoteOnReload(app, { test: 'Overwrite' });
      await tagged(app);
      set(app, { PromoteOnReload: [] });

      await untagged(app);
      await world.site('dev').actAs.reload(app);
      await quiet(world, app);
      expect(await promotionsOf(world, app)).toEqual([]);
    });

    it('takes the tag off a bare app, too', async () => {
      const { actAs } = world.site('dev');
      const app = actAs.createApp({ name: 'Bare with tag', owner: REP });
      if (!whatStands(world, 'dev').some((one) => tagsOf(world, 'dev', one.id).includes(TAG))) {
        const other = publishedApp(world, 'Maker of the tag');
        promoteOnReload(other, { test: 'Overwrite' });
        await tagged(other);
      }
      actAs.setTags(app, REP, [TAG]);

      await untagged(app);
    });

    it('with Duplicate keeps the last ones of each stream and removes older ones of its own', async () => {
      const name = 'Kept last';
      const app = publishedApp(world, name);
      const { actAs } = world.site('test');
      const foreign = actAs.createApp({ name, owner: REP });
      actAs.publish(foreign, 'Sales');

      promoteOnReload(app, { test: 'Duplicate' }, ['Sales', 'Finance']);
      await tagged(app);
      const contents: string[] = [];
      for (const round of [1, 2, 3]) {
        await world.site('dev').actAs.reload(app);
        contents.push(String(world.site('dev').contentHash(app)));
        await nthPromotion(world, app, round);
      }

      const kept = standing('test', name).filter(({ id }) => id !== foreign);
      expect(world.site('test').app(foreign)).toBeDefined();
      for (const stream of ['Sales', 'Finance']) {
        const contentsThere = kept.filter((one) => one.stream === stream).map(({ content }) => String(content));
        expect(contentsThere.toSorted()).toEqual(contents.slice(1).toSorted());
      }
    });
  });

  describe('a missing tag', () => {
    it('is made where that is allowed', () => {
      const tags = whatStands(world, 'dev').flatMap(({ id }) => tagsOf(world, 'dev', id));

      expect(tags).toContain(TAG);
    });
  });
});

describe('a missing tag that Waybill may not make', () => {
  it('is warned of, and the app is promoted at its reload', async () => {
    const other = await startWorld({
      targets: ['test'],
      change: (yaml, alias) => {
        yaml['sources'][alias('dev')].promoteOnReload = { enabled: true, createMissingTag: false };
      },
    });
    try {
      const app = publishedApp(other, 'No tag here');
      other.site('dev').actAs.setProperties(app, MANAGER, {
        PromoteToServer: [`${other.alias('test')} - Overwrite`],
        PromoteToStream: ['Sales'],
        PromoteOnReload: ['True'],
      });
      await quiet(other, app);
      await other.site('dev').actAs.reload(app);

      expect(await nthPromotion(other, app, 1)).toMatchObject({ state: 'promoted', verdict: 'reload' });
      expect(tagsOf(other, 'dev', app)).toEqual([]);
      const warnings = other.logger.lines.filter(({ level }) => level === 'warn').map(({ msg }) => String(msg));
      expect(warnings).toContainEqual(expect.stringContaining('tag does not exist'));
    } finally {
      await other.close();
    }
  });
});
