import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { type AppReads, isSurelyMissing } from './app-reads.ts';
import { timing } from './call.ts';
import { eq, guid } from './filter.ts';
import type { QrsHttp } from './qrs-http.ts';
import type { CallOptions } from './settings.ts';
import type { QrsApp } from './types.ts';

/** How often a change is computed anew when somebody else was faster. */
const conflictTries = 5;

/** Given the app as it is now, the app as it should be; undefined when nothing is to be changed. */
export type AppChange = (app: QrsApp) => QrsApp | undefined;

export interface AppUpdate {
  readonly outcome: 'changed' | 'unchanged';
  /** As it is after the call. */
  readonly app: QrsApp;
}

/**
 * Changes of apps, each one request. When one fails, `facts.mayHaveTakenEffect` of the error says whether the site may have
 * done it all the same: then look before repeating. Codes as with AppReads, and those named.
 */
export interface AppWrites {
  /**
   * Replaces the stored app by this one, which must be whole and carry the `modifiedDate` it was read with (QRS facts,
   * section 2). Safe to repeat: a repeat after success is a conflict. Timeout `timeouts.write`.
   * @throws WAYBILL_QRS_CONFLICT when the app was changed since; WAYBILL_QRS_NOT_FOUND
   */
  putApp(app: QrsApp, options?: CallOptions): Promise<QrsApp>;
  /**
   * Reads the app, has the change computed and writes it; on a conflict at once again, 5 times at most. Safe to repeat where
   * `change` gives undefined for an app that has the change already. `from`: the app as it was just read, so that it
   * is not read again.
   * @throws WAYBILL_QRS_NOT_FOUND when the app is gone; WAYBILL_QRS_CONFLICT when others kept being faster
   */
  updateApp(id: string, change: AppChange, options?: CallOptions & { readonly from?: QrsApp }): Promise<AppUpdate>;
  /** Deletes the app for good; `gone` when it was not there any more. Safe to repeat. Timeout `timeouts.write`. */
  deleteApp(id: string, options?: CallOptions): Promise<'deleted' | 'gone'>;
  /**
   * A copy in the API user's own work, under `name`; without custom properties unless asked for. Not safe to repeat: each
   * call makes a copy. Timeout `timeouts.publish`.
   */
  copyApp(id: string, name: string, options?: CallOptions & { readonly customProperties?: boolean }): Promise<QrsApp>;
  /**
   * Publishes an unpublished app to a stream under `name`. A repeat after success is refused (status not known): read the app
   * first. Timeout `timeouts.publish`.
   */
  publishApp(id: string, streamId: string, name: string, options?: CallOptions): Promise<QrsApp>;
  /**
   * Puts the content of app `id` into the app `targetId`, which keeps its id, owner, stream and properties; `id` stays as it is.
   * Safe to repeat: same source, same result (QRS facts, sections 2 and 6). Timeout `timeouts.publish`.
   */
  replaceApp(id: string, targetId: string, options?: CallOptions): Promise<QrsApp>;
  /** Starts a reload; returns when it is queued. Each call starts one. Timeout `timeouts.write`. */
  reloadApp(id: string, options?: CallOptions): Promise<void>;
}

/** The app writes over a sender. */
export function createAppWrites(http: QrsHttp, reads: AppReads): AppWrites {
  const small = (options?: CallOptions) => timing(http.timeouts, 'write', options);
  const long = (options?: CallOptions) => timing(http.timeouts, 'publish', options);

  const putApp: AppWrites['putApp'] = async (app, options) => {
    const { path, id } = appPath(app.id);
    return http.json<QrsApp>({ method: 'PUT', path, json: app, doing: `change the app ${id}`, ...small(options) });
  };

  return {
    putApp,
    updateApp: (id, change, options) => updateApp(http, reads, putApp, id, change, options),

    async deleteApp(id, options) {
      const { path, id: appId } = appPath(id);
      try {
        await http.json({ method: 'DELETE', path, doing: `delete the app ${appId}`, ...small(options) });
        return 'deleted';
      } catch (error) {
        if (await isSurelyMissing(error, async () => reads.getApps(eq('id', guid(id)), options))) return 'gone';
        throw error;
      }
    },

    async copyApp(id, name, options) {
      const { path, id: appId } = appPath(id, '/copy');
      const query = { name, includecustomproperties: options?.customProperties ?? false };
      return http.json<QrsApp>({ method: 'POST', path, query, doing: `copy the app ${appId}`, ...long(options) });
    },

    async publishApp(id, streamId, name, options) {
      const { path, id: appId } = appPath(id, '/publish');
      const query = { stream: guid(streamId).guid, name };
      const doing = `publish the app ${appId} to the stream ${streamId}`;
      return http.json<QrsApp>({ method: 'PUT', path, query, doing, ...long(options) });
    },

    async replaceApp(id, targetId, options) {
      const { path, id: appId } = appPath(id, '/replace');
      const query = { app: guid(targetId).guid };
      const doing = `replace the app ${targetId} by the app ${appId}`;
      return http.json<QrsApp>({ method: 'PUT', path, query, doing, ...long(options) });
    },

    async reloadApp(id, options) {
      const { path, id: appId } = appPath(id, '/reload');
      await http.json({ method: 'POST', path, doing: `reload the app ${appId}`, ...small(options) });
    },
  };
}

async function updateApp(
  http: QrsHttp,
  reads: AppReads,
  putApp: AppWrites['putApp'],
  id: string,
  change: AppChange,
  options?: CallOptions & { readonly from?: QrsApp },
): Promise<AppUpdate> {
  for (let attempt = 1; ; attempt++) {
    const given = attempt === 1 ? options?.from : undefined;
    const app = given ?? (await reads.getApp(id, options));
    if (!app) {
      const reply = '(it is not in the list of apps)';
      const place = { site: http.site, host: http.firstHost, doing: `change the app ${id}` };
      const facts = { ...place, reply, mayHaveTakenEffect: false };
      throw waybillError('WAYBILL_QRS_NOT_FOUND', facts);
    }
    const changed = change(app);
    if (!changed) return { outcome: 'unchanged', app };
    try {
      return { outcome: 'changed', app: await putApp(changed, options) };
    } catch (error) {
      const isConflict = isWaybillError(error) && (error as { code?: unknown }).code === 'WAYBILL_QRS_CONFLICT';
      if (!isConflict || attempt === conflictTries) throw error;
    }
  }
}

function appPath(id: string, action = ''): { path: string; id: string } {
  const { guid: appId } = guid(id);
  return { path: `/qrs/app/${appId}${action}`, id: appId };
}
