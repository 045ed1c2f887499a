import { waybillError } from '../../../common/errors/catalogue.ts';
import type { ObjectFacts } from '../../../rules/revision.ts';
import { listsAgree } from '../../../rules/same-content.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { Artifact, DecisionRecord } from '../../promotion-types.ts';
import { toObjectFacts } from '../app-facts.ts';
import type { QrsAppObject } from '../client/types.ts';
import { storedDecision } from '../source/stored-decision.ts';
import { endExports } from '../source/take-export.ts';
import { inWords } from './difference-words.ts';
import { type ContentVerdict, judge, noteVerdict, WARN_EXPORT_MS } from './judge.ts';
import { contentsOfApp, contentsOfArtifact } from './read-contents.ts';

/** An app that stands at a target, and what was sent there. */
export interface DeliveredContent {
  readonly decision: DecisionRecord;
  readonly site: string;
  readonly appId: string;
  readonly streamName: string;
  readonly artifact: Artifact;
}

/** Whether lists of objects settle what `verify.content` asks; if not, `verifyContent` has to. */
export function isSettled(
  deps: ActivityDependencies,
  sent: readonly ObjectFacts[],
  standing: readonly ObjectFacts[],
  options?: { readonly extras: boolean },
): boolean {
  const mode = deps.config().verify.content;
  return mode === 'off' || (mode === 'warn' && listsAgree(sent, standing, options));
}

/** The same of an app at a target, by the objects that an export of it would carry. */
export async function isDeliverySettled(
  deps: ActivityDependencies,
  { promotionKey }: DecisionRecord,
  standing: readonly QrsAppObject[],
): Promise<boolean> {
  const { source } = await storedDecision(deps, promotionKey);
  return isSettled(deps, source.revision.objects, standing.map(toObjectFacts));
}

/**
 * Compares what stands with what was exported, by an export without data, and writes the answer down; the warnings that
 * it gives rise to. Safe to repeat: an answer that is written down is not asked for again.
 *
 * @throws WAYBILL_PROMOTION_CONTENT_DIFFERS where a difference stops the delivery
 */
export async function verifyContent(deps: ActivityDependencies, input: DeliveredContent): Promise<readonly string[]> {
  const { decision, site, appId, streamName, artifact } = input;
  const { promotionKey, app } = decision;
  const mode = deps.config().verify.content;
  if (mode === 'off') return [];
  const seq = `deliver/${site}/content/${appId}`;
  const known = (await deps.ledger.recordsOf(promotionKey)).find((record) => record.seq === seq);
  if (known) return warningsOf(known.facts as ContentVerdict, streamName);
  const exported = { site, appId, appName: app.name };
  const timeoutMs = mode === 'warn' ? WARN_EXPORT_MS : undefined;
  const verdict = await judge(deps, mode, {
    sent: () => contentsOfArtifact(deps, artifact),
    standing: () => contentsOfApp(deps, { ...exported, timeoutMs }),
  });
  if (verdict.verdict === 'not-compared') await endExports(deps, exported);
  const record = { promotionKey, seq, type: 'content-compared', site, appId, facts: verdict };
  const stopping = await noteVerdict(deps, mode, verdict, record);
  if (!stopping) return warningsOf(verdict, streamName);
  const differences = inWords(stopping);
  throw waybillError('WAYBILL_PROMOTION_CONTENT_DIFFERS', { app: app.name, site, differences });
}

function warningsOf(verdict: ContentVerdict, stream: string): readonly string[] {
  if (verdict.verdict === 'differs') {
    return [`In stream "${stream}" it does not hold what was exported: ${inWords(verdict.differences)}.`];
  }
  if (verdict.verdict === 'same') return [];
  return [
    `In stream "${stream}" only its size and objects could be compared with what was exported, not its content: ${verdict.why}`,
  ];
}
