import { asRecord } from './app-content.ts';
import { deleteApp, updateApp } from './app-operations.ts';
import { deleteEntity, mustFind } from './entity-write.ts';
import { parseDate } from './filter-match.ts';
import { type Call, created, noContent, ok, param, readObject, type Route } from './http-call.ts';
import { kinds } from './kinds.ts';
import { query } from './query.ts';
import { type AppRecord, type EntityRecord, textOf } from './records.ts';
import { badRequest, QrsRefusal } from './refusal.ts';
import { condensedShape, fullShape, isoDate } from './shapes.ts';
import { blankRecord, findApp, recordsOf, store } from './site-state.ts';

/** Selections of apps and changes of all of them at once, as the QMC makes them ("QRS facts, section 2"). */
export const selectionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/selection',
    async handle(call) {
      const { items } = await readObject(call);
      const ids = Array.isArray(items) ? items.map((item) => String(asRecord(item)['objectID']).toLowerCase()) : [];
      return created(
        select(
          call,
          ids.flatMap((id) => findApp(call.site, id) ?? []),
        ),
      );
    },
  },
  {
    method: 'POST',
    path: '/selection/app',
    handle: (call) => created(select(call, query(call.site, 'App', call.query.get('filter') || undefined))),
  },
  {
    method: 'GET',
    path: '/selection/{id}/app',
    handle: (call) => ok(selectedApps(call).map((app) => condensedShape(call.site, app))),
  },
  {
    method: 'DELETE',
    path: '/selection/{id}/app',
    handle(call) {
      for (const app of selectedApps(call)) deleteApp(call.site, call.actor, app);
      return noContent;
    },
  },
  { method: 'GET', path: '/selection/{id}/app/synthetic', handle: (call) => ok(synthetic(call)) },
  {
    method: 'PUT',
    path: '/selection/{id}/app/synthetic',
    async handle(call) {
      applySynthetic(call, await readObject(call));
      return noContent;
    },
  },
  {
    method: 'DELETE',
    path: '/selection/{id}',
    handle(call) {
      deleteEntity(
        call.site,
        { ...call.actor, isAdmin: true },
        mustFind(call.site, kinds.Selection, param(call, 'id')),
      );
      return noContent;
    },
  },
];

function select(call: Call, apps: readonly EntityRecord[]): Record<string, unknown> {
  const record = blankRecord(call.site, kinds.Selection, call.actor.name);
  const date = isoDate(record.createdMs);
  const dates = { createdDate: date, modifiedDate: date, modifiedByUserName: call.actor.name };
  record.values['items'] = apps.map((app) => ({
    id: call.site.random.guid(),
    ...dates,
    type: 'App',
    objectID: app.id,
    objectName: app.values['name'],
    schemaPath: 'SelectionItem',
  }));
  store(call.site, record);
  return fullShape(call.site, record);
}

function selectedApps(call: Call): AppRecord[] {
  const { items } = mustFind(call.site, kinds.Selection, param(call, 'id')).values;
  return (items as { objectID: string }[]).flatMap((item) => findApp(call.site, item.objectID) ?? []);
}

function latest(apps: readonly AppRecord[]): number {
  return apps.reduce((most, app) => Math.max(most, app.modifiedMs), 0);
}

function synthetic(call: Call): Record<string, unknown> {
  const apps = selectedApps(call);
  const properties = ['name', 'description'].map((name) => {
    const isDifferent = apps.some((app) => app.values[name] !== apps[0]?.values[name]);
    return {
      name,
      value: isDifferent ? null : apps[0]?.values[name],
      valueIsDifferent: isDifferent,
      valueIsModified: false,
    };
  });
  return {
    type: 'App',
    children: [],
    properties,
    latestModifiedDate: isoDate(latest(apps)),
    schemaPath: 'SyntheticRootEntity',
  };
}

/** Checks all apps before it changes any. */
function applySynthetic(call: Call, body: Record<string, unknown>): void {
  const apps = selectedApps(call);
  const given = parseDate(String(body['latestModifiedDate']));
  if (given === undefined) throw badRequest('Invalid value for latestModifiedDate');
  if (given < latest(apps)) throw new QrsRefusal(409, 'The selection was modified.');
  const properties = (Array.isArray(body['properties']) ? body['properties'] : []).map(asRecord);
  const modified = properties.filter((property) => property['valueIsModified'] === true);
  const bodies = apps.map((app) => ({ app, body: changedBody(call, app, modified) }));
  for (const { app, body: json } of bodies) updateApp(call.site, call.actor, app, json);
}

function changedBody(
  call: Call,
  app: AppRecord,
  properties: readonly Record<string, unknown>[],
): Record<string, unknown> {
  const body = structuredClone(fullShape(call.site, app));
  for (const { name, value } of properties) {
    if (name === 'name' || name === 'description') body[name] = value;
    else if (name === 'owner') body['owner'] = { id: typeof value === 'string' ? value : asRecord(value)['id'] };
    else if (name === 'refList_Tag') body['tags'] = changedTags(body, value);
    else if (typeof name === 'string' && name.startsWith('@'))
      body['customProperties'] = changedRows(call, body, name, value);
    else throw badRequest(`Unknown property: ${String(name)}`);
  }
  return body;
}

function changedTags(body: Record<string, unknown>, value: unknown): unknown[] {
  const { added, removed } = listsOf(value);
  const tags = body['tags'] as { id: string }[];
  return [...tags.filter((tag) => !removed.includes(tag.id)), ...added.map((id) => ({ id }))];
}

function changedRows(call: Call, body: Record<string, unknown>, name: string, value: unknown): unknown[] {
  const { added, removed } = listsOf(value);
  const definitions = [...recordsOf(call.site, 'CustomPropertyDefinition').values()];
  const definition = definitions.find((candidate) => `@${textOf(candidate, 'name')}` === name);
  if (definition === undefined) throw badRequest(`Unknown property: ${name}`);
  const rows = body['customProperties'] as { value: string; definition: { id: string } }[];
  const kept = rows.filter((row) => row.definition.id !== definition.id || !removed.includes(row.value));
  return [...kept, ...added.map((item) => ({ value: item, definition: { id: definition.id } }))];
}

function listsOf(value: unknown): { added: string[]; removed: string[] } {
  const { added, removed } = asRecord(value);
  const texts = (list: unknown): string[] =>
    Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  return { added: texts(added), removed: texts(removed) };
}
