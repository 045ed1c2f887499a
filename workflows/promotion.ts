import { allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow';
import type { Pace } from '../activities/pace.ts';
import type {
  AppKey,
  CleanUpOutcome,
  CloseInput,
  DecisionRecord,
  VersionOutcome,
} from '../activities/promotion-types.ts';
import { records, sourceSteps, sourceTransfers } from './activity-options.ts';
import { Deliveries, type Exported, hasFiles } from './deliveries.ts';
import { exportFor } from './export-for.ts';
import { isLongHistory } from './history-pace.ts';
import { lookAtApp } from './look-at-app.ts';
import { StepGivenUp } from './operator.ts';
import type { PromotionInput } from './contract.ts';
import { PromotionDesk } from './promotion-desk.ts';
import { waitForNews } from './wait-for-news.ts';

/**
 * One app on its way from its source site to its targets; `promotion/<site>/<appId>`.
 *
 * A run is one cycle: look what the app's state asks for, wait while there is no decision, carry the decision out,
 * tell everybody. What comes meanwhile is looked at in the next run. The ledger holds every decision before its
 * first effect, so that a run that finds one open goes on with it.
 */
export async function promotion({ heartbeatMs, ...key }: PromotionInput): Promise<string> {
  const desk = new PromotionDesk(key, heartbeatMs);
  try {
    return await oneCycle(key, desk);
  } catch (error) {
    // A look that was waited for in vain: there is no decision yet that could end, so the next run looks again.
    if (!(error instanceof StepGivenUp)) throw error;
    return endRun(key, desk, 'goes on');
  }
}

async function oneCycle(key: AppKey, desk: PromotionDesk): Promise<string> {
  for (;;) {
    const { next, pace } = await lookAtApp(key, desk);
    if (next.kind === 'act') {
      desk.enter(await carryOut(next.decision, pace, desk));
      return endRun(key, desk);
    }
    if (next.kind === 'end') {
      desk.enter(next.state);
      return endRun(key, desk);
    }
    if (next.kind === 'set-tag') {
      const { setTag } = sourceSteps(key.site, pace);
      await desk.operator.attend('tag the app', pace, () => setTag({ ...key, present: next.present }));
    } else {
      desk.enter('awaiting-decision', next.sinceUtc);
      if ((await waitForNews(key, desk, next, pace)) === 'expired') return endRun(key, desk);
    }
    if (isLongHistory()) return endRun(key, desk, 'goes on');
  }
}

/** Ends the run, or goes on in a new one with what came meanwhile. No await between the last look and the end. */
async function endRun(key: AppKey, desk: PromotionDesk, goesOn?: 'goes on'): Promise<string> {
  await desk.mails.settle();
  await condition(allHandlersFinished);
  if (goesOn || desk.hasNews) return continueAsNew<typeof promotion>({ ...key, heartbeatMs: desk.pace.heartbeatMs });
  return desk.currentState;
}

/** A recorded decision, from its first effect to its last mail; the state it ended in. */
async function carryOut(decision: DecisionRecord, pace: Pace, desk: PromotionDesk): Promise<CloseInput['state']> {
  desk.promotionKey = decision.promotionKey;
  try {
    return decision.verdict === 'deny' ? await deny(decision, pace, desk) : await promote(decision, pace, desk);
  } catch (error) {
    if (!(error instanceof StepGivenUp)) throw error;
    return close({ decisions: [decision], state: 'aborted', deliveries: [], why: error.why }, pace, desk);
  }
}

/**
 * Export once, keep a version, deliver to every target, and only then touch the source. The targets of a large app
 * are planned while it is being exported.
 */
async function promote(decision: DecisionRecord, pace: Pace, desk: PromotionDesk): Promise<CloseInput['state']> {
  const deliveries = new Deliveries(decision, pace, desk);
  const exported = await exportAndVersion(decision, pace, desk).catch(async (error: unknown) => {
    if (error instanceof StepGivenUp) await deliveries.withdraw(error.why);
    throw error;
  });
  if (exported === 'changed') {
    await deliveries.withdraw('the app changed after it was approved');
    return askAgain(desk);
  }
  const { version, versionFailure } = exported;
  const delivered = await deliveries.finish(exported);

  desk.enter('finishing');
  const consumed = delivered.decisions.flatMap((one) => one.consumed);
  const cleanUp = delivered.mayCleanUp ? await cleanUpOrKeep({ ...decision, consumed }, pace, desk) : undefined;
  return close({ ...delivered, version, versionFailure, cleanUp }, pace, desk);
}

/** `changed`: the content is newer than its approval. */
async function exportAndVersion(
  decision: DecisionRecord,
  pace: Pace,
  desk: PromotionDesk,
): Promise<(Exported & { readonly versionFailure: string | undefined }) | 'changed'> {
  desk.enter('exporting');
  const artifacts = await exportFor(decision, {}, pace, desk);
  if (artifacts === 'changed') return 'changed';
  if (!hasFiles(artifacts)) return { artifacts, version: undefined, versionFailure: undefined };
  const kept = await keepVersion(decision, pace, desk);
  if (kept?.outcome === 'changed') return 'changed';
  const version = kept?.outcome === 'kept' ? kept.version : undefined;
  return { artifacts, version, versionFailure: kept?.outcome === 'failed' ? kept.why : undefined };
}

/** Nothing is promoted; the app goes back to its owner, or keeps its place without the request. */
async function deny(decision: DecisionRecord, pace: Pace, desk: PromotionDesk): Promise<CloseInput['state']> {
  desk.enter('finishing');
  const cleanUp = await cleanUpOrKeep(decision, pace, desk);
  return close({ decisions: [decision], state: 'denied', deliveries: [], cleanUp }, pace, desk);
}

/** The version in S3, before anything is delivered. One that is wanted but not required never stops the promotion. */
async function keepVersion(
  decision: DecisionRecord,
  pace: Pace,
  desk: PromotionDesk,
): Promise<VersionOutcome | undefined> {
  if (decision.version === 'off') return undefined;
  desk.enter('versioning');
  const transfers = sourceTransfers(decision.site, pace, decision.sizeBytes);
  const result = await desk.operator.attend('keep a version', pace, () => transfers.keepVersion(decision));
  if (result.outcome === 'changed') desk.mails.post(result.mails, pace);
  return result;
}

/** The content is newer than its approval: the next run waits for another. */
function askAgain(desk: PromotionDesk): 'assessing' {
  desk.lookAgain();
  return 'assessing';
}

/** What was delivered or denied stays so when the clean-up is given up: the source is then left as it is. */
async function cleanUpOrKeep(
  decision: DecisionRecord,
  pace: Pace,
  desk: PromotionDesk,
): Promise<CleanUpOutcome | undefined> {
  try {
    return await cleanUpSource(decision, pace, desk);
  } catch (error) {
    if (!(error instanceof StepGivenUp)) throw error;
    return { outcome: 'kept', why: error.why };
  }
}

/** Returns the app to its owner, or strips the consumed request; each step looks at the source again first. */
async function cleanUpSource(
  decision: DecisionRecord,
  pace: Pace,
  desk: PromotionDesk,
): Promise<CleanUpOutcome | undefined> {
  if (decision.cleanUp === 'nothing') return undefined;
  const source = sourceSteps(decision.site, pace);
  if (decision.cleanUp === 'strip') {
    return desk.operator.attend('strip the properties', pace, () => source.stripProperties(decision));
  }
  const { compareCopy } = sourceTransfers(decision.site, pace, decision.sizeBytes);
  return desk.operator.attend('return the app to its owner', pace, async () => {
    for (;;) {
      const result = await source.unpublish(decision);
      if (result.outcome !== 'unproven') return result;
      await compareCopy({ decision, copyAppId: result.copyAppId });
    }
  });
}

/** Closes the claims and the ledger's rows, and tells the outcome. */
async function close(input: CloseInput, pace: Pace, desk: PromotionDesk): Promise<CloseInput['state']> {
  desk.mails.post(await records(pace).closePromotion(input), pace);
  return input.state;
}
