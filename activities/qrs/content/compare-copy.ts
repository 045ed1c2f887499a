import { waybillError } from '../../../common/errors/catalogue.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { DecisionRecord } from '../../promotion-types.ts';
import { removeCopy } from '../source/owner-copy.ts';
import { endExports } from '../source/take-export.ts';
import { inWords } from './difference-words.ts';
import { type ContentVerdict, judge, noteVerdict, WARN_EXPORT_MS } from './judge.ts';
import { contentsOfApp } from './read-contents.ts';

/**
 * Compares the owner's copy with the published app, both exported without data, and writes the answer down for
 * `unpublish`. What the copy has besides does not matter. A copy whose difference has to wait for an operator goes, so
 * that a retry makes another. Safe to repeat: an answer that is written down is not asked for again.
 *
 * @throws WAYBILL_PROMOTION_COPY_DIFFERS where a difference has to wait for an operator
 */
export async function compareCopy(
  deps: ActivityDependencies,
  { decision, copyAppId }: { decision: DecisionRecord; copyAppId: string },
): Promise<void> {
  const mode = deps.config().verify.content;
  const { promotionKey, site, appId, app } = decision;
  if (mode === 'off' || (await copyVerdict(deps, promotionKey, copyAppId))) return;
  const timeoutMs = mode === 'warn' ? WARN_EXPORT_MS : undefined;
  const original = { site, appId, appName: app.name, timeoutMs };
  const copy = { ...original, appId: copyAppId };
  const verdict = await judge(deps, mode, {
    sent: () => contentsOfApp(deps, original),
    // Of an app that is not published, no object may count as approved (QRS facts, section 6).
    standing: () => contentsOfApp(deps, { ...copy, scope: 'all' }),
    extras: true,
  });
  if (verdict.verdict === 'not-compared') for (const one of [original, copy]) await endExports(deps, one);
  const facts = { ...verdict, copyAppId };
  const record = { promotionKey, seq: seqOf(copyAppId), type: 'copy-compared', site, appId: copyAppId, facts };
  const stopping = await noteVerdict(deps, mode, verdict, record);
  if (!stopping) return;
  await removeCopy(deps, decision, copyAppId);
  const differences = inWords(stopping);
  throw waybillError('WAYBILL_PROMOTION_COPY_DIFFERS', { app: app.name, site, differences });
}

/** What the comparison of a copy found, once there was one. */
export async function copyVerdict(
  deps: ActivityDependencies,
  promotionKey: string,
  copyAppId: string,
): Promise<ContentVerdict | undefined> {
  const records = await deps.ledger.recordsOf(promotionKey);
  return records.find(({ seq }) => seq === seqOf(copyAppId))?.facts as ContentVerdict | undefined;
}

function seqOf(copyAppId: string): string {
  return `copy/content/${copyAppId}`;
}
