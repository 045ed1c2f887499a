import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type AlertWorld, MAILED, RECEIVER, SLACK, startAlertWorld, TEAMS } from './alert-world.ts';

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('a reload that fails in Qlik Cloud', () => {
  let world: AlertWorld;
  let listener: MqttClient;
  const published: { topic: string; body: string }[] = [];

  beforeAll(async () => {
    world = await startAlertWorld();
    // With a session of its own, which the broker keeps while it is away.
    listener = await mqtt.connectAsync(world.broker.url, { clientId: 'listener', clean: false });
    listener.on('message', (topic, body) => published.push({ topic, body: body.toString() }));
    await listener.subscribeAsync('waybill/alerts/#', { qos: 1 });
  });

  afterAll(async () => {
    await listener?.endAsync(true);
    await world?.close();
  });

  it('is told of once at every destination, with app, owner, error and script log', async () => {
    const app = world.cloud.actAs.createApp({ name: 'Sales overview', owner: world.owner, tags: ['Nightly'] });
    const reloadId = world.cloud.actAs.reloadApp(app, {
      status: 'FAILED',
      errorMessage: 'Table not found: "Orders"\nin C:\\data\\load.qvs',
      log: ['20260101T060000 Execution started', "20260101T060001 Error: can't find C:\\data\\x.qvd"],
    });

    const slack = await world.chat.waitFor(({ channel }) => channel === SLACK);
    const teams = await world.chat.waitFor(({ channel }) => channel === TEAMS);
    const receiver = await world.chat.waitFor(({ channel }) => channel === RECEIVER);
    const mail = await world.inbox.waitFor(({ envelopeTo }) => envelopeTo.includes(MAILED));
    await waitFor('the topic', () => published.length > 0);

    for (const text of [
      JSON.stringify(slack.body),
      JSON.stringify(teams.body),
      JSON.stringify(receiver.body),
      mail.text ?? '',
    ]) {
      expect(text).toContain('Sales overview');
      expect(text).toContain('Olga Owner');
      expect(text).toContain('Table not found');
      expect(text).toContain('Execution started');
    }
    expect(published).toMatchObject([{ topic: `waybill/alerts/${world.cloud.tenantId}` }]);
    expect(JSON.parse(published[0]!.body)).toMatchObject({ kind: 'failed', failed: { reloadId } });
    const sends = await waitFor('the ledger to know', async () => {
      const all = await world.ledger.listAlerts({ tenant: world.tenant, reloadId });
      return all.some(({ state }) => state !== 'sent') ? undefined : all;
    });
    expect(await world.ledger.getReloadFailure({ tenant: world.tenant, reloadId })).toMatchObject({ state: 'alerted' });
    expect(sends.map(({ destination, state }) => `${destination} ${state}`).toSorted()).toEqual([
      'mail/bi sent',
      'mqtt/bus sent',
      'slack/bi sent',
      'teams/bi sent',
      'webhook/incidents sent',
    ]);
  });

  it('reaches a topic later, and the others meanwhile, where the broker ends before it is told of', async () => {
    const app = world.cloud.actAs.createApp({ name: 'Told without a broker', owner: world.owner });
    const isSlow = world.cloud.faults.add({ path: '/v1/reloads/', effect: { type: 'delay', delayMs: 1500 }, times: 1 });
    const reloadId = world.cloud.actAs.reloadApp(app, { status: 'FAILED' });
    await waitFor('the question', () => world.cloud.faults.struck(isSlow) > 0);
    await world.broker.stop();
    const told = () => published.filter(({ body }) => body.includes(reloadId));
    const topic = async () => {
      const sends = await world.ledger.listAlerts({ tenant: world.tenant, reloadId });
      return sends.find(({ destination }) => destination === 'mqtt/bus');
    };
    await world.chat.waitFor(({ channel, raw }) => channel === SLACK && raw.includes('Told without a broker'));
    await waitFor('two tries', async () => ((await topic())?.attempts ?? 0) >= 2);
    expect(await topic()).not.toMatchObject({ state: 'sent' });

    await world.broker.start();
    await waitFor('the topic', async () => (await topic())?.state === 'sent');
    await waitFor('the message', () => told().length > 0);
    expect(told()).toHaveLength(1);
  });
});
