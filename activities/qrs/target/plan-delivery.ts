import { waybillError } from '../../../common/errors/catalogue.ts';
import {
  type DeliveryPlan,
  planDelivery as planByRules,
  type PlannedItem,
  type StandingApp,
} from '../../../rules/delivery-plan.ts';
import type { TargetConfig } from '../../../config/types.ts';
import { attemptContext } from '../../activity-context.ts';
import { digestOf } from '../../digest.ts';
import type { PlanInput, PlannedStep, PlanOutcome, PublishInput, ReplaceStep } from '../../delivery-types.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { and, eq, guid, oneOf } from '../client/filter.ts';
import { lookTwiceForMissing } from '../look-several-times.ts';
import { type ChosenPlan, earlierRun } from './earlier-run.ts';
import { splitAccount } from '../source/groups.ts';
import { storedDecision, type StoredDecision } from '../source/stored-decision.ts';

/** The target's settings. @throws WAYBILL_PROMOTION_NO_TARGET */
export function targetOf(deps: ActivityDependencies, site: string): TargetConfig {
  const target = deps.config().targets[site];
  if (!target) throw waybillError('WAYBILL_PROMOTION_NO_TARGET', { site });
  return target;
}

/**
 * What is to be done at one target, against what stands there now; or what an earlier run of the same delivery, which
 * Temporal has lost, had planned or come to. Reads the site only. Throws what an operator has to decide, so that the
 * delivery waits for him: several apps of the name, two streams of one name.
 *
 * @throws WAYBILL_PROMOTION_UNDECIDED, WAYBILL_PROMOTION_NO_TARGET
 */
export async function planDelivery(deps: ActivityDependencies, input: PlanInput): Promise<PlanOutcome> {
  const { decision, site } = input;
  const target = targetOf(deps, site);
  const { signal } = attemptContext();
  const stored = await storedDecision(deps, decision.promotionKey);
  const earlier = await earlierRun(deps, decision.promotionKey, site);
  if (earlier?.ended) return { steps: [], missingStreams: [], warnings: [], data: 'carry', ended: earlier.ended };
  const plan = earlier?.begun ?? (await planAnew(deps, input, target, stored, signal));
  const newOnes = plan.items.some((item) => item.action === 'publish');
  const finding = (): Promise<FoundOwner> => findOwner(deps, site, target, stored, signal);
  const owner = newOnes ? await lookTwiceForMissing(deps, finding, (found) => !found.ownerId) : { warnings: [] };
  await notePlan(deps, input, plan);
  return {
    steps: plan.items.map(stepOf),
    missingStreams: plan.missingStreams,
    warnings: [...owner.warnings, ...(plan.alreadyServed ?? []).map((name) => servedText(name, site))],
    ownerId: owner.ownerId,
    data: input.choices[0]?.data ?? 'carry',
  };
}

/** An item of a plan, as the workflow carries it out. */
function stepOf(item: PlannedItem): PlannedStep {
  const { id: streamId, name: streamName } = item.stream;
  if (item.action === 'replace') return { action: 'replace', streamId, streamName, targetAppId: item.targetAppId };
  return { action: 'publish', streamId, streamName, whereNoneStands: item.whereNoneStands };
}

/**
 * The apps of that name that were published in the stream since the delivery was planned, and are to be replaced. Reads
 * the site only.
 *
 * @throws WAYBILL_PROMOTION_UNDECIDED
 */
export async function planReplaces(deps: ActivityDependencies, input: PublishInput): Promise<ReplaceStep[]> {
  const { decision, site, step, appId, chosenAppIds = [] } = input;
  const choices = [{ mode: 'overwrite', streams: [`id:${step.streamId}`] }] as const;
  const all = await standingApps(deps, site, decision.app.name, attemptContext().signal);
  // Never itself, whatever was read before: what is replaced loses its upload afterwards.
  const standing = all.filter(({ id }) => id !== appId);
  const plan = planByRules(choices, {
    appName: decision.app.name,
    streams: [{ id: step.streamId, name: step.streamName }],
    standing,
    whenSeveral: chosenAppIds.includes('all') ? 'all' : targetOf(deps, site).whenSeveral,
    chosenAppIds,
  });
  throwIfUndecided(plan, input);
  return plan.items.flatMap((item) => {
    const planned = stepOf(item);
    return planned.targetAppId === undefined ? [] : [{ ...planned, targetAppId: planned.targetAppId }];
  });
}

/** What stands published at the site under the name. */
async function standingApps(
  deps: ActivityDependencies,
  site: string,
  name: string,
  signal: AbortSignal,
): Promise<StandingApp[]> {
  const apps = await deps.qrs(site).getApps(and(eq('name', name), eq('published', true)), { signal });
  return apps.flatMap((app) => (app.stream ? [{ id: app.id, name: app.name, streamId: app.stream.id }] : []));
}

function servedText(stream: string, site: string): string {
  return `Stream "${stream}" of ${site} was asked for before under another name; nothing was added there.`;
}

/** @throws WAYBILL_PROMOTION_UNDECIDED */
async function planAnew(
  deps: ActivityDependencies,
  input: PlanInput,
  target: TargetConfig,
  stored: StoredDecision,
  signal: AbortSignal,
): Promise<ChosenPlan> {
  const reading = (): Promise<DeliveryPlan> => readPlan(deps, input, target, stored, signal);
  const plan = await lookTwiceForMissing(deps, reading, (found) => lacksSomething(found, input));
  throwIfUndecided(plan, input);
  return plan;
}

/** @throws WAYBILL_PROMOTION_UNDECIDED */
function throwIfUndecided(
  plan: DeliveryPlan,
  { decision: { promotionKey, app }, site }: Pick<PlanInput, 'decision' | 'site'>,
): void {
  const question = questionOf(plan);
  if (!question) return;
  const choices = plan.several.flatMap(({ appIds }) => appIds).join(' ');
  throw waybillError('WAYBILL_PROMOTION_UNDECIDED', { promotionKey, app: app.name, site, question, choices });
}

/** Writes the plan down, and that nothing is amiss any more; each plan that differs is a record of its own. */
async function notePlan(
  deps: ActivityDependencies,
  { decision: { promotionKey }, site }: PlanInput,
  { items, missingStreams }: ChosenPlan,
): Promise<void> {
  await deps.ledger.upsertDelivery({
    promotionKey,
    target: site,
    state: 'staging',
    items,
    trouble: null,
    waitingSinceUtc: null,
  });
  const facts = { items, missingStreams };
  const seq = `deliver/${site}/planned/${digestOf(facts).slice(0, 8)}`;
  await deps.ledger.record({ promotionKey, seq, type: 'planned', atUtc: deps.nowUtc(), site, facts });
}

/** A stream, or an app to overwrite, was not found. */
function lacksSomething({ items, missingStreams }: DeliveryPlan, { choices }: PlanInput): boolean {
  const published = items.filter((item) => item.action === 'publish').length;
  const duplicates = choices.filter(({ mode }) => mode === 'duplicate').flatMap(({ streams }) => streams).length;
  return missingStreams.length > 0 || published > duplicates;
}

async function readPlan(
  deps: ActivityDependencies,
  { decision, site, choices, chosenAppIds }: PlanInput,
  target: TargetConfig,
  { addedTo = [] }: StoredDecision,
  signal: AbortSignal,
): Promise<DeliveryPlan> {
  const client = deps.qrs(site);
  const overwrites = choices.some((choice) => choice.mode === 'overwrite');
  const before = addedTo.filter((choice) => choice.site === site);
  const [streams, standing] = await Promise.all([
    client.streams(streamFilter([...choices, ...before].flatMap((choice) => choice.streams)), { signal }),
    overwrites ? standingApps(deps, site, decision.app.name, signal) : [],
  ]);
  return planByRules(choices, {
    appName: decision.app.name,
    streams: streams.map(({ id, name }) => ({ id, name })),
    standing,
    whenSeveral: chosenAppIds.includes('all') ? 'all' : target.whenSeveral,
    chosenAppIds,
    before,
  });
}

function streamFilter(choices: readonly string[]) {
  const ids = choices.flatMap((choice) => /^id:\s*([0-9a-f-]{36})$/i.exec(choice.trim())?.[1] ?? []);
  const names = choices.map((choice) => choice.trim()).filter((choice) => !/^id:/i.test(choice));
  if (ids.length === 0) return oneOf('name', names);
  const byId = oneOf('id', ids.map(guid));
  return names.length === 0
    ? byId
    : { ...byId, kind: 'or' as const, text: `${byId.text} or ${oneOf('name', names).text}` };
}

function questionOf(plan: DeliveryPlan): string | undefined {
  const several = plan.several.map(
    ({ stream, appIds }) =>
      `stream "${stream.name}" holds ${appIds.length} apps of that name (${appIds.join(', ')}); which one is to be replaced?`,
  );
  const ambiguous = plan.ambiguousStreams.map(
    ({ name, ids }) =>
      `${ids.length} streams are called "${name}"; ask for one as ${ids.map((id) => `"id:${id}"`).join(' or ')}.`,
  );
  return [...several, ...ambiguous].join(' ') || undefined;
}

interface FoundOwner {
  readonly ownerId?: string;
  readonly warnings: readonly string[];
}

/** The same user if the target knows him, else the configured one, else the API user with a warning. */
async function findOwner(
  deps: ActivityDependencies,
  site: string,
  { newAppOwner }: TargetConfig,
  { source, app }: StoredDecision,
  signal: AbortSignal,
): Promise<FoundOwner> {
  const find = async (directory: string, userId: string): Promise<string | undefined> => {
    const users = await deps.qrs(site).users(and(eq('userDirectory', directory), eq('userId', userId)), { signal });
    return users.find((user) => !user.inactive && !user.removedExternally)?.id;
  };
  const same = newAppOwner.sameUser ? await find(source.ownerDirectory, source.ownerUserId) : undefined;
  if (same) return { ownerId: same, warnings: [] };
  const fallback = newAppOwner.fallback ? await find(...splitAccount(newAppOwner.fallback)) : undefined;
  if (fallback) return { ownerId: fallback, warnings: [] };
  const missing = newAppOwner.fallback ? ` and ${newAppOwner.fallback}` : '';
  const api = deps.config().sites[site]?.user;
  return {
    warnings: [
      `${app.owner}${missing} is not known at ${site}; the app belongs to ${api?.directory}\\${api?.id} there.`,
    ],
  };
}
