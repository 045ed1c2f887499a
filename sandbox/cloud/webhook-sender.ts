import { wait } from '../qrs/wait.ts';
import { deliveryHeaders, postEvent } from './post-event.ts';
import type { CloudDelivery, CloudWebhook } from './records.ts';
import { shapeEvent, type TenantEvent } from './reload-events.ts';
import { parseScim } from './scim-filter.ts';
import { hexId, note, nowMs, nowUtc, type TenantState } from './tenant-state.ts';

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

interface Parcel {
  eventType: string;
  eventId: string;
  rawBody: string;
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
  const lines = new Map<string, Parcel[]>();
  const working = new Set<Promise<void>>();
  const closing = new AbortController();

  const deliver = async (webhook: CloudWebhook, parcel: Parcel, isResend: boolean): Promise<CloudDelivery> => {
    const headers = deliveryHeaders(webhook, parcel.rawBody, state.switches);
    const record = { id: hexId(), webhookId: webhook.id, triggeredAt: nowUtc(state), isResend, ...parcel };
    const call = {
      headers,
      rawBody: parcel.rawBody,
      timeoutMs: state.switches.webhookTimeoutMs,
      ca,
      closed: closing.signal,
    };
    const outcome = await postEvent(webhook, call);
    const delivery = { ...record, ...outcome, request: { url: webhook.url, headers } };
    keep(state, delivery);
    countFailure(state, webhook, delivery);
    return delivery;
  };
  const work = async (webhook: CloudWebhook, line: Parcel[]): Promise<void> => {
    while (line.length > 0) {
      await wait(faults.delayMs);
      const parcel = faults.newestFirst ? line.pop() : line.shift();
      if (parcel === undefined) break;
      if (webhook.enabled) await deliver(webhook, parcel, false);
      else noteUnsent(state, webhook, parcel);
    }
    lines.delete(webhook.id);
  };
  const enqueue = (webhook: CloudWebhook, parcel: Parcel): void => {
    const line = lines.get(webhook.id);
    if (line !== undefined) {
      line.push(parcel);
      return;
    }
    const fresh = [parcel];
    lines.set(webhook.id, fresh);
    const task = work(webhook, fresh).finally(() => working.delete(task));
    working.add(task);
  };

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
        for (let copy = 0; copy < faults.copies; copy += 1) enqueue(webhook, parcel);
      }
    },
    sendBody: (webhook, eventType, rawBody) => deliver(webhook, { eventType, eventId: '', rawBody }, false),
    resend: (webhook, { eventType, eventId, rawBody }) => deliver(webhook, { eventType, eventId, rawBody }, true),
    async idle() {
      while (working.size > 0) await Promise.all(working);
    },
    close() {
      for (const line of lines.values()) line.length = 0;
      closing.abort();
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

function keep(state: TenantState, delivery: CloudDelivery): void {
  const oldestMs = nowMs(state) - state.switches.deliveriesKeptDays * 86_400_000;
  state.deliveries = [...state.deliveries.filter(({ triggeredAt }) => Date.parse(triggeredAt) >= oldestMs), delivery];
  const { webhookId, eventId, eventType, status, statusMessage, isResend } = delivery;
  note(state, 'delivery', delivery.id, { webhookId, eventId, eventType, status, statusMessage, isResend });
}

function countFailure(state: TenantState, webhook: CloudWebhook, delivery: CloudDelivery): void {
  webhook.failuresInRow = delivery.status === 'success' ? 0 : webhook.failuresInRow + 1;
  const most = state.switches.disableAfterFailures;
  if (most === 0 || webhook.failuresInRow < most || !webhook.enabled) return;
  disableWebhook(
    state,
    webhook,
    'The webhook exceeded the delivery failure threshold.',
    'delivery-failure-threshold-exceeded',
  );
}

/** Switches a webhook off and says why, as Qlik Cloud does by itself. Qlik's own words and codes are not known. */
export function disableWebhook(state: TenantState, webhook: CloudWebhook, reason: string, code: string): void {
  Object.assign(webhook, {
    enabled: false,
    disabledReason: reason,
    disabledReasonCode: code,
    updatedAt: nowUtc(state),
  });
  note(state, 'webhook-disabled', webhook.id, { reason, code });
}

/** No delivery tells of an event that came while its webhook was disabled. */
function noteUnsent(state: TenantState, webhook: CloudWebhook, { eventId, eventType }: Parcel): void {
  note(state, 'event-not-sent', eventId, { webhookId: webhook.id, eventType });
}
