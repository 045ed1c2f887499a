import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, startWorld, type World } from '../harness/world.ts';
import {
  countRequests,
  freeChoices,
  isPublished,
  mailKindsAbout,
  mailsAbout,
  nthPromotion,
  promotionsOf,
  propertiesOf,
  publishedApp,
  quiet,
  resolvePromotion,
  swept,
} from '../harness/scenes.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    change: (yaml, alias) => {
      yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
    },
  });
  await freeChoices(world, 'PromoteToServer');
});

afterAll(async () => {
  await world?.close();
});

const set = (app: string, values: Record<string, string[]>, by = MANAGER): void =>
  world.site('dev').actAs.setProperties(app, by, values);
const standing = (site: string, name: string) => whatStands(world, site).filter((app) => app.name === name);

describe.concurrent('words of the approval property', () => {
  it.each([
    ['Disapprove', 1],
    ['Confidential', 2],
  ])('promote and deny nothing when they only resemble one: %s', async (word) => {
    const name = `Word ${word}`;
    const app = publishedApp(world, name);

    approve(world, app, { test: 'Overwrite' }, ['Sales'], { PromotionApproval: [word] });
    const status = await quiet(world, app);

    expect(await promotionsOf(world, app)).toEqual([]);
    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(standing('test', name)).toEqual([]);
    expect(status).toMatchObject({ state: 'awaiting-decision', missing: [expect.stringContaining(`"${word}"`)] });
    const mail = await world.inbox.waitFor(({ subject }) => subject.includes(name));
    expect(mail).toMatchObject({ envelopeTo: ['manager@company.example'], text: expect.stringContaining(word) });
  });

  it('stop everything as a conflict when Approve stands beside Deny, until one of them goes', async () => {
    const name = 'Both words';
    const app = publishedApp(world, name);

    approve(world, app, { test: 'Overwrite' }, ['Sales'], { PromotionApproval: ['Approve', 'Deny'] });
    const status = await quiet(world, app);

    expect(status).toMatchObject({ state: 'awaiting-decision', missing: [expect.stringContaining('both')] });
    expect(await promotionsOf(world, app)).toEqual([]);
    await waitFor('the mail about the conflict', () => mailsAbout(world, name).length > 0);
    expect(mailKindsAbout(world, name)).toEqual(['decisionProblem']);

    set(app, { PromotionApproval: ['Approve'] });

    expect(await nthPromotion(world, app, 1)).toMatchObject({ verdict: 'approve', state: 'promoted' });
  });

  it('unpublish for exactly True and strip for Untrue', async () => {
    const [asked, near] = ['Unpublish True', 'Unpublish Untrue'].map((name) => publishedApp(world, name));

    approve(world, asked!, { test: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
    approve(world, near!, { test: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['Untrue'] });
    const [first, second] = await Promise.all([nthPromotion(world, asked!, 1), nthPromotion(world, near!, 1)]);

    expect([first.decision.cleanUp, second.decision.cleanUp]).toEqual(['unpublish', 'strip']);
    expect(world.site('dev').app(asked!)).toBeUndefined();
    expect(isPublished(world, 'dev', near!)).toBe(true);
    expect(propertiesOf(world, 'dev', near!)).toEqual({});
  });
});

describe.concurrent('a denial', () => {
  it('is mailed once however often the app is saved', async () => {
    const name = 'Denied and saved';
    const app = publishedApp(world, name);

    set(app, { PromotionApproval: ['Deny'] });
    for (let save = 0; save < 5; save += 1) world.site('dev').actAs.describe(app, `saved ${save}`, MANAGER);
    const promotion = await nthPromotion(world, app, 1);
    await quiet(world, app);

    expect(promotion).toMatchObject({ state: 'denied', decision: { by: { account: MANAGER } } });
    expect(await promotionsOf(world, app)).toHaveLength(1);
    expect(mailKindsAbout(world, name)).toEqual(['denied']);
  });

  it('makes one copy for the owner although the app is saved and reloaded at once', async () => {
    const name = 'Denied and reloaded';
    const app = publishedApp(world, name);

    set(app, { PromotionApproval: ['Deny'], PromotionUnpublish: ['True'] });
    await world.site('dev').actAs.reload(app);
    world.site('dev').actAs.describe(app, 'saved', MANAGER);
    await nthPromotion(world, app, 1);
    await quiet(world, app);

    expect(standing('dev', name)).toMatchObject([{ stream: undefined, owner: 'COMPANY\\rep' }]);
    expect(world.site('dev').app(app)).toBeUndefined();
    expect(countRequests(world, 'dev', new RegExp(`POST .*/app/${app}/copy`))).toBe(1);
    expect(mailKindsAbout(world, name)).toEqual(['denied']);
  });

  it('strips the request where the app stays published, so that the next one is new', async () => {
    const app = publishedApp(world, 'Denied twice');

    approve(world, app, { test: 'Overwrite' }, ['Sales'], { PromotionApproval: ['Deny'] });
    await nthPromotion(world, app, 1);
    expect(propertiesOf(world, 'dev', app)).toEqual({});
    await quiet(world, app);
    set(app, { PromotionApproval: ['Deny'] });

    expect(await nthPromotion(world, app, 2)).toMatchObject({ state: 'denied' });
  });
});

describe.concurrent('an approval', () => {
  it('promotes once although the app is saved while it is exported', async () => {
    const app = publishedApp(world, 'Saved meanwhile', { dataSizeBytes: 300_000 });
    world.site('dev').faults.add({ path: `/app/${app}/export`, effect: { type: 'delay', delayMs: 400 } });

    approve(world, app, { test: 'Duplicate' }, ['Sales']);
    await waitFor(
      'the export to begin',
      () => countRequests(world, 'dev', new RegExp(`POST .*/app/${app}/export`)) > 0,
    );
    world.site('dev').actAs.describe(app, 'saved once', MANAGER);
    world.site('dev').actAs.describe(app, 'saved again', MANAGER);
    await nthPromotion(world, app, 1);
    await quiet(world, app);

    expect(await promotionsOf(world, app)).toHaveLength(1);
    expect(standing('test', 'Saved meanwhile')).toHaveLength(1);
    expect(mailKindsAbout(world, 'Saved meanwhile').toSorted()).toEqual(['approved', 'results']);
  });

  it('that cannot be stripped promotes once, and what it did is told as it is', async () => {
    const name = 'Never stripped';
    const app = publishedApp(world, name);
    world
      .site('dev')
      .faults.add({ method: 'PUT', path: `/app/${app}`, effect: { type: 'status', status: 400 }, times: 0 });

    approve(world, app, { test: 'Duplicate' }, ['Sales']);
    await waitFor('the strip to need an operator', async () => (await quiet(world, app))?.state === 'needs-operator');
    await resolvePromotion(world, app, { action: 'skip', note: 'it may stay' });
    const promotion = await nthPromotion(world, app, 1);
    world.site('dev').actAs.describe(app, 'saved', MANAGER);
    await quiet(world, app);

    expect(promotion).toMatchObject({ state: 'promoted', outcome: { cleanUp: { outcome: 'kept' } } });
    expect(propertiesOf(world, 'dev', app)['PromotionApproval']).toEqual(['Approve']);
    expect(await promotionsOf(world, app)).toHaveLength(1);
    expect(standing('test', name)).toHaveLength(1);
    const mail = await world.inbox.waitFor(({ subject }) => subject === `'${name}' promotion results`);
    expect(mail.text).toContain('was promoted');
    expect(mail.text).toContain('it may stay');
  });

  it('is mailed once although its rows change while the mail is under way', async () => {
    const name = 'Mailed while changing';
    const app = publishedApp(world, name);

    set(app, { PromotionApproval: ['Approve', 'Deny'] });
    for (const stream of ['A', 'B', 'C', 'D', 'E', 'F']) {
      await swept(world);
      set(app, { PromoteToStream: [stream] });
    }
    await quiet(world, app);

    expect(mailKindsAbout(world, name)).toEqual(['decisionProblem']);
  });

  it('is that of who set the property, whoever touched the app last', async () => {
    const app = publishedApp(world, 'True approver');
    world.site('dev').faults.add({ path: `/app/${app}/export`, effect: { type: 'delay', delayMs: 300 } });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    world.site('dev').actAs.describe(app, 'by the way', 'COMPANY\\other');
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.decision.by).toEqual({ account: MANAGER, door: 'qmc', asserted: false });
    expect(standing('test', 'True approver')).toHaveLength(1);
    const [delivered] = standing('test', 'True approver');
    expect(world.site('test').app(delivered!.id)?.['description']).toContain(`by: '${MANAGER}'`);
  });

  it('with versions wished for everywhere but switched off completes', async () => {
    const app = publishedApp(world, 'No versions here');

    approve(world, app, { test: 'Overwrite' }, ['Sales'], { PromotionS3Versioning: ['True'] });

    expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted', decision: { version: 'off' } });
    expect(propertiesOf(world, 'dev', app)).toEqual({});
  });

  it('leaves alone what somebody else changes between reading and stripping', async () => {
    const app = publishedApp(world, 'Edited by two');
    const { actAs, faults } = world.site('dev');
    faults.add({ method: 'PUT', path: `/app/${app}`, effect: { type: 'delay', delayMs: 500 } });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await waitFor('the strip to be under way', () =>
      faults.all().some((fault) => fault.path === `/app/${app}` && fault.struck > 0),
    );
    actAs.describe(app, 'written in that very moment', 'COMPANY\\other');
    await nthPromotion(world, app, 1);

    expect(world.site('dev').app(app)).toMatchObject({ description: 'written in that very moment' });
    expect(propertiesOf(world, 'dev', app)).toEqual({});
  });
});

describe.concurrent('a server that cannot be meant', () => {
  it.each([
    ['names nobody', ['qa-test - Overwrite'], 'names no known target'],
    ['says no mode', ['test'], 'without saying how'],
    ['holds the word in another', ['test - overwritetest'], 'must end in "Overwrite" or "Duplicate"'],
    ['is chosen in both modes', ['test - Overwrite', 'test - Duplicate'], 'leave only one of them'],
  ])('is told to whoever chose it, and nothing is done: it %s', async (what, values, words) => {
    const name = `Server that ${what}`;
    const app = publishedApp(world, name);
    const servers = values.map((value) => value.replace('test', world.alias('test')));

    set(app, { PromoteToServer: servers, PromoteToStream: ['Sales'], PromotionApproval: ['Approve'] });
    const status = await quiet(world, app);

    expect(status?.missing).toEqual([expect.stringContaining(words)]);
    expect(await promotionsOf(world, app)).toEqual([]);
    const mail = await world.inbox.waitFor(({ subject }) => subject.includes(name));
    expect(mail.text).toContain(world.alias('test'));
  });
});
