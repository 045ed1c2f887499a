import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { AppStanding } from './app-standing.ts';

/** One change of a site's state, as a checker reads it. */
export interface SiteEvent {
  seq: number;
  /** On the site's own clock. */
  atUtc: string;
  /** On this host's clock, which orders the events of all sites of one run. */
  hostUtc: string;
  site: string;
  /** `DIR\user`, or `INTERNAL\sa_repository` for the site's own doings. */
  by: string;
  action: string;
  entity: string;
  id: string;
  name: string;
  details: Record<string, unknown>;
  /** Of an app: how it stands after this event, or stood when it was deleted or exported. */
  app?: AppStanding;
}

/** The append-only record of what happened on a site. */
export interface EventLog {
  file: string;
  all(): readonly SiteEvent[];
  append(event: Omit<SiteEvent, 'seq' | 'hostUtc'>): SiteEvent;
  close(): void;
}

/** Opens `events.jsonl` in the folder; each event is written before `append` returns, so a kill loses none. */
export function openEventLog(folder: string): EventLog {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'events.jsonl');
  const handle = openSync(file, 'a');
  const events: SiteEvent[] = [];
  let isOpen = true;
  return {
    file,
    all: () => events,
    append(event) {
      const numbered = { seq: events.length + 1, hostUtc: new Date().toISOString(), ...event };
      events.push(numbered);
      if (isOpen) writeSync(handle, `${JSON.stringify(numbered)}\n`);
      return numbered;
    },
    close() {
      if (isOpen) closeSync(handle);
      isOpen = false;
    },
  };
}
