import type { Actor } from './actors.ts';
import { reloadApp } from './app-reload.ts';
import { mustFind } from './entity-write.ts';
import { type Call, created, noContent, param, type Route } from './http-call.ts';
import { kinds } from './kinds.ts';
import { findApp } from './site-state.ts';

/** Starting reload tasks: 204, or 201 with an execution id. */
export const taskRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/task/{id}/start',
    handle(call) {
      start(call, call.actor);
      return noContent;
    },
  },
  {
    method: 'POST',
    path: '/task/{id}/start/synchronous',
    handle(call) {
      start(call, call.actor);
      return created({ value: call.site.random.guid() });
    },
  },
];

function start(call: Call, actor: Actor): void {
  const task = mustFind(call.site, kinds.ReloadTask, param(call, 'id'));
  const app = findApp(call.site, task.refs['app'] ?? '');
  if (app === undefined) return;
  reloadApp(call.site, { ...actor, isAdmin: true }, app, { taskId: task.id }).catch(() => undefined);
}
