import type { QvfContent } from '../qvf/write-qvf.ts';
import { type Actor } from './actors.ts';
import { type AppContent, type ContentObject, contentObject, hashObjects, scriptObject } from './app-content.ts';
import { anyUserId } from './entity-write.ts';
import { parseDate } from './filter-match.ts';
import { kinds } from './kinds.ts';
import { type AppRecord, neverMs, type ObjectRecord } from './records.ts';
import { blankRecord, objectsOf, type SiteState, store } from './site-state.ts';

/** What a new app starts from. */
export interface NewApp {
  name: string;
  content: AppContent;
  /** Without the script, which is made from `content.script`. */
  objects: readonly ContentObject[];
}

/** A stored app of `actor`, not published, not yet told to anyone: call `committed` when it is complete. */
export function addApp(site: SiteState, actor: Actor, wanted: NewApp): AppRecord {
  const { content } = wanted;
  const blank = blankRecord(site, kinds.App, actor.name);
  const app: AppRecord = { ...blank, kind: 'App', content };
  const text = (name: string, most: number): string => {
    const value = content.appProperties[name];
    return typeof value === 'string' ? value.slice(0, most) : '';
  };
  Object.assign(app.values, {
    name: wanted.name,
    description: text('description', 512),
    dynamicColor: text('dynamicColor', 100),
    savedInProductVersion: text('qSavedInProductVersion', 512),
    lastReloadTime: parseDate(text('qLastReloadTime', 64)) ?? neverMs,
    availabilityStatus: 1,
    migrationHash: '63962885b20a20ec46c4e4f9b2a4d5ae42d8c231',
  });
  app.refs['owner'] = actor.userId ?? anyUserId(site);
  app.visibleFromMs = Date.now() + site.switches.visibilityLagMs;
  store(site, app);
  for (const object of [...wanted.objects, scriptObject(content.script)]) addObject(site, actor, app, object);
  app.values['fileSize'] = fileSizeOf(site, app);
  return app;
}

/** A stored object of the app, private to its owner as long as the app is not published. */
export function addObject(site: SiteState, actor: Actor, app: AppRecord, object: ContentObject): ObjectRecord {
  const record: ObjectRecord = { ...blankRecord(site, kinds['App.Object'], actor.name), kind: 'App.Object', object };
  record.values['approved'] = site.switches.unpublishedObjectsApproved && app.values['published'] !== true;
  record.refs['owner'] = app.refs['owner'] ?? null;
  record.refs['app'] = app.id;
  setObject(site, record, object);
  store(site, record);
  return record;
}

/** Gives the record another content; dates are the caller's. */
export function setObject(site: SiteState, record: ObjectRecord, object: ContentObject): void {
  record.object = object;
  Object.assign(record.values, {
    name: object.title,
    description: object.description,
    engineObjectId: object.engineObjectId,
    contentHash: site.switches.contentHashShown === 'never' ? '' : (object.shownHash ?? object.contentHash),
    size: object.sizeBytes,
    engineObjectType: object.type,
    objectType: object.objectType,
  });
  delete record.shape;
}

/** The bytes that the app takes, roughly: data, objects and the container. */
export function fileSizeOf(site: SiteState, app: AppRecord): number {
  if (site.switches.fileSizeShown === 'zero') return 0;
  if (app.content.original !== undefined) return app.content.original.sizeBytes;
  const objects = objectsOf(site, app.id).reduce((sum, record) => sum + record.object.sizeBytes, 0);
  return app.content.dataSizeBytes + objects + 8192;
}

/** SHA-256 over the app's objects and script. */
export function contentHashOf(site: SiteState, app: AppRecord): string {
  return hashObjects(objectsOf(site, app.id).map((record) => record.object));
}

/** What the event log tells of an app: who owns it, where it is, what it holds. */
export function appDetails(site: SiteState, app: AppRecord): Record<string, unknown> {
  return {
    owner: app.refs['owner'],
    stream: app.refs['stream'],
    contentHash: contentHashOf(site, app),
    dataSeed: app.content.dataSeed,
    dataSizeBytes: app.content.dataSizeBytes,
    objects: objectsOf(site, app.id).length,
  };
}

/** The parts of a generated app. */
export function partsOf(content: QvfContent): { content: AppContent; objects: ContentObject[] } {
  const { objects, ...rest } = content;
  return { content: rest, objects: objects.map(contentObject) };
}
