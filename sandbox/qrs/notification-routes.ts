import { compileFilter, parseDate } from './filter-match.ts';
import { readerOf } from './filter-paths.ts';
import { type Call, created, noContent, ok, readJson, requiredQuery, type Route } from './http-call.ts';
import { type Kind, kindByName, kinds } from './kinds.ts';
import type { NotificationHub } from './notification-hub.ts';
import { zeroGuid } from './records.ts';
import { badRequest, QrsRefusal } from './refusal.ts';
import { isoDate } from './shapes.ts';

const changeTypes = ['undefined', 'add', 'update', 'delete'];

/** Subscribing, unsubscribing and `changes` ("QRS facts, section 1"). */
export function notificationRoutes(hub: NotificationHub): Route[] {
  return [
    {
      method: 'POST',
      path: '/notification',
      async handle(call) {
        const url = await readUrl(call);
        const kind = kindOf(requiredQuery(call, 'name'));
        const filter = call.query.get('filter') || undefined;
        if (filter !== undefined) compileFilter(call.site, kind.name, filter);
        const handle = hub.subscribe({
          kind: kind.name,
          id: (call.query.get('id') || zeroGuid).toLowerCase(),
          changeType: changeTypeOf(call.query.get('changetype')),
          propertyName: propertyNameOf(call, kind),
          filter,
          url,
        });
        return created({ value: handle });
      },
    },
    {
      method: 'DELETE',
      path: '/notification',
      handle(call) {
        if (hub.unsubscribe(requiredQuery(call, 'handle'))) return noContent;
        const status = call.site.switches.unknownHandleCode;
        if (status === 204) return noContent;
        throw new QrsRefusal(status, 'The handle could not be found.');
      },
    },
    { method: 'GET', path: '/notification/changes', handle: (call) => ok(changesOf(call)) },
  ];
}

async function readUrl(call: Call): Promise<string> {
  const body = await readJson(call);
  if (typeof body === 'string' && /^https?:$/u.test(URL.parse(body)?.protocol ?? '')) return body;
  throw badRequest('The request body must be the URL to call, as a JSON string');
}

function kindOf(name: string): Kind {
  const kind = kindByName(name === 'appobject' ? 'App.Object' : name);
  if (kind === undefined) throw badRequest(`Unknown type: ${name}`);
  return kind;
}

function changeTypeOf(value: string | undefined): number {
  if (value === undefined || value === '') return 0;
  const number = /^[0-3]$/u.test(value) ? Number(value) : changeTypes.indexOf(value.toLowerCase());
  if (number < 0) throw badRequest(`Invalid value for parameter changetype: ${value}`);
  return number;
}

function propertyNameOf(call: Call, kind: Kind): string {
  const name = call.query.get('propertyname') ?? '';
  const bare = name.replace(/^!/u, '').toLowerCase();
  const references = [...Object.keys(kind.refs), 'tags', 'customProperties'].map((reference) =>
    reference.toLowerCase(),
  );
  if (bare === '') return '';
  if (!references.includes(bare)) readerOf(call.site, kind.name, bare);
  else if (call.site.switches.referencePropertyName === 'refused') throw badRequest(`${name} is no base type`);
  return name;
}

function changesOf(call: Call): unknown[] {
  const since = parseDate(requiredQuery(call, 'since'));
  if (since === undefined) throw badRequest('Invalid date in parameter since');
  const wanted = new Set(
    requiredQuery(call, 'types')
      .split(',')
      .map((name) => kindOf(name.trim()).name),
  );
  return call.site.changes
    .filter((change) => change.atMs >= since && wanted.has(change.kind))
    .map(({ changeType, id, kind, atMs, record }) => ({
      changeType,
      id,
      type: kinds[kind].objectType,
      changeDate: isoDate(atMs),
      object: {
        id,
        createdDate: isoDate(record.createdMs),
        modifiedDate: isoDate(record.modifiedMs),
        modifiedByUserName: record.modifiedBy,
        schemaPath: kinds[kind].name,
      },
      schemaPath: 'ChangesSinceOutputCondensed',
    }));
}
