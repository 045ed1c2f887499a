import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import mqtt from 'mqtt';
import { stringify } from 'yaml';
import { findMosquitto, type Mosquitto, startMosquitto } from '../harness/mosquitto.ts';
import { failed, TOPIC } from './alerts/subscriber-world.ts';
import { TENANT } from '../gateway/make-gateway.ts';
import { endAll, freePorts, waybill, waybillOnce } from './waybill-process.ts';

// A start takes a second or two, and many times that on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 200_000 });

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
describe.skipIf(!findMosquitto())('the subscriber as a process', () => {
  let broker: Mosquitto;
  let folder: string;
  let configFile: string;
  let tenants: object;

  beforeAll(async () => {
    broker = await startMosquitto();
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-subscriber-process-'));
    configFile = path.join(folder, 'waybill.yaml');
    // Nobody listens there: what is asked of the tenant is not what this is about.
    tenants = { eu: { id: TENANT, url: 'http://127.0.0.1:1', apiKey: 'key', gather: '1s', settle: '1s' } };
  });
  afterEach(endAll);
  afterAll(async () => {
    await broker?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('is part of `waybill up`, with nothing but alerts configured, and ends with it', async () => {
    const [port, uiPort] = await freePorts(2);
    const alerts = { broker: { url: broker.url, reconnectEvery: '100ms' }, tenants };
    await writeFile(configFile, stringify({ alerts, temporal: { devServer: { port, uiPort } } }));

    const up = waybill(['up', '--config', configFile]);
    await up.says('Waybill is running.');
    await up.logged('Events are taken from the MQTT broker');
    const publisher = await mqtt.connectAsync(broker.url);
    await publisher.publishAsync(TOPIC, failed('r1'), { qos: 1 });
    await publisher.endAsync();

    expect(await up.logged('a failed reload that nobody wants to hear of')).toMatchObject({ reloadId: 'r1' });
    expect(up.stdout()).toContain(`Alerts    eu, over ${broker.url}`);
    expect(await up.stop('SIGINT')).toBe(0);
  });

  it('says what to set where there is no broker, and ends with 0', async () => {
    await writeFile(configFile, stringify({ alerts: { tenants } }));

    const { exitCode, stdout } = await waybillOnce(['subscriber', '--config', configFile]);

    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Set alerts.broker') });
  });
});
