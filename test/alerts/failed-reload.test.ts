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
    listener = await mqtt.connectAsync(world.broker.url);
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
});
