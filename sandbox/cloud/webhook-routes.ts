import { type CloudCall, type CloudRoute, ok, param, readJson, without } from './cloud-call.ts';
import { changeWebhook, createWebhook, eventTypes, type WebhookFields } from './create-webhook.ts';
import { pageOf } from './paging.ts';
import type { CloudDelivery, CloudWebhook } from './records.ts';
import { CloudRefusal, notFound } from './refusal.ts';
import { note } from './tenant-state.ts';

const patchable = new Set(
  (
    'name description url level eventTypes filter secret headers encryptedHeaders enabled ' +
    'checkCertificateRevocation enableCloudEventDelivery'
  ).split(' '),
);

const underWebhooks: readonly CloudRoute[] = [
  { method: 'GET', path: '', tier: 1, handle: listWebhooks },
  { method: 'POST', path: '', tier: 2, handle: addWebhook },
  { method: 'GET', path: '/event-types', tier: 1, handle: () => ok({ data: eventTypes.map((name) => ({ name })) }) },
  { method: 'GET', path: '/{id}', tier: 1, handle: (call) => ok(showWebhook(webhookOf(call))) },
  { method: 'PATCH', path: '/{id}', tier: 2, handle: patchWebhook },
  {
    method: 'DELETE',
    path: '/{id}',
    tier: 2,
    handle(call) {
      const { id } = webhookOf(call);
      call.state.webhooks.delete(id);
      note(call.state, 'delete-webhook', id);
      return { status: 204 };
    },
  },
  { method: 'GET', path: '/{id}/deliveries', tier: 1, handle: listDeliveries },
  {
    method: 'GET',
    path: '/{id}/deliveries/{deliveryid}',
    tier: 1,
    handle: (call) => ok(showDelivery(deliveryOf(call))),
  },
  { method: 'POST', path: '/{id}/deliveries/{deliveryid}/actions/resend', tier: 2, handle: resend },
];

/** The same under the path that goes and the one that stays. */
export const webhookRoutes: readonly CloudRoute[] = ['/api/v1/webhooks', '/api/core/webhooks'].flatMap((root) =>
  underWebhooks.map((route) => ({
    ...route,
    path: `${root}${route.path}`,
    handle(call: CloudCall) {
      if (root === '/api/v1/webhooks' && !call.state.switches.v1Webhooks) throw notFound('the resource');
      return route.handle(call);
    },
  })),
);

function webhookOf(call: CloudCall): CloudWebhook {
  const webhook = call.state.webhooks.get(param(call, 'id'));
  if (webhook === undefined) throw notFound('the webhook');
  return webhook;
}

function deliveryOf(call: CloudCall): CloudDelivery {
  const { id } = webhookOf(call);
  const deliveryId = param(call, 'deliveryid');
  const delivery = call.state.deliveries.find((one) => one.webhookId === id && one.id === deliveryId);
  if (delivery === undefined) throw notFound('the delivery');
  return delivery;
}

function listWebhooks({ state, request }: CloudCall): ReturnType<CloudRoute['handle']> {
  const enabled = request.query.get('enabled');
  const name = request.query.get('name')?.toLowerCase();
  const types = request.query.get('eventTypes')?.split(',');
  const found = [...state.webhooks.values()].filter(
    (webhook) =>
      (enabled === null || String(webhook.enabled) === enabled) &&
      (name === undefined || webhook.name.toLowerCase() === name) &&
      (types === undefined || types.some((type) => webhook.eventTypes.includes(type))),
  );
  return ok(pageOf(state, request, found, showWebhook));
}

function addWebhook(call: CloudCall): ReturnType<CloudRoute['handle']> {
  const body = readJson(call) as Record<string, unknown>;
  const { name, url } = body;
  if (typeof name !== 'string' || typeof url !== 'string') {
    throw new CloudRefusal(400, 'Bad request', 'name and url are required');
  }
  return { status: 201, json: showWebhook(createWebhook(call.state, { ...fieldsOf(body), name, url })) };
}

/** A JSON Patch whose operations replace or add one property each. */
function patchWebhook(call: CloudCall): ReturnType<CloudRoute['handle']> {
  const webhook = webhookOf(call);
  const patches = readJson(call);
  if (!Array.isArray(patches)) throw new CloudRefusal(400, 'Bad request', 'the body must be a JSON Patch');
  const entries = (patches as { op: string; path: string; value: unknown }[]).map(({ op, path, value }) => {
    const name = path.slice(1);
    if (!['replace', 'add'].includes(op) || !patchable.has(name)) {
      throw new CloudRefusal(400, 'Bad request', `cannot ${op} ${path}`);
    }
    return [name, value];
  });
  changeWebhook(call.state, webhook, Object.fromEntries(entries) as WebhookFields);
  return { status: 204 };
}

function fieldsOf(body: Record<string, unknown>): WebhookFields {
  return Object.fromEntries(Object.entries(body).filter(([name]) => patchable.has(name))) as WebhookFields;
}

function listDeliveries(call: CloudCall): ReturnType<CloudRoute['handle']> {
  const { state, request } = call;
  const { id } = webhookOf(call);
  const status = request.query.get('status');
  const eventType = request.query.get('eventType');
  if (status !== null && status !== 'success' && status !== 'fail') {
    throw new CloudRefusal(400, 'Bad request', 'status must be success or fail');
  }
  const found = state.deliveries.filter(
    (delivery) =>
      delivery.webhookId === id &&
      (status === null || delivery.status === status) &&
      (eventType === null || delivery.eventType === eventType),
  );
  const isOldestFirst = /^\+?triggeredAt$/u.test((request.query.get('sort') ?? '').trim());
  return ok(pageOf(state, request, isOldestFirst ? found : found.toReversed(), showDelivery));
}

async function resend(call: CloudCall): Promise<Awaited<ReturnType<CloudRoute['handle']>>> {
  const webhook = webhookOf(call);
  const delivery = deliveryOf(call);
  if (!webhook.enabled && call.state.switches.resendWhenDisabled === 'refused') {
    throw new CloudRefusal(400, 'Bad request', 'the webhook is disabled');
  }
  return { status: 201, json: showDelivery(await call.sender.resend(webhook, delivery)) };
}

function showWebhook(webhook: CloudWebhook): Record<string, unknown> {
  return {
    ...without(webhook, ['secret', 'eventShape', 'failuresInRow']),
    secretKeyAdded: webhook.secret !== '',
    encryptedHeaders: Object.keys(webhook.encryptedHeaders),
  };
}

function showDelivery(delivery: CloudDelivery): Record<string, unknown> {
  const shown = without(delivery, ['rawBody', 'eventId', 'isResend']);
  return { ...shown, request: { ...delivery.request, body: parsed(delivery.rawBody) } };
}

function parsed(rawBody: string): unknown {
  try {
    return JSON.parse(rawBody) as unknown;
  } catch {
    return rawBody;
  }
}
