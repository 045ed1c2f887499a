import { appOf } from './app-routes.ts';
import { type ExportDesk, scopeOf } from './export-desk.ts';
import { booleanQuery, created, ok, param, type Reply, type Route } from './http-call.ts';
import type { Actor } from './actors.ts';
import { badRequest } from './refusal.ts';

const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

/** Starting and cancelling an export ("QRS facts, section 2"). */
export function exportRoutes(desk: ExportDesk): Route[] {
  return [
    {
      method: 'POST',
      path: '/app/{id}/export/{token}',
      async handle(call) {
        const app = appOf(call);
        const token = checkedToken(param(call, 'token'));
        const skipData = booleanQuery(call, 'skipdata', false);
        const scope = scopeOf(call.query.get('exportscope'));
        return created(await desk.start(call.actor, app, token, { skipData, scope }));
      },
    },
    {
      method: 'DELETE',
      path: '/app/{id}/export/{token}',
      handle: (call) => ok(desk.cancel(checkedToken(param(call, 'token')), appOf(call))),
    },
  ];
}

/** `GET /tempcontent/<ticket>/<name>`: the file, once. */
export function downloadReply(desk: ExportDesk, actor: Actor, ticket: string): Reply {
  const download = desk.take(actor, ticket);
  return {
    status: 200,
    contentType: 'application/octet-stream',
    file: { sizeBytes: download.sizeBytes, open: () => download.open() },
  };
}

function checkedToken(token: string): string {
  if (!guidPattern.test(token)) throw badRequest('Invalid value for parameter token');
  return token.toLowerCase();
}
