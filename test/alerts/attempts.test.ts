import { randomUUID } from 'node:crypto';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { alertAt, bodies, endOf, eventsTaken, failReload, newApp, sendsOf, tellAttempt } from './alert-acts.ts';
import { type AlertWorld, startAlertWorld } from './alert-world.ts';

/** A second tenant in the configuration, which wants to hear of cancelled reloads too. */
const STRICT = { alias: 'strict', id: 'tenantid-of-the-strict' };

describe.skipIf(!findMosquitto())('what is told of attempts and their reload', () => {
  let world: AlertWorld;
  let publisher: MqttClient;

  beforeAll(async () => {
    world = await startAlertWorld({
      change: (yaml, { cloud, tenant }) => {
        const { alerts } = yaml;
        const { apiKey: _, ...first } = alerts.tenants[tenant];
        const { id: clientId, secret: clientSecret } = cloud.oauthClient;
        const usual = { ...first, login: { clientId, clientSecret }, settle: '8s', gather: '6s', timeout: '5s' };
        alerts.tenants = { [tenant]: usual, [STRICT.alias]: { ...usual, id: STRICT.id, canceled: true } };
        for (const kind of Object.values<Record<string, object>>(alerts.destinations))
          for (const one of Object.values(kind)) Object.assign(one, { rateLimit: 0 });
      },
    });
    publisher = await mqtt.connectAsync(world.broker.url);
  });

  afterEach(() => {
    if (!world) return;
    world.cloud.faults.clear();
    Object.assign(world.cloud.deliveryFaults, { copies: 1, newestFirst: false, delayMs: 0 });
    Object.assign(world.cloud.switches, { reloadVisibilityLagMs: 0, eventShape: 'cloudEvents' });
  });

  afterAll(async () => {
    await publisher?.endAsync(true);
    await world?.close();
  });

  /** A reload of which one attempt failed, and which Waybill looks into. */
  async function begunWithFailure(appId = newApp(world)): Promise<{ appId: string; reloadId: string }> {
    const reloadId = world.cloud.actAs.startReload(appId);
    await tellAttempt(world, { appId, reloadId });
    await waitFor('the failure to be looked into', () =>
      world.ledger.getReloadFailure({ tenant: world.tenant, reloadId }),
    );
    return { appId, reloadId };
  }

  const alertsOf = (reloadId: string) => bodies(world).filter(({ failed }) => failed?.reloadId === reloadId);

  it('tells nobody of a failed attempt when a later one succeeds', async () => {
    const { reloadId } = await begunWithFailure();
    world.cloud.actAs.finishReload(reloadId, { requeues: 1 });

    expect(await endOf(world, reloadId)).toMatchObject({ state: 'passed' });
    expect(await sendsOf(world, reloadId)).toEqual([]);
    expect(alertsOf(reloadId)).toEqual([]);
  });

  it('tells nobody of a failed attempt when only asking Qlik Cloud shows that a later one succeeded', async () => {
    const { reloadId } = await begunWithFailure();
    world.cloud.actAs.finishReload(reloadId, { sendEvents: [] });

    expect(await endOf(world, reloadId)).toMatchObject({ state: 'passed' });
    expect(alertsOf(reloadId)).toEqual([]);
  });

  it('believes an event that tells of success while Qlik Cloud is slow to answer', async () => {
    world.cloud.faults.add({ path: '/v1/reloads/', effect: { type: 'hang' }, times: 0 });
    const { reloadId } = await begunWithFailure();
    world.cloud.actAs.finishReload(reloadId, { sendEvents: ['com.qlik.v1.reload.finished'] });

    expect(await endOf(world, reloadId)).toMatchObject({ state: 'passed' });
    expect(alertsOf(reloadId)).toEqual([]);
  });

  it('tells once of a reload that is tried again and fails for good', async () => {
    const { reloadId } = await begunWithFailure();
    world.cloud.actAs.finishReload(reloadId, { status: 'FAILED', requeues: 1, errorMessage: 'the second time' });
    await sendsOf(world, reloadId);

    expect(alertsOf(reloadId)).toHaveLength(1);
    expect(alertsOf(reloadId)[0]?.failed).toMatchObject({ status: 'FAILED', error: { message: 'the second time' } });
  });

  it('tells of a failed attempt when its reload has had its time to end', async () => {
    const { reloadId } = await begunWithFailure();

    expect(await alertAt(world, reloadId)).toMatchObject({ status: 'FAILED' });
  });

  it('tells that an app reloads again, also where that reload had a failed attempt of its own', async () => {
    const appId = newApp(world);
    const first = failReload(world, appId);
    await sendsOf(world, first);
    const { reloadId } = await begunWithFailure(appId);
    world.cloud.actAs.finishReload(reloadId, { requeues: 1 });
    await waitFor('the recovery', () => bodies(world).some(({ recovered }) => recovered?.reloadId === reloadId));
    await eventsTaken(world);

    expect(bodies(world).filter(({ recovered }) => recovered?.lastFailure.reloadId === first)).toHaveLength(1);
  });

  it('makes one alert of all events of a failure, however many and in whatever order', async () => {
    Object.assign(world.cloud.deliveryFaults, { copies: 2, newestFirst: true });
    const reloadId = failReload(world, newApp(world), { requeues: 2 });
    world.cloud.actAs.repeatEvents(reloadId);
    await eventsTaken(world);
    const sends = await sendsOf(world, reloadId);

    expect(sends.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(Array(5).fill('sent 1'));
    expect(alertsOf(reloadId)).toHaveLength(1);
  });

  it('tells nothing again when Qlik Cloud sends its events again', async () => {
    const appId = newApp(world);
    const reloadId = failReload(world, appId);
    await sendsOf(world, reloadId);
    for (const { id, rawBody } of world.cloud.deliveries(world.webhook))
      if (rawBody.includes(reloadId)) await world.cloud.actAs.resend(id);
    world.cloud.actAs.repeatEvents(reloadId);
    await eventsTaken(world);
    const later = failReload(world, appId);
    await sendsOf(world, later);

    expect(alertsOf(reloadId)).toHaveLength(1);
    expect(alertsOf(later)).toHaveLength(1);
  });

  it.each(['legacy', 'hybrid', 'cloudEvents'] as const)('understands events of the shape %s', async (shape) => {
    world.cloud.switches.eventShape = shape;
    const reloadId = failReload(world, newApp(world, { name: `As ${shape}` }));

    expect(await alertAt(world, reloadId)).toMatchObject({ app: { name: `As ${shape}` }, missing: [] });
  });

  it('tells of a reload that took more than it may', async () => {
    const reloadId = failReload(world, newApp(world), { status: 'EXCEEDED_LIMIT' });

    expect(await alertAt(world, reloadId)).toMatchObject({ status: 'EXCEEDED_LIMIT' });
  });

  it('tells nobody of a reload that somebody cancels', async () => {
    const reloadId = failReload(world, newApp(world), { status: 'CANCELED' });

    expect(await endOf(world, reloadId)).toMatchObject({ state: 'passed' });
    expect(await world.ledger.listAlerts({ tenant: world.tenant, reloadId })).toEqual([]);
    expect(alertsOf(reloadId)).toEqual([]);
  });

  it('tells of a reload that somebody cancels where that is wanted', async () => {
    const appId = newApp(world);
    const reloadId = failReload(world, appId, { status: 'CANCELED', sendEvents: [] });
    const type = 'com.qlik.v1.reload.finished';
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      source: 'com.qlik/reloads',
      type,
      tenantid: STRICT.id,
      data: { id: reloadId, appId, status: 'CANCELED' },
    };
    await publisher.publishAsync(`qscloud/app/reload/${STRICT.id}`, JSON.stringify(event), { qos: 1 });

    expect(await alertAt(world, reloadId)).toMatchObject({ status: 'CANCELED' });
  });

  it('tells of a reload in the editor, which Qlik Cloud does not list, after a short look', async () => {
    world.cloud.switches.reloadVisibilityLagMs = 3_600_000;
    const appId = newApp(world, { name: 'Made by hand' });
    const sendEvents = ['com.qlik.v1.app.reload.finished'] as const;
    const reloadId = failReload(world, appId, { type: 'hub', sendEvents, errorMessage: 'by hand' });
    const { app, event, missing } = await alertAt(world, reloadId);

    expect({ app, event }).toMatchObject({ app: { name: 'Made by hand' }, event: { type: sendEvents[0] } });
    expect(missing.map(({ part }) => part).toSorted()).toEqual(['log', 'reload']);
  });

  it('signs in as an OAuth client, and again when its token has ended', async () => {
    world.cloud.actAs.expireTokens();
    const { missing } = await alertAt(world, failReload(world, newApp(world)));
    const tokens = world.cloud.requests().filter(({ route }) => route === 'POST /oauth/token');
    const reads = world.cloud.requests().filter(({ method, status }) => method === 'GET' && status === 200);

    expect(missing).toEqual([]);
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    expect(new Set(reads.map(({ by }) => by))).toEqual(new Set(['first-client']));
  });
});
