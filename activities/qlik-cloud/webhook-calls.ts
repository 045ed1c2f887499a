import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { type CloudWebhook, cloudWebhook } from './answers.ts';
import type { CallOptions, CallPlace } from './cloud-call.ts';
import type { CloudHttp } from './cloud-http.ts';
import { pageEntries, readPages } from './cloud-lists.ts';

/** Codes: see QlikCloudClient. */
export interface WebhookCalls {
  /** The webhooks that the login may see. */
  listWebhooks(options?: CallOptions): Promise<readonly CloudWebhook[]>;
}

/** The first is to end in November 2027 at the earliest, for the second (Qlik Cloud facts, section 1). */
const places = ['/api/v1/webhooks', '/api/core/webhooks'] as const;
/** A tenant has at most a hundred webhooks, and each of its users 150. */
const mostPages = 20;

export function createWebhookCalls(http: CloudHttp, place: CallPlace): WebhookCalls {
  let current = 0;

  const listAt = async (path: string, signal: AbortSignal | undefined): Promise<CloudWebhook[]> => {
    const call = { path, query: { limit: String(pageEntries) }, doing: 'list webhooks', signal };
    const webhooks: CloudWebhook[] = [];
    for await (const { entries } of readPages(http, place, call, cloudWebhook, mostPages)) webhooks.push(...entries);
    return webhooks;
  };

  return {
    async listWebhooks({ signal } = {}) {
      const known = current;
      try {
        return await listAt(places[known] ?? places[0], signal);
      } catch (error) {
        if (!isWaybillError(error) || error.code !== 'WAYBILL_CLOUD_NOT_FOUND') throw error;
        const other = 1 - known;
        const webhooks = await listAt(places[other] ?? places[0], signal);
        current = other;
        return webhooks;
      }
    },
  };
}
