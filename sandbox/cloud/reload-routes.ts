import { type CloudCall, type CloudRoute, ok, param, without } from './cloud-call.ts';
import { pageOf } from './paging.ts';
import type { CloudReload } from './records.ts';
import { CloudRefusal, notFound } from './refusal.ts';
import { type FilterAttributes, parseScim, ScimError } from './scim-filter.ts';
import type { TenantState } from './tenant-state.ts';

const documentedFilter: FilterAttributes = { status: ['eq'], partial: ['eq'], type: ['eq'] };
const comparisons = ['eq', 'gt', 'ge', 'lt', 'le'];
const filterWithTimes: FilterAttributes = {
  ...documentedFilter,
  appId: ['eq'],
  creationTime: comparisons,
  startTime: comparisons,
  endTime: comparisons,
};
const sortPattern = /^(?<sign>[+-]?)(?<field>creationTime|status|startTime|endTime)$/u;

export const reloadRoutes: readonly CloudRoute[] = [
  { method: 'GET', path: '/api/v1/reloads', tier: 1, handle: listReloads },
  {
    method: 'GET',
    path: '/api/v1/reloads/{id}',
    tier: 1,
    handle(call) {
      const reload = call.state.reloads.get(param(call, 'id'));
      if (reload === undefined || !isVisible(reload)) throw notFound('the reload');
      return ok(showReload(call.state, reload, true));
    },
  },
];

/** Whether the lag after the reload's end is over. */
export function isVisible(reload: CloudReload): boolean {
  return performance.now() >= reload.visibleFromMs;
}

function listReloads(call: CloudCall): ReturnType<CloudRoute['handle']> {
  const { state, caller, request } = call;
  const appId = request.query.get('appId');
  if (appId === null && !caller.isTenantAdmin) {
    throw new CloudRefusal(403, 'Forbidden', 'only a TenantAdmin may leave out appId', 'RELOADS-003');
  }
  const isMeant = filterOf(call);
  const partial = request.query.get('partial');
  const found = [...state.reloads.values()].filter(
    (reload) =>
      isVisible(reload) &&
      (appId === null || reload.appId === appId) &&
      (partial === null || String(reload.partial) === partial) &&
      isMeant((name) => attributeOf(reload, name)),
  );
  const withLog = request.query.get('log') === 'true';
  return ok(
    pageOf(state, request, sorted(found, request.query.get('sort')), (reload) => showReload(state, reload, withLog)),
  );
}

function filterOf({ state, request }: CloudCall): ReturnType<typeof parseScim> {
  const filter = request.query.get('filter');
  if (filter === null || filter === '') return () => true;
  try {
    return parseScim(filter, state.switches.reloadFilter === 'documented' ? documentedFilter : filterWithTimes);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    throw new CloudRefusal(400, 'Bad request', `invalid filter: ${error.message}`, 'RELOADS-001');
  }
}

function attributeOf(reload: CloudReload, name: string): string | undefined {
  const value = reload[name as keyof CloudReload];
  return value === undefined ? undefined : String(value);
}

/** Newest first unless told otherwise: no page says what the order is. */
function sorted(reloads: readonly CloudReload[], sort: string | null): CloudReload[] {
  // A plus that was not escaped arrives as a blank.
  const asked = sortPattern.exec((sort ?? '-creationTime').trim())?.groups;
  if (asked === undefined) throw new CloudRefusal(400, 'Bad request', 'sort is not valid', 'RELOADS-001');
  const direction = asked['sign'] === '-' ? -1 : 1;
  const field = asked['field'] ?? '';
  return reloads.toSorted((left, right) => {
    const [a, b] = [attributeOf(left, field) ?? '', attributeOf(right, field) ?? ''];
    return a === b ? 0 : a < b ? -direction : direction;
  });
}

function showReload(state: TenantState, reload: CloudReload, withLog: boolean): Record<string, unknown> {
  const { scriptLog, taskId } = reload;
  const hasLog = withLog && state.switches.reloadLogShown && scriptLog !== undefined && reload.endTime !== undefined;
  return {
    ...without(reload, ['scriptLog', 'requeues', 'visibleFromMs', 'taskId']),
    tenantId: state.tenantId,
    resourceId: taskId,
    resourceType: reload.type === 'chronos' ? 'reload-tasks' : 'api',
    ...(hasLog && { log: shortLog(reload) }),
    links: { self: { href: `${state.url}/api/v1/reloads/${reload.id}` } },
  };
}

/** What the reload service keeps of a log: a summary, not the script's. */
function shortLog({ id, status, errorMessage }: CloudReload): string {
  const end = status === 'SUCCEEDED' ? 'App saved\nFinished successfully\n' : `${errorMessage ?? status}\n`;
  return `ReloadID: ${id}\nStarted loading\n(A detailed script progress log can be downloaded when the reload is finished)\n${end}`;
}
