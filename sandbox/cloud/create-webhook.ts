import type { CloudWebhook } from './records.ts';
import { CloudRefusal } from './refusal.ts';
import { parseScim } from './scim-filter.ts';
import { hexId, note, nowUtc, type TenantState } from './tenant-state.ts';
import { webhookFilterAttributes } from './webhook-sender.ts';

/** What a webhook may be created with, or changed to. */
export type WebhookFields = Partial<Omit<CloudWebhook, 'id' | 'createdAt' | 'updatedAt' | 'failuresInRow'>>;

/** What can be subscribed to here. */
export const eventTypes: readonly string[] = ['com.qlik.v1.reload.finished', 'com.qlik.v1.app.reload.finished'];

const reloadFinished = 'com.qlik.v1.app.reload.finished';
const mostHeaderBytes = 2048;

/**
 * Adds a webhook.
 * @throws CloudRefusal 400 for what Qlik Cloud does not take.
 */
export function createWebhook(state: TenantState, fields: WebhookFields & { name: string; url: string }): CloudWebhook {
  const atUtc = nowUtc(state);
  const webhook: CloudWebhook = {
    id: hexId(),
    description: '',
    level: 'tenant',
    eventTypes: ['com.qlik.v1.reload.finished'],
    filter: '',
    secret: '',
    headers: {},
    encryptedHeaders: {},
    enabled: true,
    disabledReason: '',
    disabledReasonCode: '',
    checkCertificateRevocation: false,
    enableCloudEventDelivery: false,
    origin: 'api',
    createdAt: atUtc,
    updatedAt: atUtc,
    eventShape: undefined,
    ...fields,
    failuresInRow: 0,
  };
  mustBeRight(webhook);
  state.webhooks.set(webhook.id, webhook);
  note(state, 'create-webhook', webhook.id, { name: webhook.name, url: webhook.url, eventTypes: webhook.eventTypes });
  return webhook;
}

/**
 * Changes a webhook. Enabling it forgets why it was disabled, and its failures.
 * @throws CloudRefusal 400 for what Qlik Cloud does not take; nothing is changed then.
 */
export function changeWebhook(state: TenantState, webhook: CloudWebhook, fields: WebhookFields): void {
  if (webhook.enableCloudEventDelivery && fields.enableCloudEventDelivery === false) {
    throw new CloudRefusal(400, 'Bad request', 'enableCloudEventDelivery cannot be switched off');
  }
  const changed = { ...webhook, ...fields, updatedAt: nowUtc(state) };
  if (fields.enabled === true) Object.assign(changed, { disabledReason: '', disabledReasonCode: '', failuresInRow: 0 });
  mustBeRight(changed);
  Object.assign(webhook, changed);
  note(state, 'change-webhook', webhook.id, { fields: Object.keys(fields), enabled: webhook.enabled });
}

function mustBeRight(webhook: CloudWebhook): void {
  const refuse = (detail: string): never => {
    throw new CloudRefusal(400, 'Bad request', detail);
  };
  if (!isReceiver(webhook.url)) refuse('url must be https with a fully qualified domain name');
  if (webhook.secret !== '' && (webhook.secret.length < 32 || webhook.secret.length > 64)) {
    refuse('secret must have 32 to 64 characters');
  }
  for (const headers of [webhook.headers, webhook.encryptedHeaders]) {
    if (Buffer.byteLength(JSON.stringify(headers)) > mostHeaderBytes) refuse('headers may have 2048 bytes');
  }
  if (webhook.filter === '') return;
  if (webhook.filter.includes('data.status') && webhook.eventTypes.join() !== reloadFinished) {
    refuse(`data.status can be filtered for ${reloadFinished} alone`);
  }
  try {
    parseScim(webhook.filter, webhookFilterAttributes);
  } catch (error) {
    refuse(`invalid filter: ${(error as Error).message}`);
  }
}

/** Qlik Cloud wants https and a name; a receiver on this machine may do without both. */
function isReceiver(url: string): boolean {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  if (['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname)) return true;
  return parsed.protocol === 'https:' && /\.[a-z][a-z-]*$/iu.test(parsed.hostname);
}
