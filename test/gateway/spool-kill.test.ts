import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findMosquitto, type Mosquitto, startMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { event } from './make-gateway.ts';
import { connected, killServices, post, type Service, startService } from './service-process.ts';

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('the spool of a gateway that is killed', () => {
  let broker: Mosquitto;
  let subscriber: MqttClient;
  let folder: string;
  const received: string[] = [];

  beforeAll(async () => {
    broker = await startMosquitto();
    subscriber = mqtt.connect(broker.url, { clientId: 'subscriber', clean: false, reconnectPeriod: 50 });
    subscriber.on('message', (_, body) => received.push((JSON.parse(body.toString()) as { id: string }).id));
    subscriber.on('error', () => undefined);
    await subscriber.subscribeAsync('qscloud/#', { qos: 1 });
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-spool-'));
    received.length = 0;
  });
  afterEach(async () => {
    await killServices();
    await broker.start();
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await subscriber?.endAsync(true);
    await broker?.close();
  });

  const start = (spool: object = {}): Promise<Service> =>
    startService({
      folder,
      brokerUrl: broker.url,
      change: (yaml) => (yaml['spool'] = { folder: 'spool', ...spool }),
    });
  const files = async () => (await readdir(path.join(folder, 'spool'))).toSorted();
  const drained = () =>
    waitFor('the spool to be empty', async () => !(await files()).some((one) => one.endsWith('.event')));
  /** Each once, in the order in which it came for the first time. */
  const firsts = () => [...new Set(received)];

  it('brings every event that was answered well, in order, through kills at any moment', async () => {
    const accepted: string[] = [];
    let sent = 0;
    /** Sends one after another until the gateway is gone. */
    const sendUntilKilled = async (service: Service): Promise<void> => {
      for (;;) {
        const id = `event-${sent}`;
        sent += 1;
        const status = await post(service, event({ id }));
        if (status === undefined) return;
        expect([200, 202]).toContain(status);
        accepted.push(id);
      }
    };
    for (let round = 0; round < 8; round += 1) {
      // Up, away, back while it runs, and the other way round.
      if (round % 2 === 1) await broker.stop();
      const service = await start();
      const sending = sendUntilKilled(service);
      await wait(60 + round * 37);
      if (round % 4 === 1) await broker.start();
      if (round % 4 === 2) await broker.stop();
      await wait(40 + round * 23);
      await service.kill();
      await sending;
      await broker.start();
    }
    await connected(await start());
    await waitFor('all to be received', () => {
      const seen = new Set(received);
      return accepted.every((id) => seen.has(id));
    });
    await drained();

    expect(accepted.length).toBeGreaterThan(50);
    const wanted = new Set(accepted);
    expect(firsts().filter((id) => wanted.has(id))).toEqual(accepted);
  });

  it('has room for so many, through a kill as well, and takes the next once one was published', async () => {
    await broker.stop();
    let service = await start({ maxEvents: 5 });
    for (let nth = 0; nth < 5; nth += 1) expect(await post(service, event({ id: `kept-${nth}` }))).toBe(202);
    expect(await post(service, event({ id: 'too many' }))).toBe(503);
    await service.kill();
    service = await start({ maxEvents: 5 });
    expect(await post(service, event({ id: 'too many still' }))).toBe(503);
    expect((await fetch(`${service.url}/ready`)).status).toBe(503);

    await broker.start();
    await waitFor('all to be received', () => firsts().length === 5);
    await drained();
    expect(await post(service, event({ id: 'the next' }))).toBe(200);
    expect(firsts().slice(0, 5)).toEqual(['kept-0', 'kept-1', 'kept-2', 'kept-3', 'kept-4']);
  });

  it('publishes all but a file that was cut off, wherever it was cut, and publishes no piece of it', async () => {
    for (const share of [0, 0.1, 0.5, 0.95]) {
      received.length = 0;
      await broker.stop();
      const service = await start();
      for (const id of ['first', 'second', 'torn']) expect(await post(service, event({ id }))).toBe(202);
      await service.kill();
      const torn = path.join(folder, 'spool', (await files()).at(-1) ?? '');
      await truncate(torn, Math.floor((await readFile(torn)).length * share));
      await broker.start();

      const next = await start();
      await connected(next);
      await drained();
      expect(await post(next, event({ id: 'later' }))).toBe(200);
      await waitFor('the later one', () => received.includes('later'));

      expect(firsts()).toEqual(['first', 'second', 'later']);
      expect(await files()).toEqual([`${path.basename(torn)}.unreadable`]);
      await next.kill();
      await rm(path.join(folder, 'spool'), { recursive: true });
    }
  });
});
