import type { AppStanding, StandingRow } from '../../../sandbox/qrs/app-standing.ts';
import type { SiteEvent } from '../../../sandbox/qrs/event-log.ts';
import type { SiteFacts, StreamFacts } from './run-facts.ts';

/** Lets tests break what the checker takes as given. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T;

/** The moments of a synthetic run, one after the other, the same on all clocks. */
export interface Clock {
  next(): string;
}

export function createClock(): Clock {
  let moments = 0;
  return {
    next() {
      moments += 1;
      return new Date(Date.parse('2026-01-05T08:00:00.000Z') + moments * 100).toISOString();
    },
  };
}

/** A site as its event log tells it; every act is an event and changes what stands. */
export interface SyntheticSite {
  readonly alias: string;
  readonly events: SiteEvent[];
  /** Makes an app, or gives the one with that id these values. Returns when. */
  act(action: string, by: string, app: AppStanding, details?: Record<string, unknown>): string;
  remove(by: string, appId: string): string;
  app(id: string): AppStanding;
  facts(): SiteFacts;
}

export const API_USER = 'INTERNAL\\sa_api';
export const REP = 'COMPANY\\rep';
export const MANAGER = 'COMPANY\\manager';

export function syntheticSite(alias: string, clock: Clock, streams: readonly StreamFacts[]): SyntheticSite {
  const events: SiteEvent[] = [];
  const apps = new Map<string, AppStanding>();
  const append = (action: string, by: string, app: AppStanding, details: Record<string, unknown>): string => {
    const atUtc = clock.next();
    const about = { entity: 'App', id: app.id, name: app.name, details, app };
    events.push({ seq: events.length + 1, atUtc, hostUtc: atUtc, site: alias, by, action, ...about });
    return atUtc;
  };
  const find = (id: string): AppStanding => {
    const app = apps.get(id);
    if (app === undefined) throw new Error(`no app ${id} on ${alias}`);
    return app;
  };
  return {
    alias,
    events,
    app: find,
    act(action, by, app, details = {}) {
      if (action !== 'export-app') apps.set(app.id, app);
      return append(action, by, app, details);
    },
    remove(by, appId) {
      const app = find(appId);
      apps.delete(appId);
      return append('delete-app', by, app, {});
    },
    facts: () => ({
      apiUser: API_USER,
      accounts: [API_USER, REP, MANAGER],
      start: [],
      startStreams: streams,
      events,
      end: [...apps.values()],
      openExports: [],
    }),
  };
}

/** An app that nobody published yet. */
export function syntheticApp(id: string, name: string, owner: string, content: string): AppStanding {
  return {
    id,
    name,
    description: '',
    published: false,
    streamId: null,
    stream: null,
    owner,
    baseContent: content,
    allContent: content,
    data: `${content}-data`,
    rows: [],
    tags: [],
  };
}

/** The app in a stream. */
export function inStream(app: AppStanding, { id, name }: StreamFacts, more: Partial<AppStanding> = {}): AppStanding {
  return { ...app, published: true, streamId: id, stream: name, ...more };
}

/** Rows that one account set at one time. */
export function rowsOf(by: string, atUtc: string, values: readonly (readonly [string, string])[]): StandingRow[] {
  return values.map(([name, value]) => ({ id: `${name}=${value}`, name, value, by, atUtc }));
}
