import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import type { SiteEvent } from '../../../sandbox/qrs/event-log.ts';
import type { SiteFacts, StreamFacts } from './run-facts.ts';

/** One event of a site with what it did to the app that it concerns. */
export interface Step {
  readonly site: string;
  readonly event: SiteEvent;
  readonly byWaybill: boolean;
  /** Undefined before the app was made, and for what is no app. */
  readonly before: AppStanding | undefined;
  /** Undefined after the app was deleted, and for what is no app. */
  readonly after: AppStanding | undefined;
  /** All apps before the event, by id. */
  readonly apps: ReadonlyMap<string, AppStanding>;
}

/** A site's event log, read from its beginning. */
export interface SiteWalk {
  readonly site: string;
  readonly facts: SiteFacts;
  readonly steps: readonly Step[];
  /** What must stand at the end, by all that the log tells. */
  readonly end: ReadonlyMap<string, AppStanding>;
  /** The streams that stood there at some time of the run. */
  readonly streams: readonly StreamFacts[];
}

/** Reads a site's log; each step knows what stood before it. */
export function walkSite(site: string, facts: SiteFacts): SiteWalk {
  const apps = new Map(facts.start.map((app) => [app.id, app]));
  const streams: StreamFacts[] = [...facts.startStreams];
  const steps: Step[] = [];
  for (const event of facts.events) {
    if (event.entity === 'Stream') streams.push({ id: event.id, name: event.name });
    const isDeleted = event.action === 'delete-app';
    const known = event.entity === 'App' ? apps.get(event.id) : undefined;
    const before = isDeleted ? (event.app ?? known) : known;
    const after = event.entity === 'App' && !isDeleted ? (event.app ?? before) : undefined;
    steps.push({ site, event, byWaybill: event.by === facts.apiUser, before, after, apps: new Map(apps) });
    if (event.entity !== 'App' || event.action === 'export-app') continue;
    if (after === undefined) apps.delete(event.id);
    else apps.set(event.id, after);
  }
  return { site, facts, steps, end: apps, streams };
}

/** Whether two texts name the same, as Qlik compares: whatever their case. */
export function isSame(left: string, right: string): boolean {
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}

/** The ids of the streams that a request's text names on a site: `id:<guid>`, or a name. */
export function streamIds(walk: SiteWalk, text: string): readonly string[] {
  const id = /^id:\s*(\S+)$/iu.exec(text.trim())?.[1];
  const found = walk.streams.filter((stream) => (id === undefined ? isSame(stream.name, text) : isSame(stream.id, id)));
  return [...new Set(found.map((stream) => stream.id))];
}

const STAGING = '~waybill/';

/** Whose an app under a staging name is; undefined for any other name. */
export function stagingOwner(name: string): { installation: string; promotionKey: string } | undefined {
  if (!name.startsWith(STAGING)) return undefined;
  const [installation = '', promotionKey = ''] = name.slice(STAGING.length).split('/');
  return { installation, promotionKey };
}

/** How an app differs in what nobody but its people may change; empty when it does not. */
export function differences(before: AppStanding, after: AppStanding, fields: readonly (keyof AppStanding)[]): string[] {
  return fields.flatMap((field) => {
    const [was, is] = [JSON.stringify(before[field]), JSON.stringify(after[field])];
    return was === is ? [] : [`its ${field} was ${was} and is ${is}`];
  });
}
