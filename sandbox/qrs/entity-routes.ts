import { deleteEntity, mustFind, postEntity, putEntity } from './entity-write.ts';
import {
  booleanQuery,
  type Call,
  created,
  noContent,
  ok,
  param,
  type Reply,
  readObject,
  type Route,
} from './http-call.ts';
import { type Kind, kinds } from './kinds.ts';
import { query } from './query.ts';
import type { EntityRecord } from './records.ts';
import { condensedShape, fullShape, withPrivileges } from './shapes.ts';

/** `GET /x`, `/x/full`, `/x/count`, `/x/{id}` of an entity type. */
export function readRoutes(kind: Kind): Route[] {
  const base = `/${kind.path}`;
  return [
    { method: 'GET', path: base, handle: (call) => listOf(call, kind, condensedShape) },
    { method: 'GET', path: `${base}/full`, handle: (call) => listOf(call, kind, fullShape) },
    {
      method: 'GET',
      path: `${base}/count`,
      handle: (call) => ok({ value: query(call.site, kind.name, filterOf(call)).length }),
    },
    {
      method: 'GET',
      path: `${base}/{id}`,
      handle: (call) => ok(one(call, kind, mustFind(call.site, kind, param(call, 'id')))),
    },
  ];
}

/** `POST /x` 201, `PUT /x/{id}` 200, `DELETE /x/{id}` 204. */
export function writeRoutes(kind: Kind): Route[] {
  const base = `/${kind.path}`;
  return [
    {
      method: 'POST',
      path: base,
      handle: async (call) => created(one(call, kind, postEntity(call.site, call.actor, kind, await readObject(call)))),
    },
    changeRoute(kind),
    {
      method: 'DELETE',
      path: `${base}/{id}`,
      handle(call) {
        deleteEntity(call.site, call.actor, mustFind(call.site, kind, param(call, 'id')));
        return noContent;
      },
    },
  ];
}

function changeRoute(kind: Kind): Route {
  return {
    method: 'PUT',
    path: `/${kind.path}/{id}`,
    async handle(call) {
      const body = await readObject(call);
      const record = mustFind(call.site, kind, param(call, 'id'));
      putEntity(call.site, call.actor, record, body);
      return ok(one(call, kind, record));
    },
  };
}

/** Reads of every type, and plain writes of those that have no rules of their own. */
export const entityRoutes: readonly Route[] = [
  ...Object.values(kinds).flatMap((kind) => readRoutes(kind)),
  ...[kinds.Stream, kinds.Tag, kinds.User, kinds.CustomPropertyDefinition, kinds.SystemRule].flatMap(writeRoutes),
  ...[kinds.ServiceCluster, kinds.ReloadTask, kinds['App.Object']].flatMap((kind) => writeRoutes(kind).slice(1)),
  changeRoute(kinds.ServerNodeConfiguration),
  {
    method: 'GET',
    path: '/servernodeconfiguration/local',
    handle: (call) => ok(fullShape(call.site, mustFind(call.site, kinds.ServerNodeConfiguration, call.site.nodeId))),
  },
];

function filterOf(call: Call): string | undefined {
  return call.query.get('filter') || undefined;
}

function listOf(call: Call, kind: Kind, shape: typeof fullShape): Reply {
  const records = query(call.site, kind.name, filterOf(call), call.query.get('orderby'));
  const withRights = booleanQuery(call, 'privileges', false);
  return ok(
    records.map((record) => {
      const json = shape(call.site, record);
      return withRights ? withPrivileges(kind, json) : json;
    }),
  );
}

function one(call: Call, kind: Kind, record: EntityRecord): Record<string, unknown> {
  const json = fullShape(call.site, record);
  return booleanQuery(call, 'privileges', false) ? withPrivileges(kind, json) : json;
}
