import { accountOf, latestRow } from '../../../rules/app-facts.ts';
import { identifyDecision } from '../../../rules/same-decision.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { promotionKeyOf } from '../../digest.ts';
import type { AppMemory, SiteMemory } from '../app-memory.ts';
import type { SourceApp } from './read-source.ts';
import { decisionIdOf, remember } from './record-decision.ts';

/**
 * The app's memory, in which a decision is held that may have been carried out before: it is older than the restore of
 * the ledger, which does not know it. It is acted on only when somebody takes it up, like one that stood before the first
 * start (design 3.8). Writes only the ledger; safe to repeat.
 */
export async function holdLostDecision(
  deps: ActivityDependencies,
  site: string,
  source: SourceApp,
  memory: AppMemory | undefined,
  { restoredUtc }: Pick<SiteMemory, 'restoredUtc'>,
): Promise<AppMemory | undefined> {
  const { app, request, revisionKey } = source;
  const { approval, approvalRows, targets } = request;
  if (restoredUtc === undefined || memory?.released === restoredUtc) return memory;
  if (!app.stream || (approval !== 'approve' && approval !== 'deny')) return memory;
  const row = latestRow(approvalRows);
  if (!row || row.modifiedUtc > restoredUtc) return memory;
  const asked = approval === 'deny' ? [] : targets;
  const seen = { verdict: approval, approvalRows, rows: app.rows, targets: asked, revisionKey };
  if (identifyDecision(seen, memory?.remembered).kind !== 'new') return memory;
  const decisionId = decisionIdOf(source, { ask: approval, targets: asked }, undefined);
  if (await deps.ledger.getClaim({ kind: 'decision', site, appId: app.id, key: decisionId })) return memory;
  await remember(deps, site, source, { decisionId, verdict: approval, targets: asked, stale: false, baseline: true });
  const standing = {
    appName: app.name,
    owner: accountOf(app.owner),
    streamName: app.stream.name,
    decidedBy: row.modifiedBy,
    decidedAtUtc: row.modifiedUtc,
    lostPromotionKey: promotionKeyOf(deps.config().installation.id, site, app.id, decisionId),
  };
  deps.logger.warn({ site, app: app.name, decidedBy: row.modifiedBy }, 'a decision older than the restore is held');
  return deps.ledger.updateAppMemory<AppMemory>(site, app.id, (now) => ({ ...now, standing }));
}
