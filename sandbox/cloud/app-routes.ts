import { type CloudCall, type CloudRoute, ok, param, without } from './cloud-call.ts';
import { pageOf } from './paging.ts';
import type { CloudApp } from './records.ts';
import { CloudRefusal, notFound } from './refusal.ts';
import { isVisible } from './reload-routes.ts';
import type { TenantState } from './tenant-state.ts';

/** Apps, their script logs, and what else an alert looks up. */
export const appRoutes: readonly CloudRoute[] = [
  {
    method: 'GET',
    path: '/api/v1/apps/{id}',
    tier: 1,
    handle: (call) => ok({ attributes: attributesOf(appOf(call)), privileges: ['read', 'reload'], create: [] }),
  },
  { method: 'GET', path: '/api/v1/apps/{id}/reloads/logs/{reloadid}', tier: 1, handle: scriptLog },
  { method: 'GET', path: '/api/v1/items', tier: 1, handle: listItems },
  {
    method: 'GET',
    path: '/api/v1/users/{id}',
    tier: 1,
    handle(call) {
      const user = call.state.users.get(param(call, 'id'));
      if (user === undefined) throw notFound('the user');
      return ok({ ...user, tenantId: call.state.tenantId, picture: '' });
    },
  },
  {
    method: 'GET',
    path: '/api/v1/spaces/{id}',
    tier: 1,
    handle(call) {
      const space = call.state.spaces.get(param(call, 'id'));
      if (space === undefined) throw notFound('the space');
      return ok({ ...space, tenantId: call.state.tenantId });
    },
  },
];

function appOf(call: CloudCall): CloudApp {
  const app = call.state.apps.get(param(call, 'id'));
  if (app === undefined) throw notFound('the app');
  return app;
}

function attributesOf(app: CloudApp): Record<string, unknown> {
  return {
    ...without(app, ['itemId', 'spaceId', 'tags']),
    thumbnail: '',
    originAppId: '',
    // "Distributed from a client-managed site": never so here, published or not.
    published: false,
    hasSectionAccess: false,
    encrypted: true,
    isDirectQueryMode: app.usage === 'DIRECT_QUERY_MODE',
    custom: {},
    dynamicColor: '',
  };
}

function scriptLog(call: CloudCall): ReturnType<CloudRoute['handle']> {
  const app = appOf(call);
  const reload = call.state.reloads.get(param(call, 'reloadid'));
  const lines = reload?.appId === app.id && isVisible(reload) && reload.endTime ? reload.scriptLog : undefined;
  if (lines === undefined) throw notFound('the reload log');
  const text = lines.map((line) => `${line}\r\n`).join('');
  return { status: 200, text, contentType: 'text/plain; charset=utf-8' };
}

function listItems(call: CloudCall): ReturnType<CloudRoute['handle']> {
  const { state, request } = call;
  const resourceType = request.query.get('resourceType');
  const resourceId = request.query.get('resourceId');
  if (resourceId !== null && resourceType === null) {
    throw new CloudRefusal(400, 'Bad request', 'resourceId needs resourceType');
  }
  const isApps = resourceType === null || resourceType === 'app';
  const apps = isApps ? [...state.apps.values()] : [];
  const found = apps.filter(({ id }) => resourceId === null || id === resourceId);
  return ok(pageOf(state, request, found, (app) => showItem(state, app)));
}

function showItem(state: TenantState, app: CloudApp): Record<string, unknown> {
  const last = [...state.reloads.values()].findLast((reload) => reload.appId === app.id && isVisible(reload));
  return {
    id: app.itemId,
    name: app.name,
    description: app.description,
    resourceType: 'app',
    resourceId: app.id,
    ownerId: app.ownerId,
    // An app in a personal space has none.
    ...(app.spaceId !== '' && { spaceId: app.spaceId }),
    tenantId: state.tenantId,
    resourceSize: { appFile: 12_345, appMemory: 12_345 },
    ...(last && { resourceReloadStatus: last.status.toLowerCase() }),
    resourceReloadEndTime: app.lastReloadTime,
    meta: { tags: app.tags, collections: [] },
    createdAt: app.createdDate,
    updatedAt: app.modifiedDate,
  };
}
