import { type CloudApp, type CloudItem, type CloudUser, cloudApp, cloudItem, cloudUser, pageOf } from './answers.ts';
import type { CallOptions } from './cloud-call.ts';
import type { CloudHttp } from './cloud-http.ts';

/** Codes of each beside those named: see QlikCloudClient. */
export interface AppCalls {
  /** @throws WAYBILL_CLOUD_NOT_FOUND */
  getApp(appId: string, options?: CallOptions): Promise<CloudApp>;
  /** The app as the list of things in spaces knows it, with its tags; undefined when it is in none. */
  getItemOf(appId: string, options?: CallOptions): Promise<CloudItem | undefined>;
  /** @throws WAYBILL_CLOUD_NOT_FOUND */
  getUser(userId: string, options?: CallOptions): Promise<CloudUser>;
}

export function createAppCalls(http: CloudHttp): AppCalls {
  return {
    getApp: (appId, { signal } = {}) =>
      http.json(
        { path: `/api/v1/apps/${encodeURIComponent(appId)}`, doing: `read the app ${appId}`, signal },
        cloudApp,
      ),

    async getItemOf(appId, { signal } = {}) {
      const query = { resourceType: 'app', resourceId: appId };
      const call = { path: '/api/v1/items', query, doing: `read the tags of the app ${appId}`, signal };
      const { data } = await http.json(call, pageOf(cloudItem));
      return data.find(({ resourceId }) => resourceId === appId);
    },

    getUser: (userId, { signal } = {}) =>
      http.json(
        { path: `/api/v1/users/${encodeURIComponent(userId)}`, doing: `read the user ${userId}`, signal },
        cloudUser,
      ),
  };
}
