import { isoDate, fullShape } from './shapes.ts';
import { findApp, nowMs, type SiteState } from './site-state.ts';
import { noContent, type Reply } from './http-call.ts';
import type { Routed } from './router.ts';

/** The answer of success to a request that was not carried out ("200 but not done"). */
export function pretendedReply(site: SiteState, routed: Routed): Reply {
  const { method, path } = routed.route;
  if (method === 'DELETE') return noContent;
  const isCreation = method === 'POST';
  const subject = findApp(site, routed.params['id'] ?? '');
  const json = subject === undefined ? { schemaPath: 'App' } : fullShape(site, subject);
  const fresh = { id: site.random.guid(), createdDate: isoDate(nowMs(site)), modifiedDate: isoDate(nowMs(site)) };
  if (path.endsWith('/reload') || path.endsWith('/start')) return noContent;
  if (path === '/notification') return { status: 201, json: { value: fresh.id } };
  return isCreation ? { status: 201, json: { ...json, ...fresh } } : { status: 200, json };
}
