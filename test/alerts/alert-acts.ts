import { randomUUID } from 'node:crypto';
import type { WebhookBody } from '../../activities/alerts/messages/webhook-body.ts';
import type { AlertSend } from '../../ledger/alert-sends.ts';
import type { ReloadFailure } from '../../ledger/reload-failures.ts';
import type { InboxMessage } from '../../sandbox/inbox/start-inbox.ts';
import type { ReloadEnd, ReloadStart } from '../../sandbox/cloud/reload-hands.ts';
import type { NewApp } from '../../sandbox/cloud/tenant-hands.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type AlertWorld, RECEIVER } from './alert-world.ts';

/** An app of the world's owner. */
export function newApp({ cloud, owner }: AlertWorld, app: Partial<NewApp> = {}): string {
  return cloud.actAs.createApp({ name: `App ${randomUUID().slice(0, 8)}`, owner, ...app });
}

/** A reload of the app that fails; its id. */
export function failReload({ cloud }: AlertWorld, appId: string, reload: ReloadStart & ReloadEnd = {}): string {
  return cloud.actAs.reloadApp(appId, { status: 'FAILED', ...reload });
}

/** The event of one attempt of the engine, of a reload that goes on. */
export async function tellAttempt(
  { cloud, webhook, owner }: AlertWorld,
  reload: { readonly appId: string; readonly reloadId: string; readonly id?: string },
  data: object = {},
): Promise<void> {
  const type = 'com.qlik.v1.app.reload.finished';
  const event = {
    specversion: '1.0',
    id: reload.id ?? randomUUID(),
    source: 'com.qlik/engine',
    type,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    tenantid: cloud.tenantId,
    userid: owner,
    ownerid: owner,
    toplevelresourceid: reload.appId,
    data: { reloadId: reload.reloadId, name: 'As the engine calls it', status: 'error', errors: [], ...data },
  };
  await cloud.actAs.sendBody(webhook, JSON.stringify(event), type);
}

/** What receivers of webhooks got: of one of them, or of all. */
export function bodies({ chat }: AlertWorld, receiver = RECEIVER): WebhookBody[] {
  return chat.messages(receiver).map(({ body }) => body as WebhookBody);
}

/** The alert of one failed reload at a receiver of webhooks. */
export async function alertAt(
  world: AlertWorld,
  reloadId: string,
  receiver = RECEIVER,
): Promise<NonNullable<WebhookBody['failed']>> {
  return waitFor(
    `the alert of ${reloadId}`,
    () => bodies(world, receiver).find(({ failed }) => failed?.reloadId === reloadId)?.failed ?? undefined,
  );
}

/** The mails to somebody that name a text. */
export async function mailTo({ inbox }: AlertWorld, address: string, text: string): Promise<InboxMessage> {
  return inbox.waitFor((mail) => mail.envelopeTo.includes(address) && mail.text.includes(text));
}

/** The failure once nothing more will be decided on it. */
export async function endOf({ ledger, tenant }: AlertWorld, reloadId: string): Promise<ReloadFailure> {
  return waitFor(`the end of ${reloadId}`, async () => {
    const failure = await ledger.getReloadFailure({ tenant, reloadId });
    return failure && failure.state !== 'open' ? failure : undefined;
  });
}

/** All alerts of a reload, once each of them was sent, or given up. */
export async function sendsOf(world: AlertWorld, reloadId: string): Promise<AlertSend[]> {
  const { ledger, tenant } = world;
  const { state } = await endOf(world, reloadId);
  return waitFor(`the alerts of ${reloadId}`, async () => {
    const all = await ledger.listAlerts({ tenant, reloadId });
    const isOver = all.every((one) => one.state === 'sent' || one.state === 'given-up');
    return isOver && (state === 'passed' || all.length > 0) ? all : undefined;
  });
}

/** The alert of a reload at one destination, once it is in that state. */
export async function sendIn(
  { ledger, tenant }: AlertWorld,
  reloadId: string,
  destination: string,
  state: AlertSend['state'],
): Promise<AlertSend> {
  return waitFor(`${destination} to be ${state}`, async () => {
    const all = await ledger.listAlerts({ tenant, reloadId });
    return all.find((one) => one.destination === destination && one.state === state);
  });
}

/** Waits until all events that were sent so far have been passed on by gateway, broker and subscriber. */
export async function eventsTaken(world: AlertWorld): Promise<void> {
  await world.cloud.deliveriesIdle();
  const all = world.cloud.deliveries().length;
  const taken = () => Object.values(world.subscriber?.counts ?? {}).reduce((sum, count) => sum + count, 0);
  await waitFor('the events to be taken', () => taken() >= all);
}
