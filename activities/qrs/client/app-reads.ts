import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';
import { filterQuery, type QrsCall, timing } from './call.ts';
import { withLists } from './empty-lists.ts';
import { and, eq, guid, oneOf, type QrsFilter } from './filter.ts';
import type { QrsHttp } from './qrs-http.ts';
import type { CallOptions } from './settings.ts';
import type { QrsApp, QrsAppObject } from './types.ts';

/** As many ids as one call may ask for: their filter has to fit into an address. */
export const mostIdsInOneCall = 50;

/**
 * Reads of apps. Each is safe to repeat and asks the next host when one does not answer; timeout `timeouts.read`.
 * Beside the codes named, each may throw those of the connection (UNREACHABLE, TLS_…, CERTIFICATE_FILES, CLIENT_CERTIFICATE,
 * TIMEOUT) and of the reply (USER, XSRF, FORBIDDEN, REFUSED, BUSY, SERVER, REPLY), all beginning with WAYBILL_QRS_.
 */
export interface AppReads {
  /** Full apps that the filter matches; all apps without one. None is `[]` (QRS facts, section 2). */
  getApps(filter?: QrsFilter, options?: CallOptions): Promise<readonly QrsApp[]>;
  /**
   * The apps of these ids in one call; an app that is gone is left out.
   * @throws WAYBILL_QRS_VALUE for more than 50 ids, or one that is no GUID
   */
  getAppsByIds(ids: readonly string[], options?: CallOptions): Promise<readonly QrsApp[]>;
  /**
   * The app, or undefined when the site has none of this id. A web page that says 404 (a service that is starting) is not
   * believed: then the list of apps is asked.
   * @throws WAYBILL_QRS_VALUE when `id` is no GUID
   */
  getApp(id: string, options?: CallOptions): Promise<QrsApp | undefined>;
  /** Apps of exactly this name, case included: the site itself compares without case (QRS facts, section 4). */
  findAppsByName(name: string, options?: CallOptions & { readonly streamId?: string }): Promise<readonly QrsApp[]>;
  /**
   * The approved objects of a published app, those that an export carries, for the revision key; with `scope: 'all'` every object,
   * as an app that is not published may have none that counts as approved.
   */
  getAppObjects(
    appId: string,
    options?: CallOptions & { readonly scope?: 'approved' | 'all' },
  ): Promise<readonly QrsAppObject[]>;
  /** Every object of each of these apps, as `getAppObjects` with `scope: 'all'`, in the order of the ids; in one call. */
  getObjectsOfApps(appIds: readonly string[], options?: CallOptions): Promise<readonly (readonly QrsAppObject[])[]>;
}

/** The app reads over a sender. */
export function createAppReads(http: QrsHttp): AppReads {
  const read: Read = (options, path, doing, query) => ({
    method: 'GET',
    path,
    doing,
    query,
    ...timing(http.timeouts, 'read', options),
  });

  const getApps: AppReads['getApps'] = async (filter, options) => {
    const call = read(options, '/qrs/app/full', 'read apps', filterQuery(filter));
    return ((await http.json<readonly QrsApp[]>(call)) ?? []).map(withLists);
  };

  return {
    getApps,
    ...createObjectReads(http, read),

    async getAppsByIds(ids, options) {
      if (ids.length === 0) return [];
      if (ids.length > mostIdsInOneCall) {
        throw waybillError('WAYBILL_QRS_VALUE', {
          value: `${ids.length} ids`,
          kind: `at most ${mostIdsInOneCall} ids`,
        });
      }
      return getApps(oneOf('id', ids.map(guid)), options);
    },

    async getApp(id, options) {
      const { guid: appId } = guid(id);
      try {
        const call = read(options, `/qrs/app/${appId}`, `read the app ${appId}`);
        return withLists(await http.json<QrsApp>(call));
      } catch (error) {
        if (await isSurelyMissing(error, async () => getApps(eq('id', guid(id)), options))) return undefined;
        throw error;
      }
    },

    async findAppsByName(name, options) {
      const named = eq('name', name);
      const filter = options?.streamId === undefined ? named : and(named, eq('stream.id', guid(options.streamId)));
      const apps = await getApps(filter, options);
      return apps.filter((app) => app.name === name);
    },
  };
}

type Read = (options: CallOptions | undefined, path: string, doing: string, query?: QrsCall['query']) => QrsCall;

function createObjectReads(http: QrsHttp, read: Read): Pick<AppReads, 'getAppObjects' | 'getObjectsOfApps'> {
  const getAppObjects: AppReads['getAppObjects'] = async (appId, options) => {
    const ofApp = eq('app.id', guid(appId));
    const isAll = options?.scope === 'all';
    const filter = isAll ? ofApp : and(ofApp, eq('approved', true));
    const call = read(options, '/qrs/app/object/full', `read the objects of the app ${appId}`, filterQuery(filter));
    const objects = (await http.json<readonly QrsAppObject[]>(call)) ?? [];
    return isAll ? objects : objects.filter(({ approved }) => approved);
  };

  return {
    getAppObjects,

    async getObjectsOfApps(appIds, options) {
      const ids = appIds.map((id) => guid(id));
      const doing = `read the objects of the apps ${ids.map((id) => id.guid).join(', ')}`;
      const call = read(options, '/qrs/app/object/full', doing, filterQuery(oneOf('app.id', ids)));
      const objects = (await http.json<readonly QrsAppObject[]>(call)) ?? [];
      // An object that does not say whose it is cannot be told from the others: then each app is asked for its own.
      const isTold = objects.every(({ app }) => app && ids.some((id) => id.guid === app.id.toLowerCase()));
      if (!isTold) return Promise.all(ids.map(({ guid: id }) => getAppObjects(id, { ...options, scope: 'all' })));
      return ids.map((id) => objects.filter(({ app }) => app?.id.toLowerCase() === id.guid));
    },
  };
}

/** True when the error says that an entity is not there; a web page in place of an answer is checked against the list. */
export async function isSurelyMissing(error: unknown, listIt: () => Promise<readonly unknown[]>): Promise<boolean> {
  if (!isWaybillError(error)) return false;
  const { code, facts } = error as WaybillError;
  if (code === 'WAYBILL_QRS_NOT_FOUND') return true;
  return code === 'WAYBILL_QRS_REPLY' && facts.status === 404 ? (await listIt()).length === 0 : false;
}
