import { waybillError } from '../../../common/errors/catalogue.ts';
import { planDelivery as planByRules, type DeliveryPlan } from '../../../rules/delivery-plan.ts';
import type { TargetConfig } from '../../../config/types.ts';
import { attemptContext } from '../../activity-context.ts';
import { digestOf } from '../../digest.ts';
import type { PlanInput, PlanOutcome } from '../../delivery-types.ts';
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
    steps: plan.items.map((item) => ({
      action: item.action,
      streamId: item.stream.id,
      streamName: item.stream.name,
      targetAppId: item.action === 'replace' ? item.targetAppId : undefined,
    })),
    missingStreams: plan.missingStreams,
    warnings: [...owner.warnings, ...(plan.alreadyServed ?? []).map((name) => servedText(name, site))],
    ownerId: owner.ownerId,
    data: input.choices[0]?.data ?? 'carry',
  };
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
  const { decision, site } = input;
  const reading = (): Promise<DeliveryPlan> => readPlan(deps, input, target, stored, signal);
  const plan = await lookTwiceForMissing(deps, reading, (found) => lacksSomething(found, input));
  const question = questionOf(plan);
  if (!question) return plan;
  const { promotionKey, app } = decision;
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
  const named = and(eq('name', decision.app.name), eq('published', true));
  const [streams, standing] = await Promise.all([
    client.streams(streamFilter([...choices, ...before].flatMap((choice) => choice.streams)), { signal }),
    overwrites ? client.getApps(named, { signal }) : [],
  ]);
  return planByRules(choices, {
    appName: decision.app.name,
    streams: streams.map(({ id, name }) => ({ id, name })),
    standing: standing.flatMap((app) => (app.stream ? [{ id: app.id, name: app.name, streamId: app.stream.id }] : [])),
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
