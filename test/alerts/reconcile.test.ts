import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../workflows/contract.ts';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type AlertWorld, SLACK, startAlertWorld } from './alert-world.ts';
import { lookActs } from './look-acts.ts';

/** Later than anything may take that is on its way. */
const LATER_MS = 600_000;
/** Longer than any channel is quiet here, twice. */
const MUCH_LATER_MS = 3 * 3_600_000;

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('asking Qlik Cloud for failed reloads', () => {
  let world: AlertWorld;

  beforeAll(async () => {
    // The second failure of an app is held back for the digest at Slack.
    world = await startAlertWorld({ change: (yaml) => (yaml['alerts'].destinations.slack.bi.rateLimit = '1h') });
  });
  afterEach(() => {
    world.aheadMs = 0;
    world.cloud.faults.clear();
    world.chat.faults.clear();
  });
  afterAll(() => world?.close());
  const { startLook, look, newApp, failSilently, told, isTold, isOver } = lookActs(() => world);
  const terminate = (workflowId: string) => world.temporal.client.workflow.getHandle(workflowId).terminate('lost');

  it('tells of nothing that ended before the first look, in that look or a later one', async () => {
    const before = failSilently(newApp('Old news'));

    const first = await look();
    const running = world.cloud.actAs.startReload(newApp('Under way at the first look'));
    const second = await look();
    world.cloud.actAs.finishReload(running, { status: 'FAILED', sendEvents: [] });
    const third = await look();

    await isOver(running);
    expect([first, second, third].map(({ missed }) => missed)).toEqual([0, 0, 1]);
    expect(told(before)).toBe(0);
  });

  it('finds a failure that no event told of, and tells of it once, also when its events come later', async () => {
    const reload = failSilently(newApp('Silent'));
    expect(await look()).toMatchObject({ missed: 1 });
    await isOver(reload);
    const { alerting } = world.subscriber!.counts;

    world.cloud.actAs.repeatEvents(reload);
    await waitFor('the events to be taken', () => world.subscriber!.counts.alerting === alerting + 2);

    expect(await look()).toMatchObject({ missed: 0 });
    expect([told(reload), told(reload, SLACK)]).toEqual([1, 1]);
    const { status } = await world.temporal.client.workflow
      .getHandle(workflowIds.reloadAlert(world.tenant, reload))
      .describe();
    expect(status.name).toBe('COMPLETED');
  });

  it('finds at the next look what it could not see for a trouble of Qlik Cloud', async () => {
    const reload = failSilently(newApp('In trouble'));
    const fault = world.cloud.faults.add({
      path: '/api/v1/reloads\\?',
      effect: { type: 'status', status: 500 },
      times: 0,
    });
    const failing = await startLook();
    await waitFor('the trouble', () => world.cloud.faults.struck(fault) > 0);
    await failing.terminate('it is given up');
    await failing.result().catch(() => undefined);
    world.cloud.faults.clear(fault);

    await look();

    await isOver(reload);
    expect(told(reload)).toBe(1);
  });

  it('finds failures also where the webhooks may not be looked at', async () => {
    const reload = failSilently(newApp('No admin'));
    world.cloud.faults.add({ path: '/webhooks', effect: { type: 'status', status: 403 }, times: 0 });

    expect(await look()).toMatchObject({ missed: 1, disabledWebhooks: [] });
    await isOver(reload);
  });

  it('takes up again a failure that Temporal has lost', async () => {
    const app = newApp('Lost while gathering');
    world.cloud.faults.add({ path: `/api/v1/apps/${app}`, effect: { type: 'hang' }, times: 0 });
    const reload = world.cloud.actAs.reloadApp(app, { status: 'FAILED' });
    await waitFor('it to be noted', () => world.ledger.getReloadFailure({ tenant: world.tenant, reloadId: reload }));
    await terminate(workflowIds.reloadAlert(world.tenant, reload));
    world.cloud.faults.clear();
    expect(await look()).toMatchObject({ resumed: 0 });

    world.aheadMs = LATER_MS;
    expect(await look()).toMatchObject({ resumed: 1 });

    await isOver(reload);
    expect([told(reload), told(reload, SLACK)]).toEqual([1, 1]);
  });

  it('does not tell again of what was told after the backup that the ledger was put back from', async () => {
    const reload = world.cloud.actAs.reloadApp(newApp('Older ledger'), { status: 'FAILED' });
    await isOver(reload);
    const running = workflowIds.reloadAlert(world.tenant, reload);
    await world.temporal.client.workflow.getHandle(running).result();
    const database = new DatabaseSync(world.config.ledger.file, { timeout: 5000 });
    database.prepare("UPDATE reload_failures SET state = 'open', ended_at_utc = NULL WHERE reload_id = ?").run(reload);
    database.prepare('DELETE FROM alert_sends WHERE reload_id = ?').run(reload);
    database.close();

    world.aheadMs = LATER_MS;

    expect(await look()).toMatchObject({ resumed: 0 });
    expect(await world.ledger.getReloadFailure({ tenant: world.tenant, reloadId: reload })).toMatchObject({
      state: 'alerted',
    });
    expect([told(reload), told(reload, SLACK)]).toEqual([1, 1]);
  });

  it('takes up again alerts that wait or are held back, and whose channel Temporal has lost', async () => {
    const app = newApp('Lost channel');
    const channel = workflowIds.alertChannel(world.tenant, 'slack/bi', app);
    const down = world.chat.faults.add({ path: '/services/', effect: { type: 'status', status: 503 }, times: 0 });
    const waiting = world.cloud.actAs.reloadApp(app, { status: 'FAILED' });
    const stateOf = async (reloadId: string) =>
      (await world.ledger.listAlerts({ tenant: world.tenant, reloadId })).find(
        ({ destination }) => destination === 'slack/bi',
      );
    await waitFor('a try in vain', async () => ((await stateOf(waiting))?.attempts ?? 0) > 0);
    await terminate(channel);
    world.chat.faults.clear(down);

    world.aheadMs = LATER_MS;
    await look();
    await isTold(waiting, SLACK);

    const held = world.cloud.actAs.reloadApp(app, { status: 'FAILED' });
    await waitFor('it to be held', async () => (await stateOf(held))?.state === 'held');
    await terminate(channel);
    await look();
    await isTold(held, SLACK);
    await isOver(held);

    await isOver(waiting);
    expect([told(waiting, SLACK), told(held, SLACK)]).toEqual([1, 1]);
  });

  it('takes up again an alert whose channel runs and knows nothing of it', async () => {
    const app = newApp('Lost from a channel');
    const channel = workflowIds.alertChannel(world.tenant, 'slack/bi', app);
    const fail = () => world.cloud.actAs.reloadApp(app, { status: 'FAILED' });
    const first = fail();
    await isTold(first, SLACK);
    const lost = fail();
    await waitFor('it to be held', async () =>
      (await world.ledger.listAlerts({ tenant: world.tenant, reloadId: lost })).some(({ state }) => state === 'held'),
    );
    await terminate(channel);
    const third = fail();
    await isOver(third);
    const isSignalled = async () => {
      const { events } = await world.temporal.client.workflow.getHandle(channel).fetchHistory();
      const signalled = (events ?? []).flatMap(
        (one) => one.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [],
      );
      return signalled.some(({ data }) => Buffer.from(data ?? []).includes(lost));
    };
    world.aheadMs = LATER_MS;
    await look();
    expect(await isSignalled()).toBe(false);

    world.aheadMs = MUCH_LATER_MS;
    await look();

    expect(await isSignalled()).toBe(true);
  });

  it('leaves alone what is in the hands of a channel', async () => {
    const app = newApp('Held');
    const fail = () => world.cloud.actAs.reloadApp(app, { status: 'FAILED' });
    const first = fail();
    await isOver(first);
    const second = fail();
    await waitFor('it to be held at Slack, and sent elsewhere', async () => {
      const all = await world.ledger.listAlerts({ tenant: world.tenant, reloadId: second });
      return (
        all.length > 1 &&
        all.every(({ destination, state }) => state === (destination === 'slack/bi' ? 'held' : 'sent'))
      );
    });

    world.aheadMs = LATER_MS;

    expect(await look()).toMatchObject({ resumed: 0 });
    expect(told(second, SLACK)).toBe(0);
  });
});
