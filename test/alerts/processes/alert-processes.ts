import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { configFromYaml } from '../../../config/load.ts';
import type { Config } from '../../../config/types.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import { type Chat, startChat } from '../../../sandbox/chat/start-chat.ts';
import { type CloudTenant, startCloudTenant } from '../../../sandbox/cloud/start-cloud-tenant.ts';
import { type Inbox, startInbox } from '../../../sandbox/inbox/start-inbox.ts';
import { killable, type KillableProcess } from '../../faults/processes/killable-process.ts';
import { runTemporal, runWaybill } from '../../faults/processes/killable-world.ts';
import { type Mosquitto, startMosquitto } from '../../harness/mosquitto.ts';
import { testTemporal, type TestTemporal } from '../../harness/temporal.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { Yaml } from '../../harness/world.ts';
import { freePorts } from '../../starter/waybill-process.ts';

export const TENANT = 'eu';
export const SLACK = '#bi-alerts';
export const TEAMS = 'BI alerts';
export const RECEIVER = 'incidents';
export const MAILED = 'bi@company.example';

const IP = '127.0.0.1';
const WEBHOOK_SECRET = 'a-secret-of-at-least-thirty-two-chars';

/** Gateway, broker, subscriber, Temporal and worker, each a process that can be killed, between a tenant and stand-ins. */
export interface AlertProcesses {
  readonly folder: string;
  readonly config: Config;
  /** The ledger that worker and subscriber share. */
  readonly ledger: Ledger;
  readonly cloud: CloudTenant;
  readonly chat: Chat;
  readonly inbox: Inbox;
  readonly broker: Mosquitto;
  readonly temporal: TestTemporal;
  readonly webhook: string;
  /** Folder of the events that the gateway could not publish yet. */
  readonly spool: string;
  readonly processes: Readonly<Record<'temporal' | 'gateway' | 'subscriber' | 'worker', KillableProcess>>;
  close(): Promise<void>;
}

export async function startAlertProcesses(): Promise<AlertProcesses> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-alert-processes-'));
  const [broker, chat, inbox, cloud, [temporalPort = 0, gatewayPort = 0]] = await Promise.all([
    startMosquitto(),
    startChat(),
    startInbox({ tls: 'none' }),
    startCloudTenant({ switches: { disableAfterFailures: 0 } }),
    freePorts(2),
  ]);
  const yaml = configOf({ broker, chat, inbox, cloud }, temporalPort);
  const configFile = path.join(folder, 'waybill.yaml');
  const gatewayFile = path.join(folder, 'gateway.yaml');
  const secretFile = path.join(folder, 'webhook-secret');
  await writeFile(configFile, stringify(yaml));
  await writeFile(secretFile, WEBHOOK_SECRET);
  await writeFile(gatewayFile, stringify(gatewayOf(cloud, broker, gatewayPort, secretFile)));
  const config = configFromYaml(stringify(yaml), folder, {});
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  const run = (command: string, says: string) =>
    runWaybill([command, '--config', configFile, '--log-level', 'warn'], says);
  const processes = {
    temporal: killable(() => runTemporal(folder, path.join(folder, 'temporal.db'), temporalPort)),
    gateway: killable(() => runWaybill(['gateway', '--settings', gatewayFile], 'The gateway listens')),
    subscriber: killable(() => run('subscriber', 'The subscriber is running.')),
    worker: killable(() => run('worker', 'The worker is running.')),
  };
  await Promise.all([processes.temporal.start(), processes.gateway.start()]);
  await Promise.all([processes.worker.start(), processes.subscriber.start()]);
  const temporal = await testTemporal(`${IP}:${temporalPort}`);
  const webhook = cloud.actAs.createWebhook({
    name: 'Waybill',
    url: `http://${IP}:${gatewayPort}/events/${cloud.tenantId}`,
    secret: WEBHOOK_SECRET,
    eventTypes: ['com.qlik.v1.app.reload.finished', 'com.qlik.v1.reload.finished'],
  });
  await waitFor('the gateway to reach the broker', async () => (await fetch(`http://${IP}:${gatewayPort}/ready`)).ok);
  return {
    folder,
    config,
    ledger,
    cloud,
    chat,
    inbox,
    broker,
    temporal,
    webhook,
    processes,
    spool: path.join(folder, 'spool'),
    async close() {
      const { temporal: server, ...ours } = processes;
      await Promise.all(Object.values(ours).map((one) => one.kill()));
      await temporal.close().catch(() => undefined);
      await server.kill();
      await ledger.close();
      await Promise.all([cloud.close(), chat.close(), inbox.close(), broker.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function gatewayOf(cloud: CloudTenant, broker: Mosquitto, port: number, secretFile: string): Yaml {
  return {
    listen: { host: IP, port },
    broker: { url: broker.url, reconnectEvery: 100, publishTimeout: '2s', connectTimeout: '2s' },
    spool: { folder: 'spool' },
    tenants: [{ id: cloud.tenantId, secrets: [{ file: secretFile }] }],
    logLevel: 'warn',
  };
}

function configOf(
  { cloud, chat, inbox, broker }: Pick<AlertProcesses, 'cloud' | 'chat' | 'inbox' | 'broker'>,
  temporalPort: number,
): Yaml {
  // No digest merges what is counted.
  const each = { retry: { first: '200ms', max: '1s' }, rateLimit: 0, timeout: '20s' };
  const { host, port } = inbox;
  return {
    temporal: { address: `${IP}:${temporalPort}`, taskQueue: 'waybill' },
    mail: { enabled: true, host, port, tls: 'none', from: 'waybill@company.example' },
    alerts: {
      broker: { url: broker.url, reconnectEvery: '200ms', connectTimeout: '5s' },
      tenants: {
        [TENANT]: {
          id: cloud.tenantId,
          url: cloud.url,
          apiKey: cloud.apiKey,
          settleCheck: '200ms',
          gather: '10m',
          timeout: '20s',
          // What the test is about has to find its way by events alone.
          reconcile: { every: 0 },
        },
      },
      destinations: {
        mail: { bi: { ...each, recipients: [MAILED] } },
        slack: { bi: { ...each, webhook: chat.createSlackHook(SLACK).url } },
        teams: { bi: { ...each, webhook: chat.createTeamsFlow(TEAMS).url } },
        webhook: { incidents: { ...each, address: chat.createReceiver(RECEIVER).url } },
      },
    },
    timeouts: { heartbeatEvery: '500ms', heartbeat: '5s' },
    logging: { file: 'waybill.log' },
  };
}
