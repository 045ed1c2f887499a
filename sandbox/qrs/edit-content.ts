import { type Actor } from './actors.ts';
import { asRecord, contentObject, scriptObject, scriptObjectId } from './app-content.ts';
import { addObject, appDetails, fileSizeOf, setObject } from './app-create.ts';
import { sheet } from './generate-content.ts';
import type { AppRecord, ObjectRecord } from './records.ts';
import { badRequest } from './refusal.ts';
import { committed, objectsOf, type SiteState, stamp, unstore } from './site-state.ts';

/** A change of an app's content. Nothing given: the first sheet gets another title. */
export interface ContentEdit {
  /** Another title for the object with this engineObjectId, or for the first sheet. */
  title?: string;
  objectId?: string;
  /** Adds a sheet with this title; in a published app it is private to its owner. */
  addSheet?: string;
  /** The added sheet is community content: published, not approved. */
  community?: boolean;
  /** The added sheet is approved at once: it becomes a base sheet of the published app. */
  approved?: boolean;
  /** Takes the object with this engineObjectId out of the base objects; it stays, as community content. */
  unapproveObject?: string;
  /** Takes the object with this engineObjectId out. */
  removeObject?: string;
  /** Another load script. */
  script?: string;
}

/**
 * Edits an app as a hub user does: the objects' dates and hashes change, and the app's modifiedDate.
 * Returns the QRS ids of the objects concerned.
 * @throws QrsRefusal 400 when the object is not there.
 */
export function editApp(site: SiteState, actor: Actor, app: AppRecord, edit: ContentEdit): string[] {
  const touched: ObjectRecord[] = [];
  if (edit.addSheet !== undefined) touched.push(addSheet(site, actor, app, edit));
  if (edit.removeObject !== undefined) touched.push(removeObject(site, actor, app, edit.removeObject));
  if (edit.unapproveObject !== undefined) touched.push(unapprove(site, actor, app, edit.unapproveObject));
  if (edit.script !== undefined) touched.push(setScript(site, actor, app, edit.script));
  if (touched.length === 0 || edit.title !== undefined) touched.push(retitle(site, actor, app, edit));
  const { original: _, ...content } = app.content;
  app.content = content;
  stamp(site, app, actor.name);
  app.values['fileSize'] = fileSizeOf(site, app);
  const objects = touched.map((record) => ({ id: record.id, engineObjectId: record.object.engineObjectId }));
  committed(site, app, {
    changeType: 2,
    action: 'edit-app',
    by: actor.name,
    changedProperties: ['modifiedDate', 'fileSize'],
    details: { touched: objects, ...appDetails(site, app) },
  });
  return touched.map((record) => record.id);
}

function addSheet(site: SiteState, actor: Actor, app: AppRecord, edit: ContentEdit): ObjectRecord {
  const made = sheet(site.random.guid(), objectsOf(site, app.id).length, edit.addSheet);
  const record = addObject(site, actor, app, contentObject(made));
  const isPublished = edit.community === true || edit.approved === true;
  if (isPublished) Object.assign(record.values, { published: true, publishTime: record.createdMs });
  if (edit.approved) record.values['approved'] = true;
  committed(site, record, { changeType: 1, action: 'add-object', by: actor.name });
  return record;
}

function removeObject(site: SiteState, actor: Actor, app: AppRecord, engineObjectId: string): ObjectRecord {
  const record = mustHave(site, app, engineObjectId);
  unstore(site, record);
  committed(site, record, { changeType: 3, action: 'delete-object', by: actor.name });
  return record;
}

function unapprove(site: SiteState, actor: Actor, app: AppRecord, engineObjectId: string): ObjectRecord {
  const record = mustHave(site, app, engineObjectId);
  record.values['approved'] = false;
  delete record.shape;
  return changed(site, actor, record);
}

function setScript(site: SiteState, actor: Actor, app: AppRecord, script: string): ObjectRecord {
  const record = mustHave(site, app, scriptObjectId);
  app.content = { ...app.content, script };
  setObject(site, record, scriptObject(script));
  return changed(site, actor, record);
}

function retitle(site: SiteState, actor: Actor, app: AppRecord, edit: ContentEdit): ObjectRecord {
  const record =
    edit.objectId === undefined
      ? objectsOf(site, app.id).find((candidate) => candidate.object.objectType === 'sheet')
      : mustHave(site, app, edit.objectId);
  if (record === undefined) throw badRequest('The app has no sheet');
  const { engineObjectId: id, type } = record.object;
  const json = structuredClone(record.object.json);
  const property = asRecord(asRecord(asRecord(json)['qRoot'])['qProperty'] ?? json);
  property['qMetaDef'] = {
    ...asRecord(property['qMetaDef']),
    title: edit.title ?? `Edited ${site.random.guid().slice(0, 8)}`,
  };
  setObject(site, record, contentObject({ id, type, json }));
  return changed(site, actor, record);
}

function changed(site: SiteState, actor: Actor, record: ObjectRecord): ObjectRecord {
  stamp(site, record, actor.name);
  const changedProperties = ['modifiedDate', 'contentHash', 'size', 'name'];
  committed(site, record, { changeType: 2, action: 'edit-object', by: actor.name, changedProperties });
  return record;
}

function mustHave(site: SiteState, app: AppRecord, engineObjectId: string): ObjectRecord {
  const found = objectsOf(site, app.id).find((record) => record.object.engineObjectId === engineObjectId);
  if (found === undefined) throw badRequest(`The app has no object ${engineObjectId}`);
  return found;
}
