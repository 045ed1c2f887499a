import { type CloudReload, cloudReload } from './answers.ts';
import type { CallOptions, CallPlace } from './cloud-call.ts';
import type { CloudHttp } from './cloud-http.ts';
import { pageEntries, readPages } from './cloud-lists.ts';
import type { BoundedText } from '../read-body.ts';

/** What a list of reloads is to hold. */
export interface ReloadListOptions extends CallOptions {
  /** Of this app alone. */
  readonly appId?: string;
  /** Any of these; all when empty or not given. */
  readonly status?: readonly string[];
  /** Those that ended (or, as long as they have no end, came to be) at this time or later. */
  readonly since?: Date;
  /** At most so many. */
  readonly limit: number;
}

export interface ReloadList {
  /** In the order of the tenant. */
  readonly reloads: readonly CloudReload[];
  /** False when there may be more that would fit. */
  readonly isComplete: boolean;
}

/** Codes of each beside those named: see QlikCloudClient. */
export interface ReloadCalls {
  /** @throws WAYBILL_CLOUD_NOT_YET when the tenant shows no such reload */
  getReload(reloadId: string, options?: CallOptions): Promise<CloudReload>;
  /**
   * Reloads of an app, or of all, for which the login must be a tenant admin's, else of its own ones; at most 5000 are
   * looked at.
   */
  listReloads(options: ReloadListOptions): Promise<ReloadList>;
  /**
   * The script log of a reload; of one over 20 MB, its first and last 10 MB with a line in between that says so.
   * @throws WAYBILL_CLOUD_NOT_YET when the tenant shows none
   */
  getScriptLog(appId: string, reloadId: string, options?: CallOptions): Promise<BoundedText>;
}

const mostPages = 50;
/** A reload does not last longer: what came to be this long before `since` had ended by then. */
const longestReloadMs = 24 * 3_600_000;
const scriptLogLimits = { keptBytes: 10 * 1024 * 1024, readBytes: 256 * 1024 * 1024 };

export function createReloadCalls(http: CloudHttp, place: CallPlace): ReloadCalls {
  return {
    getReload: (reloadId, { signal } = {}) =>
      http.json(
        {
          path: `/api/v1/reloads/${encodeURIComponent(reloadId)}`,
          doing: `read the reload ${reloadId}`,
          isOfSomethingNew: true,
          signal,
        },
        cloudReload,
      ),

    listReloads: (options) => listReloads(http, place, options),

    getScriptLog: (appId, reloadId, { signal } = {}) =>
      http.text(
        {
          path: `/api/v1/apps/${encodeURIComponent(appId)}/reloads/logs/${encodeURIComponent(reloadId)}`,
          doing: `read the script log of the reload ${reloadId}`,
          isOfSomethingNew: true,
          signal,
        },
        scriptLogLimits,
      ),
  };
}

async function listReloads(http: CloudHttp, place: CallPlace, options: ReloadListOptions): Promise<ReloadList> {
  const { appId, status = [], since, limit, signal } = options;
  const query = { limit: String(pageEntries), log: 'false', appId, filter: statusFilter(status) };
  const call = { path: '/api/v1/reloads', query, doing: 'list reloads', signal };
  const reloads: CloudReload[] = [];
  let formerMs = Number.POSITIVE_INFINITY;
  let isNewestFirst = true;
  for await (const { entries, isLast } of readPages(http, place, call, cloudReload, mostPages)) {
    for (const reload of entries) {
      const createdMs = Date.parse(reload.creationTime ?? '');
      isNewestFirst &&= createdMs <= formerMs;
      formerMs = createdMs;
      // The tenant may not have known the filter.
      if (status.length > 0 && !status.includes(reload.status)) continue;
      if (since && endMs(reload) < since.getTime()) continue;
      if (reloads.length === limit) return { reloads, isComplete: false };
      reloads.push(reload);
    }
    if (isLast) return { reloads, isComplete: true };
    // The order is not documented: pages are skipped only as long as it holds.
    const isPast = since && isNewestFirst && formerMs < since.getTime() - longestReloadMs;
    if (isPast) return { reloads, isComplete: true };
  }
  return { reloads, isComplete: false };
}

/** Only `eq` is documented, joined by `OR` (Qlik Cloud facts, section 2). */
function statusFilter(status: readonly string[]): string | undefined {
  if (status.length === 0) return undefined;
  return status.map((one) => `(status eq ${JSON.stringify(one)})`).join(' OR ');
}

/** A reload without a time is never too old. */
function endMs({ endTime, creationTime }: CloudReload): number {
  const time = Date.parse(endTime ?? creationTime ?? '');
  return time > 0 ? time : Number.POSITIVE_INFINITY;
}
