import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { bodies } from './alert-acts.ts';
import { type AlertWorld, RECEIVER, startAlertWorld } from './alert-world.ts';
import { lookActs } from './look-acts.ts';

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('asking Qlik Cloud for the ends of failures', () => {
  let world: AlertWorld;
  const { look, newApp, failSilently, told, isOver, isEndTold, endedBy, endOf } = lookActs(() => world);

  beforeAll(async () => {
    world = await startAlertWorld();
    // What failed before the first look is nobody's news.
    await look();
  });
  afterEach(() => {
    world.aheadMs = 0;
    world.cloud.faults.clear();
  });
  afterAll(() => world?.close());
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

  it('tells once that an app reloads again of which no event told', async () => {
    const app = newApp('Heals in silence');
    const failed = world.cloud.actAs.reloadApp(app, { status: 'FAILED' });
    await isOver(failed);
    const success = world.cloud.actAs.reloadApp(app, { sendEvents: [] });
    expect(await look()).toMatchObject({ recovered: 1 });
    const isKnown = 'nothing-to-do';
    const taken = world.subscriber!.counts[isKnown];

    world.cloud.actAs.repeatEvents(success);
    await waitFor('its events to be taken', () => world.subscriber!.counts[isKnown] === taken + 2);

    expect(await look()).toMatchObject({ recovered: 0 });
    await isEndTold(success);
    expect(told(success)).toBe(1);
    expect(await endedBy(failed)).toBe(endOf(success));
  });

  it('tells the end of a failure whose event came after that of the success', async () => {
    const app = newApp('Late news');
    const failed = failSilently(app, { endedAtUtc: ago(60_000) });
    const isKnown = 'nothing-to-do';
    const taken = world.subscriber!.counts[isKnown];
    const success = world.cloud.actAs.reloadApp(app);
    await waitFor('the success to be taken', () => world.subscriber!.counts[isKnown] === taken + 2);
    world.cloud.actAs.repeatEvents(failed);
    await isOver(failed);

    expect(await look()).toMatchObject({ recovered: 1 });

    await isEndTold(success);
    expect(bodies(world).filter(({ recovered }) => recovered?.reloadId === success)).toMatchObject([
      { recovered: { failures: 1, failingSinceUtc: endOf(failed), lastFailure: { reloadId: failed } } },
    ]);
  });

  it('ends a failure that came late by the next success where the first one was told of before', async () => {
    const app = newApp('Later news');
    const first = failSilently(app, { endedAtUtc: ago(120_000) });
    const late = failSilently(app, { endedAtUtc: ago(90_000) });
    world.cloud.actAs.repeatEvents(first);
    await isOver(first);
    const success = world.cloud.actAs.reloadApp(app, { endedAtUtc: ago(60_000) });
    await isEndTold(success);
    world.cloud.actAs.repeatEvents(late);
    await waitFor('the late one', () => told(late) > 0);
    expect(await look()).toMatchObject({ recovered: 0 });

    const next = world.cloud.actAs.reloadApp(app, { sendEvents: [] });

    expect(await look()).toMatchObject({ recovered: 1 });
    await isEndTold(next);
    expect(await endedBy(late)).toBe(endOf(next));
  });

  it('takes no older success, and none of another app, for the end of a failure', async () => {
    const app = newApp('Still fails');
    world.cloud.actAs.reloadApp(app, { endedAtUtc: ago(60_000), sendEvents: [] });
    const failed = failSilently(app);
    world.cloud.actAs.reloadApp(newApp('Another one'), { sendEvents: [] });
    await look();
    await isOver(failed);

    expect(await look()).toMatchObject({ recovered: 0 });
    expect(await endedBy(failed)).toBeUndefined();
  });

  it('finds failures also where failing apps cannot be asked about', async () => {
    const app = newApp('Asked in vain');
    const failed = failSilently(app);
    await look();
    await isOver(failed);
    const success = world.cloud.actAs.reloadApp(app, { sendEvents: [] });
    world.cloud.faults.add({ path: `appId=${app}`, effect: { type: 'status', status: 403 }, times: 0 });
    const other = failSilently(newApp('Found beside it'));

    expect(await look()).toMatchObject({ missed: 1, recovered: 0 });
    await isOver(other);
    world.cloud.faults.clear();

    await waitFor('its turn', async () => (await look()).recovered > 0);
    await isEndTold(success);
  });

  it('goes on finding failures, and their ends, after a reload whose end lies ahead', async () => {
    const app = newApp('Ahead of its time');
    const ahead = failSilently(app, { endedAtUtc: ago(-86_400_000) });
    expect(await look()).toMatchObject({ missed: 1 });
    await isOver(ahead);
    const failed = failSilently(newApp('In time'));
    const success = world.cloud.actAs.reloadApp(app, { sendEvents: [] });

    expect(await look()).toMatchObject({ missed: 1, recovered: 1 });

    await isOver(failed);
    await isEndTold(success);
  });
});

describe.skipIf(!findMosquitto())('without a broker', () => {
  let world: AlertWorld;

  beforeAll(async () => {
    world = await startAlertWorld({
      withoutBroker: true,
      // The Schedule itself looks.
      change: (yaml) =>
        Object.values<{ reconcile: object }>(yaml['alerts'].tenants).forEach(
          (one) => (one.reconcile = { every: '1s' }),
        ),
    });
  });
  afterAll(() => world?.close());

  const twoMoreLooks = async (): Promise<void> => {
    // Failing apps are asked about one by one, in the same look.
    const looked = () =>
      world.cloud.requests().filter(({ route, path }) => route === 'GET /api/v1/reloads' && !path.includes('appId='))
        .length;
    const before = looked();
    await waitFor('two more looks', () => looked() >= before + 2);
  };

  it('tells once that an app reloads again', async () => {
    await waitFor('the first look', () => world.ledger.getSiteMemory(`alerts:${world.tenant}`));
    const app = world.cloud.actAs.createApp({ name: 'Heals', owner: world.owner });
    const failed = world.cloud.actAs.reloadApp(app, { status: 'FAILED', sendEvents: [] });
    await world.chat.waitFor(({ channel, raw }) => channel === RECEIVER && raw.includes(failed));

    const success = world.cloud.actAs.reloadApp(app, { sendEvents: [] });
    await world.chat.waitFor(({ channel, raw }) => channel === RECEIVER && raw.includes(success));

    await twoMoreLooks();
    expect(bodies(world).filter(({ recovered }) => recovered?.reloadId === success)).toHaveLength(1);
    const failure = await world.ledger.getReloadFailure({ tenant: world.tenant, reloadId: failed });
    expect(failure?.recoveredAtUtc).toBe(world.cloud.reload(success)?.endTime);
  });

  it('finds every failure by asking alone', async () => {
    await waitFor('the first look', () => world.ledger.getSiteMemory(`alerts:${world.tenant}`));
    const apps = ['One', 'Two', 'Three'].map((name) => world.cloud.actAs.createApp({ name, owner: world.owner }));
    const reloads = apps.map((app) => world.cloud.actAs.reloadApp(app, { status: 'FAILED', sendEvents: [] }));

    for (const reload of reloads)
      await world.chat.waitFor(({ channel, raw }) => channel === RECEIVER && raw.includes(reload));

    const { memory } = (await world.ledger.getSiteMemory<{ untilUtc: string }>(`alerts:${world.tenant}`))!;
    await twoMoreLooks();
    for (const reload of reloads)
      expect(world.chat.messages(RECEIVER).filter(({ raw }) => raw.includes(reload))).toHaveLength(1);
    expect(Date.parse(memory.untilUtc)).toBeGreaterThan(0);
  });
});
