import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findMosquitto, startMosquitto } from '../../sandbox/broker/start-mosquitto.ts';
import { startChat } from '../../sandbox/chat/start-chat.ts';
import { startCloudTenant } from '../../sandbox/cloud/start-cloud-tenant.ts';
import { startInbox } from '../../sandbox/inbox/start-inbox.ts';
import { alertConfig, type AlertSandbox, gatewayConfig, SLACK, TEAM_MAIL, TEAMS } from './alert-config.ts';
import { freePorts } from './free-ports.ts';
import { startGateway } from './gateway-process.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { startUp } from './up-process.ts';

export interface RunAlertDemoOptions {
  readonly once: boolean;
  readonly folder: string;
}

const APP = 'Sales Overview';
const OWNER_MAIL = 'olga@company.example';
const SECRET_FILE = 'webhook-secret';
const SECRET = 'the secret of the webhook in the demo';
const ARRIVAL_TIMEOUT_MS = 120_000;
const SECOND_MS = 1000;

/**
 * One failed reload from Qlik Cloud to mail, Slack and Teams, in real processes; then the app reloads again. Everything
 * in `folder` is made anew.
 */
export async function runAlertDemo({ once, folder }: RunAlertDemoOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  await mkdir(folder, { recursive: true });
  await using closers = new AsyncDisposableStack();
  say('Starting a tenant of Qlik Cloud, Slack, Teams and a mailbox …');
  const sandbox = await openSandbox(closers);
  await connectWebhook(sandbox, folder, closers);
  const config = path.join(folder, 'waybill.yaml');
  const [temporal = 0, temporalUi = 0] = await freePorts(2);
  await writeFile(config, alertConfig(sandbox, { dataFolder: path.join(folder, 'data'), temporal, temporalUi }));
  say('Starting Temporal, the worker and the subscriber …');
  const waybill = await startUp(config, say);
  closers.defer(() => waybill.stop());
  await tellStory(sandbox);
  if (once) return;
  say(`\nIt all stays up. Mailbox: ${sandbox.inbox.webUrl}   Temporal: http://127.0.0.1:${temporalUi}`);
  say('Ctrl-C ends it.');
  await untilInterrupted();
}

async function openSandbox(closers: AsyncDisposableStack): Promise<AlertSandbox> {
  const [cloud, chat, inbox] = await Promise.all([startCloudTenant(), startChat(), startInbox({ tls: 'none' })]);
  for (const one of [cloud, chat, inbox]) closers.defer(() => one.close());
  const broker = findMosquitto() === undefined ? undefined : await startMosquitto();
  if (broker) closers.defer(() => broker.close());
  return { cloud, chat, inbox, broker };
}

/** Qlik Cloud calls the gateway, which publishes to the broker; without one Qlik Cloud is asked. */
async function connectWebhook(sandbox: AlertSandbox, folder: string, closers: AsyncDisposableStack): Promise<void> {
  const { broker, cloud } = sandbox;
  if (!broker) {
    say('Mosquitto, an MQTT broker, is not installed: Waybill asks Qlik Cloud for failures every two seconds instead.');
    return;
  }
  const settings = path.join(folder, 'gateway.yaml');
  await writeFile(path.join(folder, SECRET_FILE), SECRET);
  await writeFile(settings, gatewayConfig(sandbox, broker, SECRET_FILE));
  const gateway = await startGateway(settings);
  closers.defer(() => gateway.stop());
  cloud.actAs.createWebhook({
    name: 'Waybill',
    url: `${gateway.url}/events/${cloud.tenantId}`,
    secret: SECRET,
    eventTypes: ['com.qlik.v1.reload.finished', 'com.qlik.v1.app.reload.finished'],
  });
  say('Qlik Cloud has a signed webhook to the gateway, which publishes to the broker.');
}

async function tellStory({ cloud, chat, inbox }: AlertSandbox): Promise<void> {
  const owner = cloud.actAs.createUser({ name: 'Olga Owner', email: OWNER_MAIL });
  const app = cloud.actAs.createApp({ name: APP, owner, tags: ['Nightly'] });
  say(`\nThe nightly reload of "${APP}" fails in Qlik Cloud.`);
  const failedAtMs = Date.now();
  cloud.actAs.reloadApp(app, {
    status: 'FAILED',
    errorMessage: 'Table "Orders" not found',
    log: ['20261129T020000 Execution started', '20261129T020004 Error: Table "Orders" not found'],
  });
  const arrived = (where: string, what: string): void => {
    say(`  ${((Date.now() - failedAtMs) / SECOND_MS).toFixed(1).padStart(5)} s  ${where.padEnd(28)} ${what}`);
  };
  await Promise.all([
    chat
      .waitFor(({ channel }) => channel === SLACK, ARRIVAL_TIMEOUT_MS)
      .then(({ body }) => arrived(`Slack ${SLACK}`, textOf(body))),
    chat
      .waitFor(({ channel }) => channel === TEAMS, ARRIVAL_TIMEOUT_MS)
      .then(() => arrived(`Teams ${TEAMS}`, 'a card with error, script log and buttons')),
    ...[TEAM_MAIL, OWNER_MAIL].map(async (address) => {
      const { subject } = await inbox.waitFor(({ envelopeTo }) => envelopeTo.includes(address), ARRIVAL_TIMEOUT_MS);
      arrived(`mail to ${address}`, subject);
    }),
  ]);
  say('\nThe failed reload was told of once at each destination.');
}

function textOf(body: unknown): string {
  const { text } = (body ?? {}) as { text?: unknown };
  return typeof text === 'string' ? text : 'a message';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
