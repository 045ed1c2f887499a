import { createReadStream } from 'node:fs';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type QvfContent, writeQvf } from '../qvf/write-qvf.ts';
import { type Actor, mustBeAllowed } from './actors.ts';
import { scriptObjectId } from './app-content.ts';
import { contentHashOf } from './app-create.ts';
import type { AppStanding } from './app-standing.ts';
import { type AppRecord, neverMs, type ObjectRecord, textOf } from './records.ts';
import { badRequest, QrsRefusal } from './refusal.ts';
import { isoDate } from './shapes.ts';
import { nowMs, objectsOf, type SiteState } from './site-state.ts';
import { wait } from './wait.ts';

const MOST_READ_BYTES = 1024 * 1024;

/** Which objects an export carries ("QRS facts, section 2"). */
export type ExportScope = 'all' | 'approved' | 'published';

/** A file waiting to be fetched once. */
export interface Download {
  appId: string;
  userName: string;
  sizeBytes: number;
  open: () => Readable;
  isTaken: boolean;
}

/** Exports under way and their temporary files. */
export interface ExportDesk {
  start(
    actor: Actor,
    app: AppRecord,
    token: string,
    options: { skipData: boolean; scope: ExportScope },
  ): Promise<object>;
  cancel(token: string, app: AppRecord): object;
  /** @throws QrsRefusal when there is none, it was fetched before, or it is someone else's (codes: switches). */
  take(actor: Actor, ticket: string): Download;
  /** Exports under way, and those whose file nobody fetched or gave up. */
  open(): readonly OpenExport[];
  drop(): void;
}

/** An export that still holds something of the site: an engine at work, or a temporary file. */
export interface OpenExport {
  readonly token: string;
  readonly appId: string;
  /** `DIR\user`. */
  readonly by: string;
}

interface Job {
  appId: string;
  by: string;
  controller: AbortController;
  ticket: string | undefined;
}

/** A desk without exports. */
export function createExportDesk(site: SiteState): ExportDesk {
  const jobs = new Map<string, Job>();
  const downloads = new Map<string, Download>();
  const answer = (token: string, appId: string, downloadPath: string): object => ({
    exportToken: token,
    appId,
    downloadPath,
    cancelled: downloadPath === '',
    schemaPath: 'AppExportResponse',
  });
  return {
    async start(actor, app, token, options) {
      mustBeAllowed(site, actor, app);
      if (jobs.has(token)) throw new QrsRefusal(site.switches.usedTokenCode, 'The export token is in use.');
      const job: Job = { appId: app.id, by: actor.name, controller: new AbortController(), ticket: undefined };
      jobs.set(token, job);
      const file = exportFile(site, app, options);
      const standing = site.standingOf(app);
      const path = `/${encodeURIComponent(textOf(app, 'name'))}.qvf?serverNodeId=${site.nodeId}`;
      await wait(site.switches.exportDurationMs, job.controller.signal).catch(() => undefined);
      if (job.controller.signal.aborted) return answer(token, app.id, '');
      const ticket = randomUUID();
      job.ticket = ticket;
      downloads.set(ticket, { ...file, appId: app.id, userName: actor.name, isTaken: false });
      logExport(site, actor, app, { ...options, token, sizeBytes: file.sizeBytes }, standing);
      return answer(token, app.id, `/tempcontent/${ticket}${path}`);
    },
    cancel(token, app) {
      const job = jobs.get(token);
      if (job === undefined || job.appId !== app.id) {
        if (site.switches.unknownExportCode === 200) return answer(token, app.id, '');
        throw new QrsRefusal(site.switches.unknownExportCode, site.switches.notFoundText);
      }
      job.controller.abort();
      if (job.ticket !== undefined) downloads.delete(job.ticket);
      jobs.delete(token);
      return answer(token, app.id, '');
    },
    take(actor, ticket) {
      const download = downloads.get(ticket.toLowerCase());
      if (download === undefined) throw new QrsRefusal(404, site.switches.notFoundText);
      if (download.userName !== actor.name) throw new QrsRefusal(site.switches.foreignDownloadCode, 'Forbidden');
      if (download.isTaken) throw new QrsRefusal(site.switches.secondDownloadCode, site.switches.notFoundText);
      download.isTaken = true;
      return download;
    },
    open: () =>
      [...jobs].flatMap(([token, { appId, by, ticket }]) =>
        ticket !== undefined && downloads.get(ticket)?.isTaken === true ? [] : [{ token, appId, by }],
      ),
    drop() {
      for (const job of jobs.values()) job.controller.abort();
      jobs.clear();
      downloads.clear();
    },
  };
}

/** The scope that the query names. @throws QrsRefusal 400. */
export function scopeOf(value: string | undefined): ExportScope {
  const scope = (value || 'approved').toLowerCase();
  if (scope === 'all' || scope === 'approved' || scope === 'published') return scope;
  throw badRequest('Invalid value for parameter exportscope');
}

/** The file as the app is now; later changes do not reach it. */
export function exportFile(
  site: SiteState,
  app: AppRecord,
  options: { skipData: boolean; scope: ExportScope },
): { sizeBytes: number; open(): Readable } {
  const { original } = app.content;
  if (original !== undefined && !options.skipData) {
    return {
      sizeBytes: original.sizeBytes,
      open: () => createReadStream(original.path, { highWaterMark: Math.min(original.sizeBytes, MOST_READ_BYTES) }),
    };
  }
  const file = writeQvf(exportedContent(site, app, options));
  return { sizeBytes: file.sizeBytes, open: () => file.stream() };
}

function exportedContent(
  site: SiteState,
  app: AppRecord,
  options: { skipData: boolean; scope: ExportScope },
): QvfContent {
  const records = objectsOf(site, app.id).filter((record) => isExported(site, app, record, options.scope));
  const { lastReloadTime } = app.values;
  const reloadedAt = typeof lastReloadTime === 'number' && lastReloadTime !== neverMs ? isoDate(lastReloadTime) : '';
  return {
    appProperties: {
      ...app.content.appProperties,
      qTitle: textOf(app, 'name'),
      description: textOf(app, 'description'),
      qLastReloadTime: reloadedAt,
    },
    script: app.content.script,
    objects: records
      .map(({ object }) => ({ id: object.engineObjectId, type: object.type, json: object.json }))
      .filter((object) => object.id !== scriptObjectId),
    dataSizeBytes: options.skipData ? 0 : app.content.dataSizeBytes,
    dataSeed: options.skipData ? 0 : app.content.dataSeed,
  };
}

function isExported(site: SiteState, app: AppRecord, record: ObjectRecord, scope: ExportScope): boolean {
  if (scope === 'all') return true;
  if (app.values['published'] !== true && site.switches.unpublishedExport === 'everything') return true;
  return record.values['approved'] === true || (scope === 'published' && record.values['published'] === true);
}

function logExport(
  site: SiteState,
  actor: Actor,
  app: AppRecord,
  details: Record<string, unknown>,
  standing: AppStanding | undefined,
): void {
  site.eventLog.append({
    atUtc: isoDate(nowMs(site)),
    site: site.alias,
    by: actor.name,
    action: 'export-app',
    entity: 'App',
    id: app.id,
    name: textOf(app, 'name'),
    details: { ...details, contentHash: contentHashOf(site, app) },
    ...(standing && { app: standing }),
  });
}
