import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { stringify } from 'yaml';
import { configFromYaml } from '../../../config/load.ts';
import type { Config } from '../../../config/types.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import { type RunningSubscriber, startSubscriber } from '../../../starter/alerts/start-subscriber.ts';
import { taskQueues, workflowIds } from '../../../workflows/contract.ts';
import { event, TENANT } from '../../gateway/make-gateway.ts';
import { type MemoryLogger, memoryLogger } from '../../harness/memory-logger.ts';
import type { Mosquitto } from '../../harness/mosquitto.ts';
import { tcpProxy } from '../../harness/tcp-proxy.ts';
import { type TestTemporal, testTemporal } from '../../harness/temporal.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { Yaml } from '../../harness/world.ts';

export const TOPIC = `qscloud/app/reload/${TENANT}`;

/** Subscribers over a broker, a ledger and a way to Temporal that can be cut; nobody works on what they start. */
export interface SubscriberWorld {
  readonly folder: string;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly logger: MemoryLogger;
  readonly temporal: TestTemporal;
  /** Starts one; it is closed at the end. */
  subscribe(change?: (broker: Yaml, yaml: Yaml) => void): Promise<RunningSubscriber>;
  /** Resolves when a subscriber has said so often that it takes events. */
  takes(times?: number): Promise<void>;
  /** Publishes to the broker as the gateway does, at QoS 1. */
  publish(body: string | Buffer, topic?: string): Promise<void>;
  /** How often the alert of that reload was told something; 0 where there is none. */
  told(reloadId: string): Promise<number>;
  /** The bodies that were put aside, each with its reason. */
  deadLetters(): Promise<{ readonly body: string; readonly reason: string }[]>;
  cutTemporal(): void;
  mendTemporal(): Promise<void>;
  close(): Promise<void>;
}

/** An event of a failed reload with that id. */
export function failed(reloadId: string, more: Readonly<Record<string, unknown>> = {}): string {
  return event({ id: `event-${reloadId}`, data: { id: reloadId, appId: 'app-1', status: 'FAILED' }, ...more });
}

export async function startSubscriberWorld(broker: Mosquitto): Promise<SubscriberWorld> {
  const suffix = randomBytes(3).toString('hex');
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-subscriber-'));
  const temporal = await testTemporal();
  let way = await tcpProxy(temporal.address);
  const logger = memoryLogger();
  const tenant = `eu-${suffix}`;
  const yaml = (change: (broker: Yaml, yaml: Yaml) => void = () => undefined): Yaml => {
    const settings: Yaml = {
      temporal: { address: way.address, taskQueue: `waybill-${suffix}` },
      alerts: {
        broker: { url: broker.url, clientId: `waybill-${suffix}`, reconnectEvery: '50ms', connectTimeout: '2s' },
        tenants: { [tenant]: { id: TENANT, url: 'https://tenant.example', apiKey: 'key' } },
      },
    };
    change(settings['alerts'].broker, settings);
    return settings;
  };
  const parse = (settings: Yaml) => configFromYaml(stringify(settings), folder, {});
  const config = parse(yaml());
  await mkdir(config.dataFolder, { recursive: true });
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  const subscribers: RunningSubscriber[] = [];
  let publisher: Promise<MqttClient> | undefined;
  return {
    folder,
    config,
    ledger,
    logger,
    temporal,
    async subscribe(change) {
      const { alerts, ...rest } = parse(yaml(change));
      const options = { config: { ...rest, alerts: { ...alerts, broker: alerts.broker! } }, ledger, logger };
      const subscriber = await startSubscriber({ ...options, statusEveryMs: 50 });
      subscribers.push(subscriber);
      return subscriber;
    },
    async takes(times = 1) {
      const said = () => logger.lines.filter(({ msg }) => msg === 'Events are taken from the MQTT broker');
      await waitFor('events to be taken', () => said().length >= times);
    },
    async publish(body, topic = TOPIC) {
      publisher ??= mqtt.connectAsync(broker.url, { reconnectPeriod: 50 });
      await (await publisher).publishAsync(topic, body, { qos: 1 });
    },
    async told(reloadId) {
      const handle = temporal.client.workflow.getHandle(workflowIds.reloadAlert(tenant, reloadId));
      const history = await handle.fetchHistory().catch(() => undefined);
      return (history?.events ?? []).filter((one) => one.workflowExecutionSignaledEventAttributes).length;
    },
    async deadLetters() {
      const names = await readdir(config.alerts.deadLetters).catch(() => []);
      return Promise.all(
        names
          .filter((name) => name.endsWith('.event'))
          .map(async (name) => {
            const read = (file: string) => readFile(path.join(config.alerts.deadLetters, file), 'utf8');
            return { body: await read(name), reason: await read(name.replace(/event$/, 'reason.txt')) };
          }),
      );
    },
    cutTemporal: () => way.cut(),
    async mendTemporal() {
      way = await tcpProxy(temporal.address, Number(way.address.split(':')[1]));
    },
    async close() {
      for (const subscriber of subscribers) await subscriber.close();
      await (await publisher)?.endAsync(true);
      await ledger.close();
      way.cut();
      const query = `TaskQueue = "${taskQueues.main(`waybill-${suffix}`)}"`;
      for await (const { workflowId } of temporal.client.workflow.list({ query }))
        await temporal.client.workflow
          .getHandle(workflowId)
          .terminate()
          .catch(() => undefined);
      await temporal.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
