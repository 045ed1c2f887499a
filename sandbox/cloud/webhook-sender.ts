import { wait } from '../qrs/wait.ts';
import { createDelivery, type Parcel } from './delivery.ts';
import type { CloudDelivery, CloudWebhook } from './records.ts';
import { shapeEvent, type TenantEvent } from './reload-events.ts';
import { parseScim } from './scim-filter.ts';
import { note, type TenantState } from './tenant-state.ts';

/** What goes wrong between the tenant's events and its webhooks. Change it while the tenant runs. */
export interface CloudDeliveryFaults {
  /** The next so many events are never sent to anybody, and no delivery tells of them. */
  dropNext: number;
  /** How often each event is sent. 1: once. */
  copies: number;
  /** How long an event waits before it is sent. */
  delayMs: number;
  /** Of the events that wait for a webhook, the newest goes first. */
  newestFirst: boolean;
}

/** Sends events to webhooks: in order, one at a time for each webhook, once, whatever comes of it. */
export interface WebhookSender {
  faults: CloudDeliveryFaults;
  send(event: TenantEvent): void;
  /** Sends a body that is no event of the tenant's. The delivery is recorded as others are. */
  sendBody(webhook: CloudWebhook, eventType: string, rawBody: string): Promise<CloudDelivery>;
  /** Sends a delivery's payload again, as the webhook is configured now. */
  resend(webhook: CloudWebhook, delivery: CloudDelivery): Promise<CloudDelivery>;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
  /** Forgets what waits and gives up what is under way. */
  close(): void;
}

/** What filters of webhooks may name. */
export const webhookFilterAttributes = {
  id: ['eq', 'ne'],
  spaceId: ['eq', 'ne'],
  topLevelResourceId: ['eq', 'ne'],
  'data.status': ['eq', 'ne'],
};

/** `ca` is what the tenant trusts, besides public authorities, when a webhook's URL is https. */
export function createWebhookSender(state: TenantState, ca: string | undefined): WebhookSender {
  const faults: CloudDeliveryFaults = { dropNext: 0, copies: 1, delayMs: 0, newestFirst: false };
  const closing = new AbortController();
  const deliver = createDelivery(state, ca, closing.signal);
  const lines = createLines(state, faults, (webhook, parcel) => deliver(webhook, parcel, false));

  return {
    faults,
    send(event) {
      note(state, 'event', event.id, { type: event.type, topLevelResourceId: event.topLevelResourceId });
      if (faults.dropNext > 0) {
        faults.dropNext -= 1;
        note(state, 'event-dropped', event.id);
        return;
      }
      for (const webhook of state.webhooks.values()) {
        if (!wants(webhook, event)) continue;
        const shape = webhook.enableCloudEventDelivery ? 'cloudEvents' : state.switches.eventShape;
        const rawBody = JSON.stringify(shapeEvent(state, event, webhook.eventShape ?? shape));
        const parcel = { eventType: event.type, eventId: event.id, rawBody };
        for (let copy = 0; copy < faults.copies; copy += 1) lines.add(webhook, parcel);
      }
    },
    sendBody: (webhook, eventType, rawBody) => deliver(webhook, { eventType, eventId: '', rawBody }, false),
    resend: (webhook, { eventType, eventId, rawBody }) => deliver(webhook, { eventType, eventId, rawBody }, true),
    idle: () => lines.idle(),
    close() {
      lines.drop();
      closing.abort();
    },
  };
}

interface Lines {
  add(webhook: CloudWebhook, parcel: Parcel): void;
  drop(): void;
  idle(): Promise<void>;
}

/** What waits for each webhook; a line is worked off one at a time. */
function createLines(
  state: TenantState,
  faults: CloudDeliveryFaults,
  deliver: (webhook: CloudWebhook, parcel: Parcel) => Promise<unknown>,
): Lines {
  const lines = new Map<string, Parcel[]>();
  const working = new Set<Promise<void>>();
  const work = async (webhook: CloudWebhook, line: Parcel[]): Promise<void> => {
    while (line.length > 0) {
      await wait(faults.delayMs);
      const parcel = faults.newestFirst ? line.pop() : line.shift();
      if (parcel === undefined) break;
      if (webhook.enabled && state.webhooks.has(webhook.id)) await deliver(webhook, parcel);
      else noteUnsent(state, webhook, parcel);
    }
    lines.delete(webhook.id);
  };
  return {
    add(webhook, parcel) {
      const line = lines.get(webhook.id);
      if (line !== undefined) {
        line.push(parcel);
        return;
      }
      const fresh = [parcel];
      lines.set(webhook.id, fresh);
      const task = work(webhook, fresh).finally(() => working.delete(task));
      working.add(task);
    },
    drop() {
      for (const line of lines.values()) line.length = 0;
    },
    async idle() {
      while (working.size > 0) await Promise.all(working);
    },
  };
}

function wants(webhook: CloudWebhook, event: TenantEvent): boolean {
  if (!webhook.eventTypes.includes(event.type)) return false;
  if (webhook.filter === '') return true;
  const attributes = new Map<string, string>([
    ['id', event.resourceId],
    ['spaceId', event.spaceId],
    ['topLevelResourceId', event.topLevelResourceId],
    ['data.status', String(event.data['status'])],
  ]);
  return parseScim(webhook.filter, webhookFilterAttributes)((name) => attributes.get(name));
}

/** No delivery tells of an event that came while its webhook was disabled. */
function noteUnsent(state: TenantState, webhook: CloudWebhook, { eventId, eventType }: Parcel): void {
  note(state, 'event-not-sent', eventId, { webhookId: webhook.id, eventType });
}
