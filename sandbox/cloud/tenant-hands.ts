import { randomUUID } from 'node:crypto';
import { changeWebhook, createWebhook, type WebhookFields } from './create-webhook.ts';
import type { Caller, Credentials, OAuthClient } from './credentials.ts';
import { disableWebhook } from './delivery.ts';
import type { CloudApp, CloudDelivery, CloudSpace, CloudUser, CloudWebhook } from './records.ts';
import { createReloadHands, type ReloadHands } from './reload-hands.ts';
import { hexId, note, nowUtc, type TenantState } from './tenant-state.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** What people do in the tenant. All but `resend` is done when the call returns; events go out after it. */
export interface TenantHands extends ReloadHands {
  /** The new user's id. */
  createUser(user: { name: string; email?: string; id?: string; status?: CloudUser['status'] }): string;
  deleteUser(id: string): void;
  /** The new space's id. `owner` is a user's id. */
  createSpace(space: { name: string; owner: string; type?: CloudSpace['type'] }): string;
  /** The new app's id. `owner` is a user's id, `space` a space's, `tags` are names. */
  createApp(app: NewApp): string;
  changeApp(id: string, changes: Partial<Pick<CloudApp, 'name' | 'description' | 'ownerId' | 'spaceId'>>): void;
  tagApp(id: string, tags: readonly string[]): void;
  deleteApp(id: string): void;
  /** The key, for `Authorization: Bearer`. */
  createApiKey(caller: Caller): string;
  createOAuthClient(caller: Caller): OAuthClient;
  /** Ends the API key or OAuth client of that name. */
  revoke(name: string): void;
  /** Ends all tokens of OAuth before their time. */
  expireTokens(): void;
  /** The new webhook's id. */
  createWebhook(webhook: WebhookFields & { name: string; url: string }): string;
  changeWebhook(id: string, changes: WebhookFields): void;
  disableWebhook(id: string, reason?: string, code?: string): void;
  enableWebhook(id: string): void;
  /** Sends a webhook any body, signed as events are. */
  sendBody(webhookId: string, rawBody: string, eventType?: string): Promise<CloudDelivery>;
  /** Sends a delivery again; the new delivery. */
  resend(deliveryId: string): Promise<CloudDelivery>;
}

export interface NewApp {
  name: string;
  owner: string;
  space?: string;
  tags?: readonly string[];
  description?: string;
  usage?: string;
  /** Set when the app is published to a managed space. */
  publishTime?: string;
  id?: string;
}

/** Acts in the tenant, whoever may ask by REST. */
export function createTenantHands(state: TenantState, sender: WebhookSender, credentials: Credentials): TenantHands {
  return {
    ...createReloadHands(state, sender),
    ...contentHands(state),
    createApiKey: (caller) => credentials.createApiKey(caller),
    createOAuthClient: (caller) => credentials.createOAuthClient(caller),
    revoke(name) {
      credentials.revoke(name);
      note(state, 'revoke', name);
    },
    expireTokens: () => credentials.expireTokens(),
    createWebhook: (webhook) => createWebhook(state, webhook).id,
    changeWebhook: (id, changes) => changeWebhook(state, webhookOf(state, id), changes),
    disableWebhook(id, reason = 'Disabled by an administrator.', code = 'disabled-by-user') {
      disableWebhook(state, webhookOf(state, id), reason, code);
    },
    enableWebhook: (id) => changeWebhook(state, webhookOf(state, id), { enabled: true }),
    sendBody: (id, rawBody, eventType = 'com.qlik.v1.reload.finished') =>
      sender.sendBody(webhookOf(state, id), eventType, rawBody),
    async resend(deliveryId) {
      const delivery = state.deliveries.find(({ id }) => id === deliveryId);
      if (delivery === undefined) throw new Error(`there is no delivery ${deliveryId}`);
      return sender.resend(webhookOf(state, delivery.webhookId), delivery);
    },
  };
}

type ContentHands = Pick<
  TenantHands,
  'createUser' | 'deleteUser' | 'createSpace' | 'createApp' | 'changeApp' | 'tagApp' | 'deleteApp'
>;

function contentHands(state: TenantState): ContentHands {
  return {
    createUser({ name, email, id = hexId(), status = 'active' }) {
      const address = email ?? `${name.toLowerCase().replaceAll(/\W+/gu, '.')}@tenant.example`;
      state.users.set(id, { id, name, email: address, subject: `auth0|${id}`, status });
      note(state, 'create-user', id, { name });
      return id;
    },
    deleteUser(id) {
      state.users.delete(id);
      note(state, 'delete-user', id);
    },
    createSpace({ name, owner, type = 'shared' }) {
      const id = hexId();
      state.spaces.set(id, { id, name, type, ownerId: owner });
      note(state, 'create-space', id, { name });
      return id;
    },
    createApp: (app) => addApp(state, app),
    changeApp(id, changes) {
      Object.assign(appOf(state, id), changes, { modifiedDate: nowUtc(state) });
      note(state, 'change-app', id, changes);
    },
    tagApp(id, tags) {
      appOf(state, id).tags = tags.map((tag) => ({ id: hexId(), name: tag }));
      note(state, 'tag-app', id, { tags });
    },
    deleteApp(id) {
      state.apps.delete(id);
      note(state, 'delete-app', id);
    },
  };
}

function addApp(state: TenantState, app: NewApp): string {
  const { name, owner, space = '', tags = [], id = randomUUID() } = app;
  const atUtc = nowUtc(state);
  state.apps.set(id, {
    id,
    itemId: hexId(),
    name,
    description: app.description ?? '',
    ownerId: owner,
    spaceId: space,
    tags: tags.map((tag) => ({ id: hexId(), name: tag })),
    usage: app.usage ?? 'ANALYTICS',
    publishTime: app.publishTime ?? '',
    createdDate: atUtc,
    modifiedDate: atUtc,
    lastReloadTime: '',
  });
  note(state, 'create-app', id, { name, owner, space, tags });
  return id;
}

/** The app with that id; an error in a test is better told at once. */
function appOf(state: TenantState, id: string): CloudApp {
  const app = state.apps.get(id);
  if (app === undefined) throw new Error(`there is no app ${id}`);
  return app;
}

function webhookOf(state: TenantState, id: string): CloudWebhook {
  const webhook = state.webhooks.get(id);
  if (webhook === undefined) throw new Error(`there is no webhook ${id}`);
  return webhook;
}
