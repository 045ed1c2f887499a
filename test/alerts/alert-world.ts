import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import type { Config } from '../../config/types.ts';
import { runGateway } from '../../gateway/run-gateway.ts';
import { readSettings } from '../../gateway/settings.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { type Chat, startChat } from '../../sandbox/chat/start-chat.ts';
import { type CloudTenant, type CloudTenantOptions, startCloudTenant } from '../../sandbox/cloud/start-cloud-tenant.ts';
import { type Inbox, startInbox } from '../../sandbox/inbox/start-inbox.ts';
import { type RunningSubscriber, startSubscriber } from '../../starter/alerts/start-subscriber.ts';
import { type StartedWorker, startWorker } from '../../worker/start-worker.ts';
import { endWorkflows } from '../harness/end-workflows.ts';
import { memoryLogger, type MemoryLogger } from '../harness/memory-logger.ts';
import { type Mosquitto, startMosquitto } from '../harness/mosquitto.ts';
import { type TestTemporal, testTemporal, waybillBundle } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { Yaml } from '../harness/world.ts';

const SUBSCRIBED = 'Events are taken from the MQTT broker';
const WEBHOOK_SECRET = 'a-secret-of-at-least-thirty-two-chars';

export interface AlertWorldOptions {
  readonly tenant?: Partial<CloudTenantOptions>;
  /** Changes the configuration before it is parsed. */
  readonly change?: (yaml: Yaml, world: Pick<AlertWorld, 'chat' | 'cloud' | 'folder' | 'broker' | 'tenant'>) => void;
  /** Without a broker failures are found by asking alone. */
  readonly withoutBroker?: boolean;
}

/** A tenant of Qlik Cloud with its webhook, gateway and broker, destinations of every kind, and Waybill between them. */
export interface AlertWorld {
  readonly folder: string;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly temporal: TestTemporal;
  readonly logger: MemoryLogger;
  readonly cloud: CloudTenant;
  readonly chat: Chat;
  readonly inbox: Inbox;
  readonly broker: Mosquitto;
  /** Id of the webhook at Qlik Cloud. */
  readonly webhook: string;
  /** Alias of the tenant. */
  readonly tenant: string;
  readonly owner: string;
  /** How far the worker's clock is ahead: what is old is taken for lost. */
  aheadMs: number;
  worker: StartedWorker;
  subscriber: RunningSubscriber | undefined;
  restartSubscriber(): Promise<void>;
  close(): Promise<void>;
}

export const SLACK = '#bi-alerts';
export const TEAMS = 'BI alerts';
export const RECEIVER = 'incidents';
export const MAILED = 'bi@company.example';

/** Starts everything in this process, but for broker and Temporal. */
export async function startAlertWorld(options: AlertWorldOptions = {}): Promise<AlertWorld> {
  const suffix = randomBytes(3).toString('hex');
  const tenant = `eu-${suffix}`;
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-alerts-'));
  const [broker, chat, inbox, cloud, temporal] = await Promise.all([
    startMosquitto(),
    startChat(),
    startInbox({ tls: 'none' }),
    startCloudTenant(options.tenant),
    testTemporal(),
  ]);
  const gateway = await runGateway(gatewaySettings(cloud, broker, folder));
  const webhook = cloud.actAs.createWebhook({
    name: 'Waybill',
    url: `${gateway.url}/events/${cloud.tenantId}`,
    secret: WEBHOOK_SECRET,
    eventTypes: ['com.qlik.v1.app.reload.finished', 'com.qlik.v1.reload.finished'],
  });
  const owner = cloud.actAs.createUser({ name: 'Olga Owner', email: 'olga@company.example' });
  const yaml = configOf({ cloud, chat, inbox, broker }, tenant, options.withoutBroker ?? false);
  yaml['temporal'] = { address: temporal.address, taskQueue: `waybill-${suffix}` };
  options.change?.(yaml, { chat, cloud, folder, broker, tenant });
  const config = configFromYaml(stringify(yaml), folder, {});
  await mkdir(config.dataFolder, { recursive: true, mode: 0o700 });
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  const logger = memoryLogger();
  const { codePath } = await waybillBundle();
  const subscribe = async (): Promise<RunningSubscriber | undefined> => {
    const brokerConfig = config.alerts.broker;
    if (!brokerConfig) return undefined;
    const known = logger.lines.length;
    const subscriber = await startSubscriber({
      config: { ...config, alerts: { ...config.alerts, broker: brokerConfig } },
      ledger,
      logger,
      address: temporal.address,
    });
    // What comes before the first subscription has no session that keeps it.
    await waitFor('the subscription', () => logger.lines.slice(known).some(({ msg }) => msg === SUBSCRIBED));
    return subscriber;
  };
  const clock = { aheadMs: 0 };
  const now = (): Date => new Date(Date.now() + clock.aheadMs);
  const world: AlertWorld = {
    folder,
    config,
    ledger,
    temporal,
    logger,
    cloud,
    chat,
    inbox,
    broker,
    webhook,
    tenant,
    owner,
    get aheadMs() {
      return clock.aheadMs;
    },
    set aheadMs(ms) {
      clock.aheadMs = ms;
    },
    worker: await startWorker({ config, ledger, logger, bundlePath: codePath, handleSignals: false, now }),
    subscriber: await subscribe(),
    async restartSubscriber() {
      await world.subscriber?.close();
      world.subscriber = await subscribe();
    },
    async close() {
      await world.subscriber?.close();
      await gateway.close();
      await world.worker.close();
      await endWorkflows(temporal, `waybill-${suffix}`, tenant);
      await ledger.close();
      await Promise.all([temporal.close(), cloud.close(), chat.close(), inbox.close(), broker.close()]);
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  return world;
}

function gatewaySettings(cloud: CloudTenant, broker: Mosquitto, folder: string) {
  const yaml = {
    listen: { port: 0 },
    broker: { url: broker.url, reconnectEvery: 50, publishTimeout: '1s', connectTimeout: '1s' },
    spool: { folder: 'spool' },
    tenants: [{ id: cloud.tenantId, secrets: [{ env: 'SECRET' }] }],
    logLevel: 'silent',
  };
  return readSettings(stringify(yaml), { folder, env: { SECRET: WEBHOOK_SECRET } });
}

function configOf(
  { cloud, chat, inbox, broker }: Pick<AlertWorld, 'cloud' | 'chat' | 'inbox' | 'broker'>,
  tenant: string,
  withoutBroker: boolean,
): Yaml {
  const soon = { retry: { first: '100ms', max: '500ms' }, rateLimit: '1s', recovery: true };
  return {
    installation: { id: 'test' },
    timeZone: 'Europe/Berlin',
    mail: {
      enabled: true,
      host: inbox.host,
      port: inbox.port,
      tls: 'none',
      from: 'waybill@company.example',
      operators: ['operator@company.example'],
      retry: { first: '200ms', max: '1s' },
    },
    alerts: {
      ...(withoutBroker ? {} : { broker: { url: broker.url, reconnectEvery: '100ms', connectTimeout: '2s' } }),
      tenants: {
        [tenant]: {
          id: cloud.tenantId,
          url: cloud.url,
          apiKey: cloud.apiKey,
          settleCheck: '200ms',
          settle: '20s',
          gather: '3s',
          timeout: '2s',
          links: { Runbook: 'https://wiki.company.example/reloads' },
          reconcile: { every: '1h' },
        },
      },
      destinations: {
        mail: { bi: { ...soon, recipients: [MAILED] } },
        slack: { bi: { ...soon, webhook: chat.createSlackHook(SLACK).url } },
        teams: { bi: { ...soon, webhook: chat.createTeamsFlow(TEAMS).url } },
        webhook: { incidents: { ...soon, address: chat.createReceiver(RECEIVER).url } },
        ...(withoutBroker ? {} : { mqtt: { bus: soon } }),
      },
    },
    timeouts: { heartbeatEvery: '200ms', heartbeat: '5s' },
    worker: { shutdownGrace: '2s' },
  };
}
