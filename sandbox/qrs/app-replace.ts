import { type Actor, mustBeAllowed } from './actors.ts';
import { addObject, appDetails, setObject } from './app-create.ts';
import type { AppRecord, ObjectRecord } from './records.ts';
import { QrsRefusal } from './refusal.ts';
import { committed, objectsOf, type SiteState, stamp, unstore } from './site-state.ts';

/**
 * Replaces `target` by `source`, which stays ("QRS facts, sections 2 and 6"). A published target gets its base
 * objects replaced and keeps community and private ones; another gets everything replaced. All objects of the source
 * count, private ones of a published source too. The target keeps id, owner, stream, tasks, tags and properties.
 * @throws QrsRefusal 403, or 400 "Insufficient privileges" when objects cannot be deleted (switch).
 */
export function replaceApp(site: SiteState, actor: Actor, source: AppRecord, target: AppRecord): void {
  mustBeAllowed(site, actor, target);
  const isPublished = target.values['published'] === true;
  const before = objectsOf(site, target.id).filter((record) => !isPublished || record.values['approved'] === true);
  const incoming = new Map(objectsOf(site, source.id).map((record) => [record.object.engineObjectId, record.object]));
  const gone = before.filter((record) => !incoming.has(record.object.engineObjectId));
  if (gone.length > 0 && site.switches.replaceDelete === 'needs-delete-privilege' && !actor.isAdmin) {
    throw new QrsRefusal(400, 'Insufficient privileges');
  }
  stamp(site, target, actor.name);
  const oldByEngineId = new Map(before.map((record) => [record.object.engineObjectId, record]));
  for (const record of gone) unstore(site, record);
  for (const object of incoming.values()) {
    const old = oldByEngineId.get(object.engineObjectId);
    const record = old ?? addObject(site, actor, target, object);
    settleObject(record, target, isPublished);
    setObject(site, record, object);
    stamp(site, record, actor.name);
  }
  const fields = takeFields(site, source, target);
  committed(site, target, {
    changeType: 2,
    action: 'replace-app',
    by: actor.name,
    changedProperties: ['modifiedDate', ...fields],
    details: { source: source.id, ...appDetails(site, target) },
  });
}

function settleObject(record: ObjectRecord, target: AppRecord, isPublished: boolean): void {
  if (!isPublished) return;
  const publishTime = record.values['published'] === true ? record.values['publishTime'] : target.modifiedMs;
  Object.assign(record.values, { published: true, approved: true, publishTime });
}

function takeFields(site: SiteState, source: AppRecord, target: AppRecord): string[] {
  const { switches } = site;
  target.content = source.content;
  const fields = ['thumbnail', 'dynamicColor', 'savedInProductVersion', 'migrationHash', 'fileSize'];
  if (switches.replaceName === 'source') fields.push('name');
  if (switches.replaceDescription === 'source') fields.push('description');
  if (switches.replaceTakesReloadTime) fields.push('lastReloadTime');
  const changed = fields.filter((name) => target.values[name] !== source.values[name]);
  for (const name of changed) target.values[name] = source.values[name] ?? null;
  if (target.values['published'] === true && switches.replaceRenewsPublishTime) {
    target.values['publishTime'] = target.modifiedMs;
    changed.push('publishTime');
  }
  return changed;
}
