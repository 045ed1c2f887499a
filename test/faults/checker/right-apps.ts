import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import type { Effect } from './effects.ts';
import { type Violation, violation } from './run-facts.ts';
import {
  approvedStandings,
  type IntendedPlace,
  intendedPlaces,
  isOpenByPlan,
  joinedKeys,
  type RecordedPromotion,
  type RunView,
} from './run-view.ts';
import { differences, isSame } from './site-walk.ts';

/**
 * Rule (b): at each target and stream exactly the intended app stands, with exactly the approved content, and an
 * overwrite kept id, owner, stream and name.
 */
export function checkRightApps(view: RunView): Violation[] {
  return [
    ...view.facts.ledger.promotions.flatMap((promotion) => [
      ...checkPlaces(view, promotion),
      ...view.effectsOf(promotion.promotionKey).flatMap((effect) => checkEffect(view, promotion, effect)),
      ...checkVersion(view, promotion),
    ]),
    ...lastEffects(view).flatMap((effect) => checkSettled(view, effect)),
  ];
}

/** Every place that was to be reached was, once. */
function checkPlaces(view: RunView, promotion: RecordedPromotion): Violation[] {
  const { promotionKey, appName } = promotion;
  if (isOpenByPlan(view, promotionKey)) return [];
  return intendedPlaces(view, promotion).flatMap((place) => {
    const effects = view.effectsOf(promotionKey).filter((effect) => isAt(effect, place));
    const say = (what: string) => violation('b', place.site, appName, what);
    const added = effects.filter((effect) => effect.kind === 'published');
    const found: Violation[] = [];
    if (added.length > 1) found.push(say(`${promotionKey} put it into ${place.stream} ${added.length} times`));
    const beside = place.mode === 'overwrite' ? added.filter((effect) => hasTwin(effect, appName)) : [];
    if (beside.length > 0) found.push(say(`it was put beside the app in ${place.stream} that it was to replace`));
    if (place.mode === 'duplicate' && effects.some((effect) => effect.kind === 'replaced'))
      found.push(say(`an app in ${place.stream} was replaced where one was to be added`));
    const isOwed = place.streamIds.length > 0 && isDelivered(view, promotion, place.site);
    if (isOwed && effects.length === 0) found.push(say(`${promotionKey} never reached ${place.stream}`));
    return found;
  });
}

function isAt(effect: Effect, { site, streamIds }: IntendedPlace): boolean {
  return effect.site === site && streamIds.includes(effect.streamId ?? '');
}

/** As QRS compares names: blanks count, small and capital letters do not. */
function isSameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

/** Whether an app of that name stood in the stream when another was published there. */
function hasTwin({ step, streamId, appId }: Effect, appName: string): boolean {
  return [...step.apps.values()].some(
    (app) => app.id !== appId && app.published && app.streamId === streamId && isSameName(app.name, appName),
  );
}

function isDelivered(view: RunView, { promotionKey, state }: RecordedPromotion, site: string): boolean {
  const delivery = view.facts.ledger.deliveries.find((one) => one.promotionKey === promotionKey && one.target === site);
  return state === 'promoted' || delivery?.state === 'verified';
}

/** What the site held right after the write is what the source held when it was approved. */
function checkEffect(view: RunView, promotion: RecordedPromotion, effect: Effect): Violation[] {
  const { promotionKey, appName } = promotion;
  const { after, site, kind } = effect;
  const say = (what: string) => violation('b', site, appName, what);
  const found: Violation[] = [];
  const approved = approvedStandings(view, promotion) ?? [];
  const isSource = sourceContents(view, promotion).includes(after.baseContent);
  // Content of the source that nobody approved is a matter of rule (d).
  if (!isSource) found.push(say(`what was ${kind} holds something that the source never held`));
  const data = view.facts.settings.targets[site]?.data ?? 'carry';
  if (data === 'withoutData' && after.data !== 'none') found.push(say('it carries data where none was to be carried'));
  const fromSource = [...approved, ...exportedStandings(view, promotion)].map((standing) => standing.data);
  if (data === 'carry' && !fromSource.includes(after.data)) found.push(say('its data is not that of the source'));
  const records = joinedKeys(view, promotion).flatMap((key) => view.recordsOf(key));
  const hashes = records.flatMap(({ type, facts }) => (type === 'exported' ? hashIn(facts) : []));
  if (effect.sha256 !== undefined && hashes.length > 0 && !hashes.includes(effect.sha256))
    found.push(say(`it was made of bytes that ${promotionKey} did not export`));
  return found;
}

function hashIn(facts: unknown): string[] {
  const { sha256 } = (facts ?? {}) as { sha256?: unknown };
  return typeof sha256 === 'string' ? [sha256] : [];
}

function sourceContents(view: RunView, { site, appId }: RecordedPromotion): string[] {
  const steps = view.walks.get(site)?.steps ?? [];
  return steps.filter(({ event }) => event.id === appId).flatMap(({ after }) => after?.baseContent ?? []);
}

function exportedStandings(view: RunView, { site, appId }: RecordedPromotion): AppStanding[] {
  const steps = view.walks.get(site)?.steps ?? [];
  return steps.flatMap(({ event }) => (event.action === 'export-app' && event.id === appId ? (event.app ?? []) : []));
}

/** The last effect on each app of each target. */
function lastEffects(view: RunView): Effect[] {
  return [...new Map(view.effects.map((effect) => [`${effect.site} ${effect.appId}`, effect])).values()];
}

/** How Waybill left the app, and that it still stands so unless somebody else touched it. */
function checkSettled(view: RunView, effect: Effect): Violation[] {
  const promotion = view.facts.ledger.promotions.find((one) => one.promotionKey === effect.promotionKey);
  const walk = view.walks.get(effect.site);
  if (promotion === undefined || walk === undefined) return [];
  const { appName } = promotion;
  const say = (what: string) => violation('b', effect.site, appName, what);
  const steps = walk.steps.filter(({ event }) => event.id === effect.appId && event.seq >= effect.step.event.seq);
  const own = steps.filter(({ byWaybill, event }) => byWaybill && event.action !== 'export-app').at(-1) ?? effect.step;
  const settled = own.after;
  const people = steps.filter(({ byWaybill }) => !byWaybill);
  if (settled === undefined) return [];
  const isTouched = people.some(({ event }) => event.seq < own.event.seq);
  const skips = isTouched || isOpenByPlan(view, effect.promotionKey);
  const found = skips ? [] : changesOf(view, promotion, effect, settled).map(say);
  const end = walk.facts.end.find((app) => app.id === effect.appId);
  const wasDeleted = people.some(({ event }) => event.action === 'delete-app');
  if (end === undefined) return wasDeleted ? found : [...found, say(`the app ${effect.appId} is gone at the end`)];
  if (people.length > 0) return found;
  const fields = ['baseContent', 'data', 'streamId', 'owner', 'name', 'published'] as const;
  return [...found, ...differences(settled, end, fields).map((what) => say(`at the end ${what}`))];
}

/** What an overwrite must keep, and what a new app must be. */
function changesOf(view: RunView, promotion: RecordedPromotion, effect: Effect, settled: AppStanding): string[] {
  if (effect.kind === 'replaced') {
    const { site, appId, promotionKey } = effect;
    // A replace that was repeated: what stood there first is what counts.
    const first = view.effectsOf(promotionKey).find((one) => one.site === site && one.appId === appId);
    const before = first?.before ?? effect.before;
    return differences(before, settled, ['name', 'owner', 'streamId', 'published', 'rows', 'tags']);
  }
  const found = isSame(settled.name, promotion.appName) ? [] : [`it is called "${settled.name}"`];
  const wanted = ownerAt(view, effect.site, promotion.owner);
  return isSame(settled.owner, wanted) ? found : [...found, `it belongs to ${settled.owner}, not to ${wanted}`];
}

function ownerAt(view: RunView, site: string, owner: string): string {
  const accounts = view.facts.sites[site]?.accounts ?? [];
  const fallback = view.facts.settings.targets[site]?.fallbackOwner;
  if (accounts.some((account) => isSame(account, owner))) return owner;
  return fallback ?? view.facts.sites[site]?.apiUser ?? '';
}

/** A version that the ledger names is in the store, and says whose it is. */
function checkVersion(view: RunView, { promotionKey, site, appName }: RecordedPromotion): Violation[] {
  const { store } = view.facts;
  if (store === undefined) return [];
  const say = (what: string) => violation('b', site, appName, what);
  const own = store.versions.filter((version) => version.promotionKey === promotionKey);
  const named = view.recordsOf(promotionKey).find(({ type }) => type === 'version-kept')?.facts as
    | { versionId?: string }
    | undefined;
  if (named !== undefined && !own.some(({ versionId }) => versionId === named.versionId))
    return [say(`the version ${named.versionId} of ${promotionKey} is not in the store`)];
  return own.length > 2 ? [say(`${promotionKey} left ${own.length} versions`)] : [];
}
