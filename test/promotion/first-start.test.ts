import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import { nthPromotion, promotionsOf, propertiesOf, publishedApp, quiet, setStreamProperty } from '../harness/scenes.ts';
import { MANAGER, REP, startWorld, type WorkerWorld } from '../harness/world.ts';

const HOUR_MS = 3_600_000;

let world: WorkerWorld;
const apps: Record<'published' | 'approved' | 'denied' | 'reloading', string> = {
  published: '',
  approved: '',
  denied: '',
  reloading: '',
};

beforeAll(async () => {
  world = await startWorld({
    switches: { rowIdsOnResend: 'renewed' },
    change: (yaml, alias) => {
      yaml['sources'][alias('dev')].promoteOnReload = { enabled: true };
    },
    before: async (site, alias) => {
      const dev = site('dev');
      dev.setClockSkew(-HOUR_MS);
      dev.actAs.createTag('PromoteOnReload');
      const request = { PromoteToServer: [`${alias('test')} - Overwrite`], PromoteToStream: ['Sales'] };
      for (const name of ['published', 'approved', 'denied', 'reloading'] as const) {
        apps[name] = dev.actAs.createApp({ name: `Old ${name}`, owner: REP });
        dev.actAs.publish(apps[name], 'Sales');
      }
      dev.actAs.setProperties(apps.approved, MANAGER, { ...request, PromotionApproval: ['Approve'] });
      dev.actAs.setProperties(apps.denied, MANAGER, { PromotionApproval: ['Deny'] });
      dev.actAs.setProperties(apps.reloading, MANAGER, { ...request, PromoteOnReload: ['True'] });
      dev.actAs.setTags(apps.reloading, MANAGER, ['PromoteOnReload']);
      await dev.actAs.reload(apps.reloading);
      dev.setClockSkew(0);
    },
  });
  await setStreamProperty(world, 'dev', 'Sales', 'EmailAlertOnPublishTo', ['True']);
});

afterAll(async () => {
  await world?.close();
});

describe('the first start', () => {
  it('acts on nothing older than itself: no publish, decision or reload', async () => {
    for (const app of Object.values(apps)) await quiet(world, app);

    for (const app of Object.values(apps)) expect(await promotionsOf(world, app)).toEqual([]);
    expect(whatStands(world, 'test')).toEqual([]);
    expect(whatStands(world, 'dev').map(({ stream }) => stream)).toEqual(Array(4).fill('Sales'));
    expect(world.inbox.messages()).toEqual([]);
    expect(propertiesOf(world, 'dev', apps.approved)['PromotionApproval']).toEqual(['Approve']);
  });

  it('is still respected when such an app is saved, though the site then renews every row', async () => {
    for (const app of [apps.approved, apps.denied]) world.site('dev').actAs.describe(app, 'saved', 'COMPANY\\other');
    await quiet(world, apps.approved);
    await world.restartWorker();
    await quiet(world, apps.denied);

    expect(await promotionsOf(world, apps.approved)).toEqual([]);
    expect(await promotionsOf(world, apps.denied)).toEqual([]);
  });

  it('is over for whatever happens after it', async () => {
    await world.site('dev').actAs.reload(apps.reloading);
    expect(await nthPromotion(world, apps.reloading, 1)).toMatchObject({ verdict: 'reload', state: 'promoted' });

    world.site('dev').actAs.setProperties(apps.denied, MANAGER, { PromotionApproval: [] });
    await quiet(world, apps.denied);
    world.site('dev').actAs.setProperties(apps.denied, MANAGER, { PromotionApproval: ['Deny'] });
    expect(await nthPromotion(world, apps.denied, 1)).toMatchObject({ state: 'denied' });

    const fresh = publishedApp(world, 'Fresh');
    await world.inbox.waitFor(({ subject }) => subject === `'Fresh' published to: 'Sales'`);
    approve(world, fresh, { test: 'Overwrite' }, ['Sales']);
    expect(await nthPromotion(world, fresh, 1)).toMatchObject({ state: 'promoted' });
  });
});
