import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { type Finding, siteSubject, skipped } from '../../common/finding.ts';
import type { SourceConfig } from '../../config/types.ts';
import { fold } from '../../rules/app-facts.ts';
import { approverFindings, type AuditedStream } from '../../rules/doctor/approvers.ts';
import { attemptContext } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { mostAudited } from '../qrs/client/audit-calls.ts';
import { and, eq, guid } from '../qrs/client/filter.ts';
import type { QrsStream } from '../qrs/client/types.ts';
import { approvalOf, serviceAccountsOf } from '../qrs/source-policy.ts';

/** Each stream costs two calls, one of them dear. */
const MOST_STREAMS = 10;

/**
 * Who may set the approval property in the streams of a source, as its security rules have it: asked with one published app of
 * each, the streams that the settings name before the others. Reads only.
 * @throws errors of the site, but for a refusal of the audit itself
 */
export async function lookAtApprovers(
  deps: ActivityDependencies,
  source: SourceConfig,
  streams: readonly QrsStream[],
): Promise<Finding[]> {
  const { alias } = source;
  const named = new Set(Object.keys(source.streams).map(fold));
  const isNamed = ({ name }: QrsStream): number => (named.has(fold(name)) ? 0 : 1);
  const asked = streams.toSorted((a, b) => isNamed(a) - isNamed(b)).slice(0, MOST_STREAMS);
  try {
    const audited = await Promise.all(asked.map((stream) => auditStream(deps, source, stream)));
    return approverFindings(
      alias,
      audited.filter((one) => one !== undefined),
      serviceAccountsOf(deps.config()),
    );
  } catch (error) {
    if (!isWaybillError(error) || !refusals.has(error.code)) throw error;
    const about = ['source.approvers', siteSubject(alias)] as const;
    const remedy = `Give the user of sites.${alias}.user the right to audit (RootAdmin or AuditAdmin), or use the audit of the QMC.`;
    return [skipped(about, `The site did not say who may approve: ${error.message}`, remedy)];
  }
}

/** The site does not let this account audit, or has no such audit. */
const refusals = new Set<string>(['WAYBILL_QRS_FORBIDDEN', 'WAYBILL_QRS_NOT_FOUND', 'WAYBILL_QRS_REFUSED']);

/** Undefined where no app is published in the stream. */
async function auditStream(
  deps: ActivityDependencies,
  source: SourceConfig,
  { id, name }: QrsStream,
): Promise<AuditedStream | undefined> {
  const { signal } = attemptContext();
  const client = deps.qrs(source.alias);
  const [app] = await client.getApps(and(eq('stream.id', guid(id)), eq('published', true)), { signal });
  if (!app) return undefined;
  const people = await client.whoMayUpdate(app.id, { signal });
  return { name, people, isCut: people.length >= mostAudited, approvers: approvalOf(source, name).approvers };
}
