import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { workflowTypes } from '../../workflows/contract.ts';
import { approve, whatStands } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, startWorld, type World } from '../harness/world.ts';
import {
  countRequests,
  isPublished,
  nthPromotion,
  promotionsOf,
  propertiesOf,
  publishedApp,
  resolveDelivery,
  standingApp,
  stuckDelivery,
} from '../harness/scenes.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({
    change: (yaml, alias) => {
      yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
      yaml['staging'] = { sweepAfter: '1ms' };
    },
  });
});

afterEach(() => {
  for (const site of Object.values(world.sites)) site.faults.clear();
});

afterAll(async () => {
  await world?.close();
});

const refused = { type: 'status', status: 403, text: 'Forbidden' } as const;
const standing = (site: string, name: string) => whatStands(world, site).filter((app) => app.name === name);
/** Names of the staging apps of an app's promotion that a site has. */
async function stagingsOf(app: string, site: string): Promise<string[]> {
  const keys = (await promotionsOf(world, app)).map(({ promotionKey }) => promotionKey);
  const names = whatStands(world, site).map(({ name }) => name);
  return names.filter((name) => keys.some((key) => name.startsWith(`~waybill/test/${key}/`)));
}
const results = (name: string) => world.inbox.waitFor(({ subject }) => subject === `'${name}' promotion results`);

describe('a target that fails for good', () => {
  it('keeps the source as it is, and is told in the results', async () => {
    const name = 'One of two fails';
    const app = publishedApp(world, name);
    world.site('prod').faults.add({ method: 'PUT', path: '/publish', effect: refused, times: 0 });

    approve(world, app, { test: 'Overwrite', prod: 'Overwrite' }, ['Sales'], { PromotionUnpublish: ['True'] });
    const trouble = await stuckDelivery(world, app, 'prod');
    await waitFor('the other target', () => standing('test', name).length === 1);

    expect(trouble).toMatchObject({ code: 'WAYBILL_QRS_FORBIDDEN', step: 'publish' });
    expect(isPublished(world, 'dev', app)).toBe(true);
    await resolveDelivery(world, app, 'prod', { action: 'abort', note: 'not this week' });
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('partly-promoted');
    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(propertiesOf(world, 'dev', app)['PromotionApproval']).toEqual(['Approve']);
    const { text } = await results(name);
    expect(text).toContain('was promoted in part: 1 of 2 succeeded');
    expect(text).toContain('not this week');
    expect(text).toContain('The app and its promotion properties were left as they are.');
  });

  it('leaves no app behind when its publish was refused', async () => {
    const name = 'Refused publish';
    const app = publishedApp(world, name);
    world.site('test').faults.add({ method: 'PUT', path: '/publish', effect: refused, times: 0 });

    approve(world, app, { test: 'Duplicate' }, ['Sales', 'Finance']);
    await stuckDelivery(world, app, 'test');
    expect(await stagingsOf(app, 'test')).toHaveLength(2);
    await resolveDelivery(world, app, 'test', { action: 'skip' });
    await nthPromotion(world, app, 1);
    await world.temporal.client.workflow.execute(workflowTypes.sweepStaging, {
      workflowId: world.alias('sweep'),
      taskQueue: world.config.temporal.taskQueue,
    });

    expect(await stagingsOf(app, 'test')).toEqual([]);
    expect(standing('test', name)).toEqual([]);
    expect((await results(name)).text).toContain('was not promoted');
  });

  it('is named in the results when its replace was refused, and its app stays what it was', async () => {
    const name = 'Refused replace';
    const app = publishedApp(world, name);
    const live = standingApp(world, 'test', name);
    const before = world.site('test').contentHash(live);
    world.site('test').faults.add({ method: 'PUT', path: '/replace', effect: refused, times: 0 });

    approve(world, app, { test: 'Overwrite', prod: 'Overwrite' }, ['Sales']);
    await stuckDelivery(world, app, 'test');
    await resolveDelivery(world, app, 'test', { action: 'skip', note: 'rights are missing' });
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('partly-promoted');
    expect(world.site('test').contentHash(live)).toBe(before);
    const { text } = await results(name);
    expect(text).toContain('was promoted in part: 1 of 2 succeeded');
    expect(text).toMatch(new RegExp(`- ${world.alias('test')}, Sales: Skipped\\n.*rights are missing`));
  });
});

describe('a stream that is missing', () => {
  it('at the first target does not keep the second from getting fresh bytes', async () => {
    const name = 'First lacks the stream';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);

    approve(world, app, { prod: 'Overwrite', test: 'Overwrite' }, ['Finance']);
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('partly-promoted');
    expect(standing('test', name)).toMatchObject([{ stream: 'Finance', content }]);
    expect(standing('prod', name)).toEqual([]);
    expect((await results(name)).text).toMatch(new RegExp(`- ${world.alias('prod')}, Finance: .*does not exist`));
  });

  it('everywhere promotes nothing, says so, and leaves the request where it is', async () => {
    const name = 'Stream nowhere';
    const app = publishedApp(world, name);

    approve(world, app, { test: 'Overwrite', prod: 'Duplicate' }, ['Nowhere'], { PromotionUnpublish: ['True'] });
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('not-promoted');
    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(propertiesOf(world, 'dev', app)['PromotionApproval']).toEqual(['Approve']);
    const { text } = await results(name);
    expect(text).toContain('was not promoted');
    expect(text).not.toContain('was promoted');
  });

  it('when two bear its name is asked about, never guessed', async () => {
    const name = 'Twin streams';
    const { actAs } = world.site('test');
    const [first, second] = [actAs.createStream('Twins'), actAs.createStream('twins')];
    const app = publishedApp(world, name);

    approve(world, app, { test: 'Duplicate' }, ['Twins']);
    const trouble = await stuckDelivery(world, app, 'test');

    expect(trouble.message).toContain(`id:${first}`);
    expect(trouble.message).toContain(`id:${second}`);
    await resolveDelivery(world, app, 'test', { action: 'skip' });
    expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'not-promoted' });
    expect(standing('test', name)).toEqual([]);
  });
});

describe('several apps of the name in one stream', () => {
  it('stop the delivery until somebody chooses, and only the chosen one is replaced', async () => {
    const name = 'Namesakes';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);
    const [one, other] = [standingApp(world, 'test', name), standingApp(world, 'test', name, 'Sales', MANAGER)];
    const before = world.site('test').contentHash(one);

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    const trouble = await stuckDelivery(world, app, 'test');

    expect(trouble).toMatchObject({ code: 'WAYBILL_PROMOTION_UNDECIDED', message: expect.stringContaining(other) });
    expect(countRequests(world, 'test', new RegExp(`replace.app=(${one}|${other})`, 'i'))).toBe(0);
    await resolveDelivery(world, app, 'test', { action: 'retry', chooseAppIds: [other] });
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('promoted');
    expect(world.site('test').contentHash(one)).toBe(before);
    expect(world.site('test').contentHash(other)).toBe(content);
  });
});

describe('the app that was uploaded for a replace', () => {
  it('is removed however often the site refuses, and until then the removal is shown', async () => {
    const name = 'Staging stays';
    const app = publishedApp(world, name);
    standingApp(world, 'test', name);
    const { faults } = world.site('test');
    const fault = faults.add({ method: 'DELETE', path: '/qrs/app/', effect: refused, times: 0 });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    const trouble = await stuckDelivery(world, app, 'test');

    expect(trouble).toMatchObject({ step: 'remove the staging app', code: 'WAYBILL_QRS_FORBIDDEN' });
    expect(await stagingsOf(app, 'test')).toHaveLength(1);
    faults.clear(fault);
    expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted' });
    expect(await stagingsOf(app, 'test')).toEqual([]);
  });

  it('is removed though the site says so without doing it', async () => {
    const name = 'Staging not removed';
    const app = publishedApp(world, name);
    standingApp(world, 'test', name);
    world.site('test').faults.add({ method: 'DELETE', path: '/qrs/app/', effect: { type: 'not-done' } });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);

    expect(await stagingsOf(app, 'test')).toEqual([]);
  });
});

describe('a target that is down', () => {
  it('holds up no other, is waited for, and nothing that was done is done again', async () => {
    const name = 'Prod is down';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);
    await world.site('prod').goDown();

    approve(world, app, { test: 'Duplicate', prod: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
    await waitFor('the other target', () => standing('test', name).some(({ stream }) => stream === 'Sales'));
    expect(isPublished(world, 'dev', app)).toBe(true);
    await world.site('prod').comeUp();
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('promoted');
    expect(standing('test', name)).toMatchObject([{ stream: 'Sales', content }]);
    expect(standing('prod', name)).toMatchObject([{ stream: 'Sales', content }]);
    expect(countRequests(world, 'dev', new RegExp(`POST .*/app/${app}/export`))).toBe(1);
    expect(world.site('dev').app(app)).toBeUndefined();
    expect(await promotionsOf(world, app)).toHaveLength(1);
  });

  it('in the middle of everything gets one app all the same', async () => {
    const name = 'Lost replies';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);
    const { faults } = world.site('test');
    faults.add({ method: 'POST', path: '/app/upload', effect: { type: 'reply-lost' } });
    faults.add({ method: 'POST', path: '/copy', effect: { type: 'reply-lost' } });
    faults.add({ method: 'PUT', path: '/publish', effect: { type: 'reply-lost' } });
    faults.add({ method: 'GET', path: '/qrs/stream', effect: { type: 'html' } });

    approve(world, app, { test: 'Duplicate' }, ['Sales', 'Finance']);
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion.state).toBe('promoted');
    expect(standing('test', name)).toMatchObject([
      { stream: 'Finance', content },
      { stream: 'Sales', content },
    ]);
    expect(await stagingsOf(app, 'test')).toEqual([]);
  });
});
