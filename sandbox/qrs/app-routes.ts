import { mustBeAllowed } from './actors.ts';
import { copyApp, deleteApp, publishApp, updateApp } from './app-operations.ts';
import { replaceApp } from './app-replace.ts';
import { reloadApp } from './app-reload.ts';
import { mustFind } from './entity-write.ts';
import {
  booleanQuery,
  type Call,
  created,
  noContent,
  ok,
  param,
  readObject,
  requiredQuery,
  type Route,
} from './http-call.ts';
import { kinds } from './kinds.ts';
import type { AppRecord } from './records.ts';
import { fullShape } from './shapes.ts';
import { wait } from './wait.ts';

/** The app that the path names. @throws QrsRefusal 404. */
export function appOf(call: Call, id = param(call, 'id')): AppRecord {
  return mustFind(call.site, kinds.App, id) as AppRecord;
}

async function takeTime(call: Call): Promise<void> {
  await wait(call.site.switches.writeDurationMs);
}

/** Endpoints that change apps. Lists and single reads are the generic ones. */
export const appRoutes: readonly Route[] = [
  {
    method: 'PUT',
    path: '/app/{id}',
    async handle(call) {
      const body = await readObject(call);
      const app = appOf(call);
      updateApp(call.site, call.actor, app, body);
      return ok(fullShape(call.site, app));
    },
  },
  {
    method: 'DELETE',
    path: '/app/{id}',
    handle(call) {
      deleteApp(call.site, call.actor, appOf(call));
      return noContent;
    },
  },
  {
    method: 'POST',
    path: '/app/{id}/copy',
    async handle(call) {
      appOf(call);
      await takeTime(call);
      const withCustomProperties = booleanQuery(call, 'includecustomproperties', false);
      const name = call.query.get('name') || undefined;
      const copy = copyApp(call.site, call.actor, appOf(call), { name, withCustomProperties });
      return created(fullShape(call.site, copy));
    },
  },
  {
    method: 'PUT',
    path: '/app/{id}/publish',
    async handle(call) {
      const streamId = requiredQuery(call, 'stream');
      const name = call.query.get('name') || undefined;
      await takeTime(call);
      const app = appOf(call);
      publishApp(call.site, call.actor, app, { streamId, name });
      return ok(fullShape(call.site, app));
    },
  },
  {
    method: 'PUT',
    path: '/app/{id}/replace',
    async handle(call) {
      const targetId = requiredQuery(call, 'app');
      await takeTime(call);
      const target = appOf(call, targetId);
      replaceApp(call.site, call.actor, appOf(call), target);
      return ok(fullShape(call.site, target));
    },
  },
  {
    method: 'POST',
    path: '/app/{id}/reload',
    handle(call) {
      const app = appOf(call);
      mustBeAllowed(call.site, call.actor, app);
      reloadApp(call.site, call.actor, app).catch(() => undefined);
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/app/{id}/state',
    handle(call) {
      appOf(call);
      return ok({ appIsEnabled: true, schemaPath: 'AppState' });
    },
  },
];
