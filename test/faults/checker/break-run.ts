import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import type { SiteEvent } from '../../../sandbox/qrs/event-log.ts';
import type { RunFacts } from './run-facts.ts';
import { KEY } from './synthetic-run.ts';
import { API_USER, type Draft, inStream, MANAGER, REP, syntheticApp } from './synthetic-site.ts';

/** Facts that a test may change. */
export type RunDraft = Draft<RunFacts>;

/** The first record of a type, of one site where told. */
export function recordIn(run: RunDraft, type: string, site?: string): RunDraft['ledger']['records'][number] {
  return run.ledger.records.find((record) => record.type === type && (site === undefined || record.site === site))!;
}

export function dropRecord(run: RunDraft, type: string, site?: string): void {
  const gone = recordIn(run, type, site);
  run.ledger.records = run.ledger.records.filter((record) => record !== gone);
}

/** The first event of a kind on a site, by Waybill unless told otherwise. */
export function eventIn(run: RunDraft, site: string, action: string, appId?: string, by = API_USER): Draft<SiteEvent> {
  return run.sites[site]!.events.find(
    (event) => event.action === action && event.by === by && (appId === undefined || event.id === appId),
  )!;
}

export function dropEvent(run: RunDraft, site: string, action: string, appId?: string, by = API_USER): void {
  const gone = eventIn(run, site, action, appId, by);
  run.sites[site]!.events = run.sites[site]!.events.filter((event) => event !== gone);
}

/** Gives an app other values in this event, in all later ones of the site, and at the end. */
export function changeFrom(run: RunDraft, site: string, event: Draft<SiteEvent>, values: Partial<AppStanding>): void {
  const { id, seq } = event;
  const later = run.sites[site]!.events.filter((one) => one.id === id && one.seq >= seq);
  const end = run.sites[site]!.end.filter((app) => app.id === id);
  for (const app of [...later.map((one) => one.app!), ...end]) Object.assign(app, values);
}

export function changeAtEnd(run: RunDraft, site: string, appId: string, values: Partial<AppStanding>): void {
  Object.assign(run.sites[site]!.end.find((app) => app.id === appId)!, values);
}

/** Puts an event at the end of a site's log; what it does to the app stands at the end too. */
export function addEvent(
  run: RunDraft,
  site: string,
  action: string,
  app: AppStanding,
  {
    by = API_USER,
    entity = 'App',
    details = {},
  }: { by?: string; entity?: string; details?: Record<string, unknown> } = {},
): void {
  const facts = run.sites[site]!;
  const hostUtc = new Date(Date.parse('2026-01-05T09:00:00.000Z') + facts.events.length).toISOString();
  const about = { entity, id: app.id, name: app.name, details };
  const standing = structuredClone(app) as Draft<AppStanding>;
  facts.events.push({
    seq: facts.events.length + 1,
    atUtc: hostUtc,
    hostUtc,
    site,
    by,
    action,
    ...about,
    ...(entity === 'App' && { app: standing }),
  } as Draft<SiteEvent>);
  if (entity !== 'App') return;
  facts.end = facts.end.filter((one) => one.id !== app.id);
  if (action !== 'delete-app') facts.end.push(structuredClone(standing));
}

export function endOf(run: RunDraft, site: string, appId: string): Draft<AppStanding> {
  return structuredClone(run.sites[site]!.end.find((app) => app.id === appId)!);
}

export function stagingApp(site: string, number = 9, promotionKey = KEY): AppStanding {
  return syntheticApp(`${site}-left`, `~waybill/test/${promotionKey}/${site}/${number}`, API_USER, 'new');
}

/** Its owner edits the source so many milliseconds before Waybill deletes it. */
export function editBeforeDeletion(run: RunDraft, sourceId: string, by: string, ms: number): void {
  const { events } = run.sites['dev']!;
  const deletion = eventIn(run, 'dev', 'delete-app', sourceId);
  const last = events.filter((event) => event.id === sourceId && event.app !== undefined && event !== deletion).at(-1)!;
  const edit = JSON.parse(JSON.stringify({ ...last, action: 'edit-app', by })) as typeof last;
  for (const app of [edit.app, deletion.app]) Object.assign(app!, { baseContent: 'edited', allContent: 'edited' });
  edit.hostUtc = new Date(Date.parse(deletion.hostUtc) - ms).toISOString();
  insertBefore(run, 'dev', deletion, edit);
}

/** Puts an event into a site's log, before another one. */
export function insertBefore(run: RunDraft, site: string, next: Draft<SiteEvent>, inserted: Draft<SiteEvent>): void {
  const { events } = run.sites[site]!;
  events.splice(events.indexOf(next), 0, inserted);
  for (const [at, event] of events.entries()) event.seq = at + 1;
}

/** Somebody denies an app that bears a standing order for its reloads; nothing comes of it. */
export function denyBesideOrder(run: RunDraft): void {
  const denied = { id: 'denied', name: 'Approval', value: 'Deny', by: MANAGER, atUtc: '2026-01-05T09:00:00.000Z' };
  const order = { ...denied, id: 'ordered', name: 'Reload', value: 'True' };
  const stream = { id: 'stream-sales', name: 'Sales' };
  const app = inStream(syntheticApp('dev-waits', 'Waits', REP, 'waits'), stream, { rows: [denied, order] });
  addEvent(run, 'dev', 'update-app', app, { by: MANAGER });
}
