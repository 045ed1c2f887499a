import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { workflowIds } from '../../../workflows/contract.ts';
import { event, legacyEvent } from '../../gateway/make-gateway.ts';
import { findMosquitto, type Mosquitto, startMosquitto } from '../../harness/mosquitto.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { failed, startSubscriberWorld, type SubscriberWorld, TOPIC } from './subscriber-world.ts';

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('the subscriber', () => {
  let broker: Mosquitto;
  let world: SubscriberWorld;

  beforeAll(async () => {
    broker = await startMosquitto();
  });
  beforeEach(async () => {
    world = await startSubscriberWorld(broker);
  });
  afterEach(() => world?.close());
  afterAll(() => broker?.close());

  const isTold = (reloadId: string) =>
    waitFor(`the alert of ${reloadId}`, async () => (await world.told(reloadId)) > 0);

  it('takes the events that came while it was down, each once', async () => {
    const first = await world.subscribe();
    await world.takes();
    await first.close();
    const reloads = ['r1', 'r2', 'r3', 'r4', 'r5'];
    for (const reload of reloads) await world.publish(failed(reload));

    const second = await world.subscribe();
    for (const reload of reloads) await isTold(reload);

    await waitFor('all to be counted', () => second.counts.alerting === 5);
    expect(await Promise.all(reloads.map((reload) => world.told(reload)))).toEqual([1, 1, 1, 1, 1]);
  });

  it('acknowledges an event only after Temporal has accepted it, and takes it again when that is back', async () => {
    const subscriber = await world.subscribe();
    await world.takes();
    world.cutTemporal();
    const reloads = ['r1', 'r2', 'r3'];
    for (const reload of reloads) await world.publish(failed(reload));
    await waitFor('the session to be given up', () =>
      world.logger.lines.some(({ reason }) => String(reason).startsWith('an event could not be passed on')),
    );
    expect(subscriber.counts.alerting).toBe(0);

    await world.mendTemporal();

    for (const reload of reloads) await isTold(reload);
    await waitFor('all to be counted', () => subscriber.counts.alerting === 3);
  });

  it('loses nothing when it is ended while Temporal is away', async () => {
    const first = await world.subscribe();
    await world.takes();
    world.cutTemporal();
    await world.publish(failed('r1'));
    await first.close();
    await world.mendTemporal();

    await world.subscribe();

    await isTold('r1');
  });

  const unreadable: [string, string | Buffer, string][] = [
    ['is no JSON', 'Hello', 'it is no event'],
    [
      'is no UTF-8',
      Buffer.concat([Buffer.from('{"specversion":"1.0","x":"'), Buffer.of(0xc3, 0x28)]),
      'it is no event',
    ],
    ['has another shape', '{"hello":"world"}', 'it is no event'],
    ['is of an unknown tenant', failed('r0', { tenantid: 'somebody-else' }), 'the tenant somebody-else does not stand'],
    ['names no reload', event({ data: { appId: 'app-1', status: 'FAILED' } }), 'it names no reload'],
    ['is too large', `"${'x'.repeat(1024 * 1024)}"`, 'it is too large'],
    ['is empty', '', 'it is no event'],
  ];
  it.each(unreadable)('puts aside what %s, with the reason, and takes what is behind it', async (_what, body, why) => {
    const subscriber = await world.subscribe();
    await world.takes();
    await world.publish(body);
    await world.publish(failed('behind'));

    await isTold('behind');

    expect(subscriber.counts).toMatchObject({ 'dead-letter': 1 });
    const [letter, ...more] = await world.deadLetters();
    expect(more).toEqual([]);
    expect(letter?.body).toBe(body.toString());
    expect(letter?.reason).toContain(`reason: ${why}`);
    expect(letter?.reason).toContain(`topic: ${TOPIC}`);
    expect(world.logger.lines).toContainEqual(
      expect.objectContaining({ msg: 'an event cannot be read and is put aside' }),
    );
  });

  it('keeps an unreadable event once however often it comes, and counts each', async () => {
    const subscriber = await world.subscribe();
    for (let nth = 0; nth < 3; nth += 1) await world.publish('Hello');

    await waitFor('all to be counted', () => subscriber.counts['dead-letter'] === 3);
    expect(await world.deadLetters()).toHaveLength(1);
  });

  it('goes on where the folder for what is unreadable cannot be written to, and says so', async () => {
    const { deadLetters } = world.config.alerts;
    await mkdir(path.dirname(deadLetters), { recursive: true });
    await writeFile(deadLetters, 'a file in the way');
    const subscriber = await world.subscribe();
    await world.takes();
    await world.publish('Hello');
    await world.publish(failed('behind'));

    await isTold('behind');

    expect(subscriber.counts['dead-letter']).toBe(1);
    expect(world.logger.lines).toContainEqual(
      expect.objectContaining({ msg: 'an event that cannot be read could not be put aside either' }),
    );
    await rm(deadLetters);
  });

  it('ignores events of other types, and starts nothing for a success', async () => {
    const subscriber = await world.subscribe();
    await world.takes();
    await world.publish(event({ type: 'com.qlik.v1.app.published' }));
    await world.publish(event({ data: { id: 'fine', appId: 'app-1', status: 'SUCCEEDED' } }));
    await world.publish(failed('behind'));
    await isTold('behind');

    await waitFor('all to be counted', () => subscriber.counts.alerting === 1);
    expect(subscriber.counts).toMatchObject({ ignored: 1, 'nothing-to-do': 1, 'dead-letter': 0 });
    expect(await world.told('fine')).toBe(0);
    expect(await world.deadLetters()).toEqual([]);
  });

  it('takes what names neither tenant nor id by its topic, and puts it aside where that names none', async () => {
    await world.subscribe();
    await world.takes();
    const nameless = (reload: string) => failed(reload, { id: undefined, tenantid: undefined });
    await world.publish(nameless('nowhere'), `${TOPIC}/elsewhere`);
    await world.publish(nameless('nameless'));

    await isTold('nameless');

    expect(await world.told('nowhere')).toBe(0);
    expect((await world.deadLetters()).map(({ reason }) => reason)).toEqual([
      expect.stringContaining('it names no tenant'),
    ]);
  });

  it("takes what Butler's gateway sends: its topics, and the shape of before 2025", async () => {
    await world.subscribe();
    await world.takes();
    const body = JSON.parse(legacyEvent({ data: { status: 'error', reloadId: 'legacy', name: 'Sales' } })) as {
      extensions: object;
    };
    body.extensions = { ...body.extensions, topLevelResourceId: 'app-1' };

    await world.publish(JSON.stringify(body), TOPIC);
    await isTold('legacy');
    await world.publish(failed('below'), `${TOPIC}/more/levels`);
    await isTold('below');
  });

  it('takes events also before a worker has made the search attributes', async () => {
    const { connection, dataConverter } = world.temporal;
    const namespace = `test-${randomUUID()}`;
    const workflowExecutionRetentionPeriod = { seconds: 86_400 as never };
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    const subscriber = await world.subscribe((_broker, yaml) => (yaml['temporal'].namespace = namespace));
    await world.takes();
    await world.publish(failed('r1'));

    await waitFor('the event to be taken', () => subscriber.counts.alerting === 1);
    const [tenant = ''] = Object.keys(world.config.alerts.tenants);
    const handle = new Client({ connection, namespace, dataConverter }).workflow.getHandle(
      workflowIds.reloadAlert(tenant, 'r1'),
    );
    expect((await handle.describe()).status.name).toBe('RUNNING');
    expect(await world.deadLetters()).toEqual([]);
    await handle.terminate();
  });

  it('tells now and then that it lives, and what it took', async () => {
    await world.subscribe();
    await world.publish(failed('r1'));

    await waitFor('the log to tell', () =>
      world.logger.lines.some((line) => line['isConnected'] === true && line['alerting'] === 1),
    );
  });
});
