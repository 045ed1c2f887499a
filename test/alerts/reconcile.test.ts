import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ReconcileOutcome } from '../../activities/alert-types.ts';
import { taskQueues, workflowIds, workflowTypes } from '../../workflows/contract.ts';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { bodies } from './alert-acts.ts';
import { type AlertWorld, RECEIVER, SLACK, startAlertWorld } from './alert-world.ts';

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

  const startLook = () =>
    world.temporal.client.workflow.start(workflowTypes.reconcileReloads, {
      workflowId: `look-${randomUUID()}`,
      taskQueue: taskQueues.main(world.config.temporal.taskQueue),
      args: [{ tenant: world.tenant }],
    });
  const look = async (): Promise<ReconcileOutcome> => (await startLook()).result() as Promise<ReconcileOutcome>;
  const newApp = (name: string) => world.cloud.actAs.createApp({ name, owner: world.owner });
  /** A failure that no event tells of. */
  const failSilently = (app: string, more: { endedAtUtc?: string } = {}) =>
    world.cloud.actAs.reloadApp(app, { status: 'FAILED', sendEvents: [], ...more });
  const told = (reloadId: string, channel = RECEIVER) =>
    world.chat.messages(channel).filter(({ raw }) => raw.includes(reloadId)).length;
  const isTold = (reloadId: string, channel = RECEIVER) =>
    waitFor(`${channel} to be told of ${reloadId}`, () => told(reloadId, channel) > 0);
  const isOver = (reloadId: string) =>
    waitFor(`all alerts of ${reloadId} to be sent`, async () => {
      const all = await world.ledger.listAlerts({ tenant: world.tenant, reloadId });
      return all.length > 0 && all.every(({ state }) => state === 'sent');
    });
  const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
  /** Waits for the receiver alone: Slack holds the end for its digest. */
  const isEndTold = (reloadId: string) =>
    waitFor(`the end by ${reloadId}`, () => bodies(world).some(({ recovered }) => recovered?.reloadId === reloadId));
  /** When the success that ended a failure was, by the ledger. */
  const endedBy = async (reloadId: string) =>
    (await world.ledger.getReloadFailure({ tenant: world.tenant, reloadId }))?.recoveredAtUtc;
  /** When a reload ended, by Qlik Cloud. */
  const endOf = (reloadId: string) => world.cloud.reload(reloadId)?.endTime;
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

  const toOperators = ({ envelopeTo }: { readonly envelopeTo: readonly string[] }) =>
    envelopeTo.includes('operator@company.example');
  const mailsOf = (code: string) =>
    world.inbox.messages().filter((mail) => toOperators(mail) && mail.subject.includes(code));
  const noMailUnderWay = () => {
    const query = `TaskQueue = "${world.config.temporal.taskQueue}" AND ExecutionStatus = "Running" AND WorkflowType = "notify"`;
    return waitFor(
      'no mail to be on its way',
      async () => (await world.temporal.client.workflow.count(query)).count === 0,
    );
  };
  const outage = async () =>
    (await world.ledger.getSiteMemory<{ sinceUtc?: string }>(`alerts-outage:${world.tenant}`))?.memory.sinceUtc;

  it.each([
    [401, 'WAYBILL_CLOUD_LOGIN'],
    [403, 'WAYBILL_CLOUD_FORBIDDEN'],
  ])('tells the operators once that a tenant answers %d, and once that it can be asked again', async (status, code) => {
    world.cloud.faults.add({ path: '/api/v1/reloads\\?', effect: { type: 'status', status }, times: 0 });
    const failed = failSilently(newApp(`Behind ${status}`));
    await expect(look()).rejects.toThrow();
    await expect(look()).rejects.toThrow();
    const trouble = await world.inbox.waitFor((mail) => toOperators(mail) && mail.subject.includes(code));
    expect(trouble.subject).toContain(`alerts of '${world.tenant}' need an operator`);
    expect(trouble.text).toContain(`alerts.tenants.${world.tenant}`);

    world.cloud.faults.clear();
    await look();
    await look();

    await isOver(failed);
    await waitFor('the good news', () => mailsOf(code).length > 1);
    await noMailUnderWay();
    expect(mailsOf(code).map(({ subject }) => subject.includes('work again'))).toEqual([false, true]);
  });

  it('tells the operators of what passes by itself only where it lasts', async () => {
    const code = 'WAYBILL_CLOUD_SERVER';
    const lookInVain = async (until: () => unknown): Promise<void> => {
      const vain = await startLook();
      await waitFor('the look in vain', until);
      await vain.terminate('it is given up');
      await vain.result().catch(() => undefined);
    };
    world.cloud.faults.add({ path: '/api/v1/reloads\\?', effect: { type: 'status', status: 500 }, times: 0 });
    await lookInVain(outage);
    await noMailUnderWay();
    expect(mailsOf(code)).toEqual([]);

    world.aheadMs = MUCH_LATER_MS;
    await lookInVain(() => mailsOf(code).length > 0);

    world.cloud.faults.clear();
    await look();
    await waitFor('the good news', () => mailsOf(code).length > 1);
    expect(await outage()).toBeUndefined();
  });

  it('reports a webhook that Qlik Cloud has disabled to the operators, once', async () => {
    world.cloud.actAs.disableWebhook(world.webhook, 'The webhook failed too often.');

    expect(await look()).toMatchObject({ disabledWebhooks: ['Waybill'] });
    expect(await look()).toMatchObject({ disabledWebhooks: ['Waybill'] });

    const code = 'WAYBILL_ALERT_WEBHOOK_DISABLED';
    const mail = await world.inbox.waitFor((one) => toOperators(one) && one.subject.includes(code));
    expect(mail.text).toContain('The webhook failed too often.');
    expect(mail.subject).toContain(`alerts of '${world.tenant}' need an operator`);
    await noMailUnderWay();
    expect(mailsOf(code)).toHaveLength(1);
    world.cloud.actAs.enableWebhook(world.webhook);
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
