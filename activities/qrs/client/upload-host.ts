import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';
import { type QrsCall, timing } from './call.ts';
import { mayAskNextHost, mostHopeful } from './next-host.ts';
import type { QrsHttp } from './qrs-http.ts';
import type { SiteHost } from './site-connections.ts';
import type { QrsAbout } from './types.ts';

/** Where an upload goes. */
export interface UploadHost {
  readonly host: SiteHost;
  /** False when the host says that it is a rim node: it will hardly take an upload. */
  readonly mayBeCentral: boolean;
}

/** How long the answer of a site's only host counts: where there is nothing to choose, asking again saves little. */
const onlyHostMs = 60_000;
const onlyHosts = new WeakMap<SiteHost, number>();

/**
 * The host for an upload: of those that answer a small question, the first that does not call itself a rim node, or else the first
 * (uploads go to the central node only: QRS facts, section 2). An upload's bytes can be read once, so no host is tried with them.
 * The only host of a site is not asked again within a minute, unless an upload to it failed.
 * @throws what the hosts fail with, when none answers
 */
export async function findUploadHost(http: QrsHttp, signal: AbortSignal | undefined): Promise<UploadHost> {
  const doing = 'ask which node takes uploads';
  const call: QrsCall = { method: 'GET', path: '/qrs/about', doing, ...timing(http.timeouts, 'read', { signal }) };
  const failures: WaybillError[] = [];
  let rim: SiteHost | undefined;
  const hosts = await http.hosts();
  const [only] = hosts;
  if (only && performance.now() - (onlyHosts.get(only) ?? Number.NEGATIVE_INFINITY) < onlyHostMs) {
    return { host: only, mayBeCentral: true };
  }
  for (const host of hosts) {
    try {
      const about = await http.json<QrsAbout>(call, { host });
      if (about?.nodeType !== 2) {
        if (hosts.length === 1) onlyHosts.set(host, performance.now());
        return { host, mayBeCentral: true };
      }
      rim ??= host;
    } catch (error) {
      if (!mayAskNextHost(error)) throw error;
      failures.push(error);
    }
  }
  if (!rim) throw mostHopeful(failures);
  return { host: rim, mayBeCentral: false };
}

/** The error of an upload; a rim node's refusal may pass, for the central node will be back. */
export function uploadFailure(error: unknown, { host, mayBeCentral }: UploadHost): unknown {
  onlyHosts.delete(host);
  if (mayBeCentral || !isWaybillError(error)) return error;
  const { code, facts } = error as WaybillError;
  const isRefusal = /_(REFUSED|FORBIDDEN|NOT_FOUND|SERVER)$/.test(code);
  return isRefusal ? waybillError('WAYBILL_QRS_NOT_CENTRAL', facts, { cause: error }) : error;
}
