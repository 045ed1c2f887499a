import { deliveryHeaders, postEvent } from './post-event.ts';
import type { CloudDelivery, CloudWebhook } from './records.ts';
import { hexId, note, nowMs, nowUtc, type TenantState } from './tenant-state.ts';

/** What is sent: the bytes that are signed, and what they are about. */
export interface Parcel {
  eventType: string;
  eventId: string;
  rawBody: string;
}

/** Sends a parcel once, as the webhook is configured now, and records what became of it. Never rejects. */
export type Deliver = (webhook: CloudWebhook, parcel: Parcel, isResend: boolean) => Promise<CloudDelivery>;

/** `ca` is what the tenant trusts, besides public authorities; `closed` gives up what is under way. */
export function createDelivery(state: TenantState, ca: string | undefined, closed: AbortSignal): Deliver {
  return async (webhook, parcel, isResend) => {
    const { rawBody } = parcel;
    const headers = deliveryHeaders(webhook, rawBody, state.switches);
    const record = { id: hexId(), webhookId: webhook.id, triggeredAt: nowUtc(state), isResend, ...parcel };
    const timeoutMs = state.switches.webhookTimeoutMs;
    const { url } = webhook;
    const outcome = await postEvent(webhook, { headers, rawBody, timeoutMs, ca, closed });
    const delivery = { ...record, ...outcome, request: { url, headers } };
    keep(state, delivery);
    countFailure(state, webhook, delivery);
    return delivery;
  };
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
