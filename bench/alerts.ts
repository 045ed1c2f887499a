import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMosquitto } from '../sandbox/broker/start-mosquitto.ts';
import { type Chat, startChat } from '../sandbox/chat/start-chat.ts';
import { type CloudTenant, startCloudTenant } from '../sandbox/cloud/start-cloud-tenant.ts';
import { startInbox } from '../sandbox/inbox/start-inbox.ts';
import { alertConfig, gatewayConfig, SLACK } from '../starter/demo/alert-config.ts';
import { freePorts } from '../starter/demo/free-ports.ts';
import { startGateway } from '../starter/demo/gateway-process.ts';
import { startUp } from '../starter/demo/up-process.ts';
import { figure, type Report } from './figure.ts';
import { median, quantile } from './statistics.ts';

const SECRET = 'the secret of the webhook in the bench';
const WARM_UP = 5;
const SINGLE = 100;
const AT_ONCE = 50;
const TIMEOUT_MS = 120_000;

/** From a reload that fails in Qlik Cloud to its message in Slack; every part a process of its own, with the defaults. */
export async function alerts(): Promise<Report> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-bench-'));
  await using closers = new AsyncDisposableStack();
  closers.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const [cloud, chat, inbox, broker] = await Promise.all([
    startCloudTenant(),
    startChat(),
    startInbox({ tls: 'none' }),
    startMosquitto(),
  ]);
  for (const one of [cloud, chat, inbox, broker]) closers.defer(() => one.close());
  const [temporal = 0, temporalUi = 0] = await freePorts(2);
  const sandbox = { cloud, chat, inbox, broker };
  const [config, settings, secret] = ['waybill.yaml', 'gateway.yaml', 'secret'].map((name) => path.join(folder, name));
  await writeFile(secret ?? '', SECRET);
  await writeFile(config ?? '', alertConfig(sandbox, { dataFolder: path.join(folder, 'data'), temporal, temporalUi }));
  await writeFile(settings ?? '', gatewayConfig(sandbox, broker, 'secret'));
  const gateway = await startGateway(settings ?? '');
  closers.defer(() => gateway.stop());
  const waybill = await startUp(config ?? '', () => undefined);
  closers.defer(() => waybill.stop());
  cloud.actAs.createWebhook({
    name: 'Waybill',
    url: `${gateway.url}/events/${cloud.tenantId}`,
    secret: SECRET,
    eventTypes: ['com.qlik.v1.reload.finished'],
  });
  return await measure(cloud, chat);
}

async function measure(cloud: CloudTenant, chat: Chat): Promise<Report> {
  const owner = cloud.actAs.createUser({ name: 'Owner' });
  for (let nth = 0; nth < WARM_UP; nth += 1) await toldMs(cloud, chat, owner);
  const single: number[] = [];
  for (let nth = 0; nth < SINGLE; nth += 1) single.push(await toldMs(cloud, chat, owner));
  const together = await Promise.all(Array.from({ length: AT_ONCE }, () => toldMs(cloud, chat, owner)));
  return {
    scenario: 'alerts',
    settings: { single: SINGLE, atOnce: AT_ONCE, destinations: 'mail to two, Slack, Teams' },
    figures: [
      figure('from the failed reload to Slack, one after another, p50', median(single), 'ms'),
      figure('the same, p99', quantile(single, 0.99), 'ms'),
      figure(`${AT_ONCE} at once, p50`, median(together), 'ms'),
      figure(`${AT_ONCE} at once, p99`, quantile(together, 0.99), 'ms'),
    ],
    notes: [],
  };
}

/** Milliseconds from the end of a reload that failed until Slack shows it; each of an app of its own. */
async function toldMs(cloud: CloudTenant, chat: Chat, owner: string): Promise<number> {
  const app = cloud.actAs.createApp({ name: 'Sales Overview', owner });
  const beganMs = Date.now();
  cloud.actAs.reloadApp(app, { status: 'FAILED', errorMessage: 'Table "Orders" not found' });
  const shown = await chat.waitFor(({ channel, raw }) => channel === SLACK && raw.includes(app), TIMEOUT_MS);
  return Date.parse(shown.atUtc) - beganMs;
}
