import { type Actor, actorOf, findUser, repositoryActor, type UserName } from './actors.ts';
import { addApp, appDetails, partsOf } from './app-create.ts';
import { copyApp, deleteApp, publishApp, updateApp } from './app-operations.ts';
import { reloadApp, type ReloadOptions } from './app-reload.ts';
import { type ContentEdit, editApp } from './edit-content.ts';
import { mustFind, postEntity, putEntity } from './entity-write.ts';
import { generateContent, type GeneratedApp } from './generate-content.ts';
import { kinds } from './kinds.ts';
import { createUser, type NewUser, setGroups } from './people.ts';
import type { AppRecord, EntityRecord, KindName } from './records.ts';
import { badRequest } from './refusal.ts';
import { fullShape } from './shapes.ts';
import { committed, recordsOf, type SiteState } from './site-state.ts';

/** An app to make on a site, as its owner would in the hub. */
export interface AppToCreate extends GeneratedApp {
  name: string;
  /** `DIR\user`; must exist. */
  owner: string;
  description?: string;
}

/**
 * What people do on the site, in the QMC and the hub. A user is given as `DIR\user` and is taken to have the rights.
 * All go through the same operations as requests, so notifications, dates and the event log are the same.
 * @throws QrsRefusal when the site refuses.
 */
export interface QmcHands {
  createUser(user: NewUser): string;
  /** Puts a user into these groups, and out of all others. */
  setGroups(user: string, groups: string[]): void;
  createStream(name: string, by?: string): string;
  createTag(name: string, by?: string): string;
  /** A definition of a custom property for apps. No choices: any value goes. */
  createProperty(name: string, choiceValues?: string[], objectTypes?: string[]): string;
  createApp(app: AppToCreate): string;
  createTask(appId: string, name: string): string;
  /** By the owner unless said otherwise. The stream by name or id. */
  publish(appId: string, stream: string, options?: { by?: string; name?: string }): void;
  /**
   * GET the app, set the rows of the named properties to exactly these values, PUT the whole app, as the QMC does.
   * Rows of values that stay are resent with their ids.
   */
  setProperties(appId: string, by: string, properties: Record<string, string[]>): void;
  /** As `setProperties`, on a stream by name or id. */
  setStreamProperties(stream: string, by: string | undefined, properties: Record<string, string[]>): void;
  /** Sets the tags of these names, and no others. */
  setTags(appId: string, by: string, names: string[]): void;
  rename(appId: string, name: string, by?: string): void;
  describe(appId: string, description: string, by?: string): void;
  changeOwner(appId: string, owner: string, by?: string): void;
  /** Changes the content: objects, script. Returns the ids of the objects concerned. */
  edit(appId: string, edit?: ContentEdit, by?: string): string[];
  reload(appId: string, options?: ReloadOptions & { by?: string }): Promise<void>;
  copy(appId: string, by: string, name?: string): string;
  deleteApp(appId: string, by?: string): void;
}

/** Hands for one site. */
export function createQmcHands(site: SiteState): QmcHands {
  const appOf = (id: string): AppRecord => mustFind(site, kinds.App, id) as AppRecord;
  const actor = (name: string | undefined): Actor => (name === undefined ? repositoryActor : actorNamed(site, name));
  const ownerOf = (app: AppRecord): Actor => ({
    ...actorOf(mustFind(site, kinds.User, app.refs['owner'] ?? '')),
    isAdmin: true,
  });
  const put = (appId: string, by: string | undefined, change: (body: Record<string, unknown>) => void): void => {
    const app = appOf(appId);
    const body = structuredClone(fullShape(site, app));
    change(body);
    updateApp(site, by === undefined ? ownerOf(app) : actor(by), app, body);
  };
  const post = (kind: KindName, body: Record<string, unknown>, by?: string): string =>
    postEntity(site, actor(by), kinds[kind], body).id;

  return {
    createUser: (user) => createUser(site, repositoryActor, user).id,
    setGroups: (user, groups) => setGroups(site, repositoryActor, userNamed(site, user), groups),
    createStream: (name, by) => post('Stream', { name }, by),
    createTag: (name, by) => post('Tag', { name }, by),
    createProperty: (name, choiceValues = [], objectTypes = ['App']) =>
      post('CustomPropertyDefinition', { name, valueType: 'Text', choiceValues, objectTypes }),
    createApp: (wanted) => createGeneratedApp(site, actorNamed(site, wanted.owner), wanted),
    createTask: (appId, name) => post('ReloadTask', { name, app: { id: appOf(appId).id } }),
    publish(appId, stream, options = {}) {
      const app = appOf(appId);
      const by = options.by === undefined ? ownerOf(app) : actor(options.by);
      publishApp(site, by, app, { streamId: namedOrId(site, 'Stream', stream).id, name: options.name });
    },
    setProperties: (appId, by, properties) => put(appId, by, (body) => setRows(site, body, properties)),
    setStreamProperties(stream, by, properties) {
      const record = namedOrId(site, 'Stream', stream);
      const body = structuredClone(fullShape(site, record));
      setRows(site, body, properties);
      putEntity(site, actor(by), record, body);
    },
    setTags(appId, by, names) {
      put(appId, by, (body) => {
        body['tags'] = names.map((name) => ({ id: namedOrId(site, 'Tag', name).id }));
      });
    },
    rename: (appId, name, by) => put(appId, by, (body) => Object.assign(body, { name })),
    describe: (appId, description, by) => put(appId, by, (body) => Object.assign(body, { description })),
    changeOwner: (appId, owner, by) =>
      put(appId, by, (body) => Object.assign(body, { owner: { id: actorNamed(site, owner).userId } })),
    edit(appId, edit = {}, by) {
      const app = appOf(appId);
      return editApp(site, by === undefined ? ownerOf(app) : actor(by), app, edit);
    },
    reload(appId, { by, ...options } = {}) {
      const app = appOf(appId);
      return reloadApp(site, by === undefined ? ownerOf(app) : actor(by), app, options);
    },
    copy: (appId, by, name) => copyApp(site, actor(by), appOf(appId), { name, withCustomProperties: false }).id,
    deleteApp: (appId, by) => deleteApp(site, actor(by), appOf(appId)),
  };
}

/** `DIR\user` taken apart. @throws QrsRefusal 400. */
export function parseUserName(name: string): UserName {
  const at = name.indexOf('\\');
  if (at < 1) throw badRequest(`A user is written DIRECTORY\\id, not ${name}`);
  return { directory: name.slice(0, at), id: name.slice(at + 1) };
}

function actorNamed(site: SiteState, name: string): Actor {
  return { ...actorOf(userNamed(site, name)), isAdmin: true };
}

function userNamed(site: SiteState, name: string): EntityRecord {
  const record = findUser(site, parseUserName(name));
  if (record === undefined) throw badRequest(`No user ${name} on site ${site.alias}`);
  return record;
}

function createGeneratedApp(site: SiteState, owner: Actor, wanted: AppToCreate): string {
  const app = addApp(site, owner, { name: wanted.name, ...partsOf(generateContent(wanted.name, site.random, wanted)) });
  app.values['description'] = wanted.description ?? '';
  const details = appDetails(site, app);
  committed(site, app, { changeType: 1, action: 'create-app', by: owner.name, details });
  return app.id;
}

function namedOrId(site: SiteState, kind: KindName, nameOrId: string): EntityRecord {
  const records = recordsOf(site, kind);
  const byId = records.get(nameOrId.toLowerCase());
  const found = byId ?? [...records.values()].find((record) => record.values['name'] === nameOrId);
  if (found === undefined) throw badRequest(`No ${kind} ${nameOrId} on site ${site.alias}`);
  return found;
}

function setRows(site: SiteState, body: Record<string, unknown>, properties: Record<string, string[]>): void {
  const before = body['customProperties'] as { value: string; definition: { id: string; name: string } }[];
  const kept = before.filter(({ definition, value }) => properties[definition.name]?.includes(value) ?? true);
  const added = Object.entries(properties).flatMap(([name, values]) => {
    const definition = { id: namedOrId(site, 'CustomPropertyDefinition', name).id };
    const isThere = (value: string): boolean =>
      kept.some((row) => row.definition.id === definition.id && row.value === value);
    return values.filter((value) => !isThere(value)).map((value) => ({ value, definition }));
  });
  body['customProperties'] = [...kept, ...added];
}
