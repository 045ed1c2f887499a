import { type Actor, mustBeAllowed } from './actors.ts';
import { addApp, appDetails } from './app-create.ts';
import { scriptObjectId } from './app-content.ts';
import { checkConflict, differences, draftOf, saveDraft } from './entity-write.ts';
import { type AppRecord, neverMs, textOf } from './records.ts';
import { withLoss } from './imported-content.ts';
import { badRequest, QrsRefusal } from './refusal.ts';
import { committed, nowMs, objectsOf, recordsOf, type SiteState, stamp, unstore } from './site-state.ts';

/**
 * Changes an app by a PUT body, under the conflict rule ("QRS facts, section 2").
 * @throws QrsRefusal 400, 403 or 409; then nothing is changed.
 */
export function updateApp(site: SiteState, actor: Actor, app: AppRecord, body: Record<string, unknown>): void {
  mustBeAllowed(site, actor, app);
  checkConflict(app, body);
  const draft = draftOf(site, app, body, actor.name);
  settleStream(site, app, draft.refs);
  const { fields, references } = differences(app, draft);
  if (fields.length + references.length === 0 && !site.switches.idlePutRenewsModifiedDate) return;
  saveDraft(site, app, draft, actor.name);
  const mode = site.switches.changedPropertiesOfPut;
  const names = mode === 'with-references' ? [...fields, ...references] : fields;
  committed(site, app, {
    changeType: 2,
    action: 'update-app',
    by: actor.name,
    changedProperties: mode === 'empty' ? [] : ['modifiedDate', ...names],
    details: { fields, references, owner: app.refs['owner'], stream: app.refs['stream'] },
  });
}

/** A published app can be moved but not taken out of its streams; another one gets no stream by PUT. */
function settleStream(site: SiteState, app: AppRecord, refs: Record<string, string | null>): void {
  const wanted = refs['stream'] ?? null;
  if (app.values['published'] === true) {
    refs['stream'] = wanted ?? app.refs['stream'] ?? null;
    return;
  }
  if (wanted !== null && site.switches.streamOnUnpublished === 'refused') throw badRequest('The app is not published');
  refs['stream'] = null;
}

/** Deletes the app with its objects. @throws QrsRefusal 403. */
export function deleteApp(site: SiteState, actor: Actor, app: AppRecord): void {
  mustBeAllowed(site, actor, app);
  const details = appDetails(site, app);
  const standing = site.standingOf(app);
  unstore(site, app);
  committed(site, app, { changeType: 3, action: 'delete-app', by: actor.name, details, standing });
}

/** A copy that belongs to the caller, not published ("QRS facts, section 2"). Of a published app: its base objects. */
export function copyApp(
  site: SiteState,
  actor: Actor,
  source: AppRecord,
  options: { name?: string | undefined; withCustomProperties: boolean },
): AppRecord {
  mustBeAllowed(site, actor, source);
  const takesAll = source.values['published'] !== true || site.switches.copyKeepsCommunity;
  const objects = objectsOf(site, source.id).filter((record) => takesAll || record.values['approved'] === true);
  const numbered = site.switches.copyDefaultName === 'numbered' ? '(1)' : '';
  const copy = addApp(site, actor, {
    name: checkedName(options.name ?? `${textOf(source, 'name')}${numbered}`),
    content: source.content,
    objects: withLoss(
      objects.map((record) => record.object).filter((object) => object.engineObjectId !== scriptObjectId),
      site.switches.copyLoses,
    ),
  });
  for (const name of [
    'description',
    'thumbnail',
    'dynamicColor',
    'lastReloadTime',
    'savedInProductVersion',
    'fileSize',
  ]) {
    copy.values[name] = source.values[name] ?? null;
  }
  copy.values['sourceAppId'] = source.id;
  if (site.switches.copyKeepsTags) copy.tagIds = [...source.tagIds];
  if (options.withCustomProperties) {
    copy.rows = source.rows.map((row) => ({
      ...row,
      id: site.random.guid(),
      modifiedBy: actor.name,
      createdMs: nowMs(site),
    }));
  }
  const details = { source: source.id, ...appDetails(site, copy) };
  committed(site, copy, { changeType: 1, action: 'copy-app', by: actor.name, details });
  return copy;
}

/**
 * Publishes an app to a stream: all its objects become base objects.
 * @throws QrsRefusal when it is published already, or the stream is not there (codes: switches).
 */
export function publishApp(
  site: SiteState,
  actor: Actor,
  app: AppRecord,
  options: { streamId: string; name?: string | undefined },
): void {
  mustBeAllowed(site, actor, app);
  const stream = recordsOf(site, 'Stream').get(options.streamId.toLowerCase());
  if (stream === undefined) throw new QrsRefusal(site.switches.unknownStreamCode, 'The stream could not be found.');
  if (app.values['published'] === true) {
    throw new QrsRefusal(site.switches.secondPublishCode, 'The app is already published.');
  }
  const fields = ['publishTime', 'published'];
  if (options.name !== undefined && options.name !== app.values['name']) {
    app.values['name'] = checkedName(options.name);
    fields.push('name');
  }
  stamp(site, app, actor.name);
  Object.assign(app.values, { published: true, publishTime: app.modifiedMs });
  app.refs['stream'] = stream.id;
  for (const record of objectsOf(site, app.id)) {
    Object.assign(record.values, { published: true, approved: true, publishTime: app.modifiedMs });
    stamp(site, record, actor.name);
    delete record.shape;
  }
  const mode = site.switches.changedPropertiesOfPublish;
  const changed = ['modifiedDate', ...fields, ...(mode === 'with-references' ? ['stream'] : [])];
  committed(site, app, {
    changeType: 2,
    action: 'publish-app',
    by: actor.name,
    changedProperties: mode === 'empty' ? [] : changed,
    details: { streamName: stream.values['name'], ...appDetails(site, app) },
  });
}

/** Sets an app back to not published, as only the repository's own hands can. */
export function unpublishApp(site: SiteState, actor: Actor, app: AppRecord): void {
  Object.assign(app.values, { published: false, publishTime: neverMs });
  app.refs['stream'] = null;
  stamp(site, app, actor.name);
  const changedProperties = ['modifiedDate', 'published', 'publishTime'];
  committed(site, app, { changeType: 2, action: 'unpublish-app', by: actor.name, changedProperties });
}

/** @throws QrsRefusal 400 for a name that is empty or longer than 255 characters. */
export function checkedName(name: string): string {
  if (name.length < 1 || name.length > 255) throw badRequest('Invalid value for name');
  return name;
}
