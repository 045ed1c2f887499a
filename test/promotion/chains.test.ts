import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approve, whatStands } from '../harness/acts.ts';
import { nthPromotion, promotionsOf, publishedApp, quiet } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, startWorld, type World } from '../harness/world.ts';

let world: World;

/** `dev` and `lab` promote to `test`; `test` promotes on to `prod`. */
beforeAll(async () => {
  world = await startWorld({
    targets: ['test', 'prod', 'lab'],
    before: (site, alias) => {
      for (const name of ['test', 'lab']) {
        const { actAs } = site(name);
        actAs.createProperty('PromoteToServer', [`${alias('test')} - Overwrite`, `${alias('prod')} - Overwrite`]);
        for (const property of ['PromoteToStream', 'PromotionApproval']) actAs.createProperty(property);
      }
    },
    change: (yaml, alias) => {
      const poll = { watch: 'poll', sweep: '300ms', afterPromotion: { unpublish: 'never' } };
      Object.assign(yaml['sources'][alias('dev')], poll, { targets: [alias('test')] });
      yaml['sources'][alias('lab')] = { ...poll, targets: [alias('test')] };
      yaml['sources'][alias('test')] = { ...poll, targets: [alias('prod')] };
      delete yaml['targets'][alias('lab')];
    },
  });
  for (const name of ['lab', 'test']) {
    await waitFor(`the first look at ${name}`, async () => world.ledger.getSiteMemory(world.alias(name)));
  }
});

afterAll(async () => {
  await world?.close();
});

function approveAt(source: string, app: string, target: string): void {
  const site = world.site(source);
  while (Date.now() <= Date.parse(String(site.app(app)?.['modifiedDate'])));
  site.actAs.setProperties(app, MANAGER, {
    PromoteToServer: [`${world.alias(target)} - Overwrite`],
    PromoteToStream: ['Sales'],
    PromotionApproval: ['Approve'],
  });
}

const standing = (site: string, name: string) => whatStands(world, site).filter((app) => app.name === name);

describe('a target that is a source, too', () => {
  it('passes on only what was approved there', async () => {
    const name = 'Two steps';
    const app = publishedApp(world, name);
    const content = world.site('dev').contentHash(app);

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);
    const [middle] = standing('test', name);
    const status = await quiet(world, middle!.id, 'test');

    expect(status).toMatchObject({ state: 'awaiting-decision' });
    expect(standing('prod', name)).toEqual([]);

    approveAt('test', middle!.id, 'prod');
    const second = await nthPromotion(world, middle!.id, 1, 'test');

    expect(second).toMatchObject({ state: 'promoted', decision: { by: { account: MANAGER } } });
    expect(standing('prod', name)).toMatchObject([{ owner: REP, stream: 'Sales', content }]);
  });

  it('asks for another approval when a replace brought other content after it', async () => {
    const name = 'Replaced under way';
    const app = publishedApp(world, name);
    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 1);
    const [middle] = standing('test', name);
    await quiet(world, middle!.id, 'test');
    approveAt('test', middle!.id, 'prod');
    const first = await nthPromotion(world, middle!.id, 1, 'test');
    await quiet(world, app);

    world.site('dev').actAs.edit(app, { title: 'Newer' });
    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await nthPromotion(world, app, 2);
    await quiet(world, middle!.id, 'test');

    expect(first.state).toBe('promoted');
    expect(await promotionsOf(world, middle!.id, 'test')).toHaveLength(1);
    expect(standing('prod', name)[0]?.content).not.toBe(standing('test', name)[0]?.content);
  });
});

describe('two source sites', () => {
  it('replace one app at the target one after the other, and the last one stands', async () => {
    const name = 'From two sites';
    const { actAs } = world.site('test');
    const live = actAs.createApp({ name, owner: MANAGER });
    actAs.publish(live, 'Sales');
    const fromDev = publishedApp(world, name);
    const lab = world.site('lab').actAs;
    const fromLab = lab.createApp({ name, owner: REP, sheets: 4 });
    lab.publish(fromLab, 'Sales');
    world
      .site('test')
      .faults.add({ method: 'PUT', path: '/replace', effect: { type: 'delay', delayMs: 500 }, times: 2 });

    approve(world, fromDev, { test: 'Overwrite' }, ['Sales']);
    approveAt('lab', fromLab, 'test');
    const [one, other] = await Promise.all([nthPromotion(world, fromDev, 1), nthPromotion(world, fromLab, 1, 'lab')]);

    expect([one.state, other.state]).toEqual(['promoted', 'promoted']);
    const [stands] = standing('test', name);
    const last = (one.endedAtUtc ?? '') > (other.endedAtUtc ?? '') ? ['dev', fromDev] : ['lab', fromLab];
    expect(stands?.id).toBe(live);
    expect(stands?.content).toBe(world.site(last[0]!).contentHash(last[1]!));
    expect(standing('test', name)).toHaveLength(1);
  });
});
