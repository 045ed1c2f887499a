import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signals, workflowIds } from '../../workflows/contract.ts';
import { approve, whatStands } from '../harness/acts.ts';
import { historyJson } from '../harness/histories.ts';
import { nthPromotion, publishedApp, standingApp } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startWorld, type WorkerWorld } from '../harness/world.ts';

interface Event {
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType: { readonly name: string };
    readonly taskQueue: { readonly name: string };
  };
  readonly markerRecordedEventAttributes?: { readonly markerName: string };
  readonly workflowExecutionSignaledEventAttributes?: { readonly signalName: string };
}

/** What the promotion of an app and its delivery to `test` did, as Temporal tells it. */
async function waysOf(
  world: WorkerWorld,
  appId: string,
): Promise<{ local: number; queues: Record<string, string>; signals: string[] }> {
  const { promotionKey } = await nthPromotion(world, appId, 1);
  const ids = [
    workflowIds.promotion(world.alias('dev'), appId),
    workflowIds.deliver(promotionKey, world.alias('test')),
  ];
  const texts = await Promise.all(ids.map((id) => historyJson(world.temporal.client, id)));
  const events = texts.flatMap((text) => (JSON.parse(text) as { events: Event[] }).events);
  const steps = events.flatMap((event) => event.activityTaskScheduledEventAttributes ?? []);
  return {
    signals: events.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []),
    local: events.filter((event) => event.markerRecordedEventAttributes?.markerName === 'core_local_activity').length,
    queues: Object.fromEntries(steps.map((step) => [step.activityType.name, step.taskQueue.name])),
  };
}

function start(worker: object): Promise<WorkerWorld> {
  return startWorld({
    targets: ['test'],
    change: (yaml) => {
      yaml['worker'] = worker;
    },
  });
}

async function promote(world: WorkerWorld, name: string): Promise<string> {
  standingApp(world, 'test', name);
  const app = publishedApp(world, name);
  await waitFor('the first look', () => world.ledger.getAwaiting(world.alias('dev'), app));
  approve(world, app, { test: 'Overwrite' }, ['Sales']);
  expect((await nthPromotion(world, app, 1)).state).toBe('promoted');
  return app;
}

describe('with the defaults', () => {
  let world: WorkerWorld;

  beforeAll(async () => {
    world = await start({});
  });

  afterAll(() => world?.close());

  it('a small app is transferred beside the short steps, and looks need no way over the service', async () => {
    const ways = await waysOf(world, await promote(world, 'Small'));

    const dev = `site-${world.alias('dev')}`;
    const test = `site-${world.alias('test')}`;
    expect(ways.queues).toMatchObject({ exportApp: dev, uploadStaging: test, overwriteTarget: test });
    expect(ways.queues).not.toHaveProperty('planDelivery');
    expect(ways.local).toBeGreaterThan(0);
  });

  it('the delivery of a small app starts with its file', async () => {
    const ways = await waysOf(world, await promote(world, 'With its file'));

    expect(ways.signals).not.toContain(signals.files);
  });

  it('a look that finds something missing, and has to look again later, does so over the queue', async () => {
    const name = 'Partly nowhere';
    const app = publishedApp(world, name);
    await waitFor('the first look', () => world.ledger.getAwaiting(world.alias('dev'), app));

    approve(world, app, { test: 'Duplicate' }, ['Sales', 'Only elsewhere']);

    expect((await nthPromotion(world, app, 1)).state).toBe('partly-promoted');
    expect((await waysOf(world, app)).queues).toHaveProperty('planDelivery');
  });

  it('a look that gets no answer goes over the queue, where it is repeated until it has one', async () => {
    const name = 'Slow to tell';
    const app = publishedApp(world, name);
    await waitFor('the first look', () => world.ledger.getAwaiting(world.alias('dev'), app));
    const { faults } = world.site('dev');
    const path = new RegExp(`^/qrs/app/${app}\\?`);
    const id = faults.add({ method: 'GET', path, times: 1, effect: { type: 'hang' } });

    approve(world, app, { test: 'Duplicate' }, ['Sales']);

    expect((await nthPromotion(world, app, 1)).state).toBe('promoted');
    expect(faults.all().find((one) => one.id === id)?.struck).toBe(1);
    expect((await waysOf(world, app)).queues).toHaveProperty('assess');
    expect(whatStands(world, 'test').filter((one) => one.name === name)).toHaveLength(1);
  });
});

describe('a small app whose export is long in coming', () => {
  let world: WorkerWorld;

  beforeAll(async () => {
    world = await start({ exportHeadStart: '300ms' });
  });

  afterAll(() => world?.close());

  it('has its deliveries planned meanwhile, and they get the file when it is there', async () => {
    const name = 'Long in coming';
    standingApp(world, 'test', name);
    const app = publishedApp(world, name);
    await waitFor('the first look', () => world.ledger.getAwaiting(world.alias('dev'), app));
    const { faults } = world.site('dev');
    const id = faults.add({ path: '/export/', times: 0, effect: { type: 'status', status: 503 } });

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    const { promotionKey } = await waitFor(
      'the promotion',
      async () => (await world.ledger.listPromotions({ site: world.alias('dev'), appId: app }))[0],
    );
    await waitFor('a planned delivery', async () => (await world.ledger.listDeliveries({ promotionKey }))[0]);
    faults.clear(id);

    expect((await nthPromotion(world, app, 1)).state).toBe('promoted');
    expect((await waysOf(world, app)).signals).toContain(signals.files);
  });
});

describe('where nothing of that is wanted', () => {
  let world: WorkerWorld;

  beforeAll(async () => {
    world = await start({ smallTransfer: 0, localLooks: false, exportHeadStart: '0s' });
  });

  afterAll(() => world?.close());

  it('every transfer waits for its turn, and every look is an activity of its own', async () => {
    const ways = await waysOf(world, await promote(world, 'By the queues'));

    const dev = `site-${world.alias('dev')}`;
    const test = `site-${world.alias('test')}`;
    expect(ways.queues).toMatchObject({
      assess: dev,
      exportApp: `${dev}-bulk`,
      planDelivery: test,
      uploadStaging: `${test}-bulk`,
    });
    expect(ways.local).toBe(0);
    expect(ways.signals).toContain(signals.files);
  });
});
