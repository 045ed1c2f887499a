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

/**
 * The host for an upload: of those that answer a small question, the first that does not call itself a rim node, or else the first
 * (uploads go to the central node only: QRS facts, section 2). An upload's bytes can be read once, so no host is tried with them.
 * @throws what the hosts fail with, when none answers
 */
export async function findUploadHost(http: QrsHttp, signal: AbortSignal | undefined): Promise<UploadHost> {
  const doing = 'ask which node takes uploads';
  const call: QrsCall = { method: 'GET', path: '/qrs/about', doing, ...timing(http.timeouts, 'read', { signal }) };
  const failures: WaybillError[] = [];
  let rim: SiteHost | undefined;
  for (const host of await http.hosts()) {
    try {
      const about = await http.json<QrsAbout>(call, { host });
      if (about?.nodeType !== 2) return { host, mayBeCentral: true };
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
export function uploadFailure(error: unknown, { mayBeCentral }: UploadHost): unknown {
  if (mayBeCentral || !isWaybillError(error)) return error;
  const { code, facts } = error as WaybillError;
  const isRefusal = /_(REFUSED|FORBIDDEN|NOT_FOUND|SERVER)$/.test(code);
  return isRefusal ? waybillError('WAYBILL_QRS_NOT_CENTRAL', facts, { cause: error }) : error;
}
