import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findMosquitto, type Mosquitto, startMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { event, settingsYaml, TENANT, type Yaml } from './make-gateway.ts';
import { connected, killServices, post, type Service, startService as start } from './service-process.ts';

const main = path.resolve(import.meta.dirname, '..', '..', 'gateway', 'main.ts');
const TOPIC = `qscloud/app/reload/${TENANT}`;

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('the gateway as a service', () => {
  let broker: Mosquitto;
  let subscriber: MqttClient;
  let folder: string;
  const received: { topic: string; body: string }[] = [];

  beforeAll(async () => {
    broker = await startMosquitto();
    subscriber = mqtt.connect(broker.url, { clientId: 'subscriber', clean: false, reconnectPeriod: 50 });
    subscriber.on('message', (topic, body) => received.push({ topic, body: body.toString() }));
    subscriber.on('error', () => undefined);
    await subscriber.subscribeAsync('qscloud/#', { qos: 1 });
  });
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-gateway-'));
    received.length = 0;
  });
  afterEach(async () => {
    await killServices();
    await rm(folder, { recursive: true, force: true });
  });
  afterAll(async () => {
    await subscriber?.endAsync(true);
    await broker?.close();
  });

  const startService = (change: (yaml: Yaml) => void = () => undefined): Promise<Service> =>
    start({ folder, brokerUrl: broker.url, change });
  const ready = async (service: Service) => (await fetch(`${service.url}/ready`)).status;
  const spooled = async () => (await readdir(path.join(folder, 'spool'))).filter((file) => file.endsWith('.event'));
  const withSpool =
    (more: Yaml = {}) =>
    (yaml: Yaml) =>
      (yaml['spool'] = { folder: 'spool', ...more });
  const ids = () => received.map(({ body }) => (JSON.parse(body) as { id: string }).id);

  it('answers 200 once the broker has confirmed the event', async () => {
    const service = await startService();
    await connected(service);

    expect(await post(service)).toBe(200);
    await waitFor('the event to be received', () => received.length === 1);
    expect(received).toEqual([{ topic: TOPIC, body: event() }]);
    expect(await ready(service)).toBe(200);
    expect(await service.stop()).toBe(0);
  });

  it('is refused for now without a broker and without a spool, and says that it is not ready', async () => {
    const service = await startService((yaml) => (yaml['broker'].url = 'mqtt://127.0.0.1:1'));

    expect(await post(service)).toBe(503);
    expect(await ready(service)).toBe(503);
    expect((await fetch(`${service.url}/health`)).status).toBe(200);
  });

  it('keeps events while the broker is away, in order, through a kill of its own, and publishes each then', async () => {
    let service = await startService(withSpool());
    await connected(service);
    await broker.stop();
    const sent = Array.from({ length: 20 }, (_, nth) => `event-${nth}`);
    for (const id of sent.slice(0, 10)) expect(await post(service, event({ id }))).toBe(202);
    await service.kill();
    service = await startService(withSpool());
    expect(await ready(service)).toBe(200);
    for (const id of sent.slice(10)) expect(await post(service, event({ id }))).toBe(202);
    expect(await spooled()).toHaveLength(20);

    await broker.start();
    await waitFor('all to be received', () => new Set(ids()).size === 20);

    expect([...new Set(ids())]).toEqual(sent);
    await waitFor('the spool to be empty', async () => (await spooled()).length === 0);
    expect(await post(service, event({ id: 'event-20' }))).toBe(200);
  });

  it('refuses what the spool has no room for, by number and by size', async () => {
    for (const room of [{ maxEvents: 2 }, { maxBytes: 1400 }]) {
      const service = await startService((yaml) => {
        withSpool(room)(yaml);
        yaml['broker'].url = 'mqtt://127.0.0.1:1';
      });
      const statuses = [];
      for (let nth = 0; nth < 4; nth += 1) statuses.push(await post(service));

      expect(statuses.slice(0, 2)).toEqual([202, 202]);
      expect(statuses[3]).toBe(503);
      await service.kill();
      await rm(path.join(folder, 'spool'), { recursive: true });
    }
  });

  it('puts aside a file of the spool that cannot be read, and goes on with the next', async () => {
    const first = await startService((yaml) => {
      withSpool()(yaml);
      yaml['broker'].url = 'mqtt://127.0.0.1:1';
    });
    for (const id of ['first', 'second']) await post(first, event({ id }));
    await first.kill();
    await writeFile(path.join(folder, 'spool', '0000000000000001.event'), 'damaged');
    await writeFile(path.join(folder, 'spool', '0000000000000009.event.part'), 'half');

    await startService(withSpool());

    await waitFor('the other one to be received', () => received.length === 1);
    expect(ids()).toEqual(['second']);
    await waitFor('the spool to be empty', async () => (await spooled()).length === 0);
    expect(await readdir(path.join(folder, 'spool'))).toEqual(['0000000000000001.event.unreadable']);
  });

  it('speaks MQTT 3.1.1 where that is asked for', async () => {
    const service = await startService((yaml) => (yaml['broker'].protocol = '3.1.1'));
    await connected(service);

    expect(service.output()).toContain('MQTT 3.1.1');
    expect(await post(service)).toBe(200);
  });

  it('logs no header and no body', async () => {
    const service = await startService((yaml) => (yaml['logLevel'] = 'info'));
    await connected(service);
    await post(service, event({ more: 'canary-body' }));
    const url = `${service.url}/events/${TENANT}`;
    await fetch(url, { method: 'POST', body: 'canary-body', headers: { 'x-canary': 'canary-header' } });
    await waitFor('the refusal to be logged', () => service.output().includes('a request was refused'));

    expect(service.output()).not.toContain('canary');
  });

  it('tells all that is wrong with its settings, and ends with 2', async () => {
    const file = path.join(folder, 'gateway.yaml');
    await writeFile(
      file,
      settingsYaml((yaml) => {
        yaml['broker'] = { url: 'http://x', odd: 1 };
        yaml['tenants'] = [{ id: TENANT, secrets: [] }];
      }),
    );
    const child = spawn(process.execPath, [main, file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exitCode = await new Promise((resolve) => child.once('close', resolve));

    expect(exitCode).toBe(2);
    for (const text of ['broker.url', 'odd', 'tenants.0', 'allowUnsigned']) expect(errors).toContain(text);
  });
});
