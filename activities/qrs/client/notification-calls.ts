import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';
import { type QrsCall, timing } from './call.ts';
import { guid, type QrsFilter } from './filter.ts';
import type { QrsHttp } from './qrs-http.ts';
import type { CallOptions } from './settings.ts';
import type { QrsChange } from './types.ts';

/** What a site is asked to tell of. */
export interface SubscriptionRequest {
  /** Entity type, such as `App`. */
  readonly name: string;
  readonly changeType: 'add' | 'update' | 'delete';
  /** One base property, or `!property` for all others. Custom properties, tags, stream and owner cannot be named. */
  readonly propertyName?: string;
  /** Ignored by the site for deletions. */
  readonly filter?: QrsFilter;
  /** Where the site posts its notices to. It carries the callback token: it is in no error text. */
  readonly url: string;
}

/** Change notices of a site (QRS facts, section 1). Codes as with AppReads; timeout `timeouts.write`, for changes `timeouts.read`. */
export interface NotificationCalls {
  /**
   * The handle of a new subscription. The site forgets it when its repository restarts. A repeat may make a second one, or give
   * the same handle back: compare before deleting the former.
   */
  createSubscription(request: SubscriptionRequest, options?: CallOptions): Promise<string>;
  /** Ends a subscription. `unknown` when the site has none of this handle: its repository has restarted. Safe to repeat. */
  deleteSubscription(handle: string, options?: CallOptions): Promise<'deleted' | 'unknown'>;
  /** Changes of these entity types since that moment, as the site remembers them. Safe to repeat. */
  changesSince(sinceUtc: string, types: readonly string[], options?: CallOptions): Promise<readonly QrsChange[]>;
}

const changeNumbers = { add: 1, update: 2, delete: 3 } as const;

/** The calls over a sender. */
export function createNotificationCalls(http: QrsHttp): NotificationCalls {
  const write = (options?: CallOptions) => timing(http.timeouts, 'write', options);

  return {
    async createSubscription({ name, changeType, propertyName, filter, url }, options) {
      const query = { name, changetype: changeNumbers[changeType], propertyname: propertyName, filter: filter?.text };
      const doing = `subscribe to changes of ${name}`;
      const call: QrsCall = { method: 'POST', path: '/qrs/notification', query, json: url, doing, ...write(options) };
      const reply = await http.json<unknown>(call);
      const handle = typeof reply === 'string' ? reply : (reply as { value?: unknown } | null | undefined)?.value;
      if (typeof handle === 'string') return handle;
      const facts = {
        site: http.site,
        host: http.firstHost,
        doing,
        reason: 'it holds no handle',
        mayHaveTakenEffect: true,
      };
      throw waybillError('WAYBILL_QRS_REPLY', facts);
    },

    async deleteSubscription(handle, options) {
      const query = { handle: guid(handle).guid };
      try {
        await http.json({
          method: 'DELETE',
          path: '/qrs/notification',
          query,
          doing: 'end a subscription',
          ...write(options),
        });
        return 'deleted';
      } catch (error) {
        if (saysUnknownHandle(error)) return 'unknown';
        throw error;
      }
    },

    async changesSince(sinceUtc, types, options) {
      const changes = await http.json<readonly QrsChange[]>({
        method: 'GET',
        path: '/qrs/notification/changes',
        query: { since: sinceUtc, types: types.join(',') },
        doing: 'read the latest changes',
        ...timing(http.timeouts, 'read', options),
      });
      return changes ?? [];
    },
  };
}

/** Which status a site gives for an unknown handle is not known (QRS facts, section 1): any refusal of the handle itself counts. */
function saysUnknownHandle(error: unknown): boolean {
  if (!isWaybillError(error)) return false;
  const { code, facts } = error as WaybillError;
  if (['WAYBILL_QRS_NOT_FOUND', 'WAYBILL_QRS_REFUSED', 'WAYBILL_QRS_CONFLICT'].includes(code)) return true;
  return code === 'WAYBILL_QRS_SERVER' && /handle|not (be )?found|unknown|not exist/i.test(String(facts.reply));
}
