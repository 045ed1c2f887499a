import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import { lastLookUtc } from './looks.ts';
import { type Violation, violation } from './run-facts.ts';
import { approvedStandings, intendedPlaces, type RecordedPromotion, type RunView, runsBehind } from './run-view.ts';
import { isSame, type SiteWalk, stagingOwner, type Step } from './site-walk.ts';

/**
 * Rule (c): no source was deleted, or stripped of its request, before every target was verified; and the copy of a
 * deleted one belongs to its owner and holds the same content.
 */
export function checkSourceKept(view: RunView): Violation[] {
  return Object.keys(view.facts.settings.sources).flatMap((site) => {
    const steps = (view.walks.get(site)?.steps ?? []).filter(isOnRealApp);
    return steps.flatMap((step) => {
      if (step.event.action === 'delete-app') return checkDeletion(view, step);
      return isStrip(step) ? checkReadiness(view, step, 'stripped of its request') : [];
    });
  });
}

function isOnRealApp({ byWaybill, before }: Step): boolean {
  return byWaybill && before !== undefined && stagingOwner(before.name) === undefined;
}

function isStrip({ event, before, after }: Step): boolean {
  return event.action === 'update-app' && (after?.rows.length ?? 0) < (before?.rows.length ?? 0);
}

function checkDeletion(view: RunView, step: Step): Violation[] {
  const { site } = step;
  const before = asLastSeen(view, step);
  // The owner's copy is an app like any other once it is dressed; giving it up again harms nobody.
  if (before === undefined || isOwnCopy(view, step)) return [];
  const promotions = promotionsOf(view, step);
  const own = promotions.filter((promotion) => asksToUnpublish(view, promotion));
  if (own.length === 0) return isEarlierDuplicate(view, step) ? [] : [notAsked(step, before)];
  return [
    ...checkReadiness(view, step, 'deleted'),
    ...own
      .filter((one) => isUnderWay(one, step))
      .flatMap((promotion) => checkLostEdits(view, { before, site }, promotion)),
    ...checkCopy(view, step, before).map((what) => violation('c', site, before.name, what)),
  ];
}

/** An app as Waybill can have seen it last before it deleted it: QRS does not ask whether it changed since. */
function asLastSeen(view: RunView, { site, event, before }: Step): AppStanding | undefined {
  const walk = view.walks.get(site);
  const sinceUtc = lastLookUtc(walk, event.id, event.hostUtc);
  const unseen = walk?.steps.find(
    (step) =>
      step.event.id === event.id &&
      step.event.seq < event.seq &&
      step.event.hostUtc > sinceUtc &&
      !step.byWaybill &&
      step.before?.baseContent !== step.after?.baseContent,
  );
  return unseen?.before ?? before;
}

function notAsked({ site }: Step, { name }: AppStanding): Violation {
  return violation('c', site, name, 'it was deleted though no promotion asked for that');
}

function isOwnCopy(view: RunView, { site, event }: Step): boolean {
  return view.siteEffects.get(site)?.stagings.has(event.id) === true;
}

/** A site may be source and target: what was published there may be cleared away again by a standing order. */
function isEarlierDuplicate(view: RunView, { site, event }: Step): boolean {
  return view.effects.some((effect) => effect.site === site && effect.appId === event.id);
}

/** The promotions of the app that had been decided on when the step was taken. */
function promotionsOf(view: RunView, { site, event }: Step): RecordedPromotion[] {
  return view.facts.ledger.promotions.filter(
    (promotion) =>
      promotion.site === site &&
      promotion.appId === event.id &&
      promotion.startedAtUtc <= event.hostUtc &&
      promotion.verdict !== 'reload',
  );
}

/** One that ended before, as where its app had changed, neither deletes nor loses anything. */
function isUnderWay({ endedAtUtc = '~' }: RecordedPromotion, { event }: Step): boolean {
  return endedAtUtc >= event.hostUtc;
}

function asksToUnpublish(view: RunView, promotion: RecordedPromotion): boolean {
  const source = view.facts.settings.sources[promotion.site];
  if (source?.unpublish === 'always') return true;
  if (source?.unpublish !== 'byProperty') return false;
  if (promotion.decision.by.door !== 'qmc') return true;
  return runsBehind(view, promotion).some((run) => run.requests.some((request) => request.unpublish));
}

/** Every target of every promotion that was under way is verified or waived. */
function checkReadiness(view: RunView, step: Step, done: string): Violation[] {
  const { event, before, site } = step;
  const promotions = promotionsOf(view, step).filter((promotion) => isUnderWay(promotion, step));
  const say = (what: string) => violation('c', site, before?.name ?? event.name, `it was ${done} ${what}`);
  if (promotions.length === 0) return [say('by no promotion')];
  return promotions
    .filter(({ verdict }) => verdict === 'approve')
    .flatMap((promotion) => [...unproven(view, promotion, event.hostUtc), ...missing(view, promotion, event.hostUtc)])
    .map((what) => say(`before ${what}`));
}

/** Targets without a word of the ledger that they were verified, or that somebody gave them up. */
function unproven(view: RunView, promotion: RecordedPromotion, hostUtc: string): string[] {
  const records = view.recordsOf(promotion.promotionKey).filter((record) => record.atUtc <= hostUtc);
  const targets = [...new Set(promotion.decision.targets.map((target) => target.site))];
  const settled = ['verified', 'skipped', 'superseded'];
  const open = targets.filter((site) => !records.some((one) => one.site === site && settled.includes(one.type)));
  const effects = view.effectsOf(promotion.promotionKey).filter(({ step }) => step.event.hostUtc <= hostUtc);
  const silent = effects.filter(
    ({ site, appId, kind }) => !records.some((one) => one.site === site && one.appId === appId && one.type === kind),
  );
  return [
    ...open.map((site) => `${site} was verified`),
    ...silent.map(({ site, appId, kind }) => `it was known that ${appId} was ${kind} at ${site}`),
  ];
}

/** Places where nothing stood yet by the site's own word, though the ledger says that they were served. */
function missing(view: RunView, promotion: RecordedPromotion, hostUtc: string): string[] {
  const effects = view.effectsOf(promotion.promotionKey).filter(({ step }) => step.event.hostUtc <= hostUtc);
  const records = view.recordsOf(promotion.promotionKey);
  return intendedPlaces(view, promotion)
    .filter(({ site, streamIds }) => {
      const isWaived = records.some((one) => one.site === site && ['skipped', 'superseded'].includes(one.type));
      if (streamIds.length === 0 || isWaived) return false;
      return !effects.some((effect) => effect.site === site && streamIds.includes(effect.streamId ?? ''));
    })
    .map(({ site, stream }) => `anything of it stood in ${stream} of ${site}`);
}

/** An edit after the approval is nobody's but the owner's to lose. */
function checkLostEdits(
  view: RunView,
  { before, site }: Pick<Step, 'site'> & { readonly before: AppStanding },
  promotion: RecordedPromotion,
): Violation[] {
  if (promotion.verdict !== 'approve') return [];
  const approved = approvedStandings(view, promotion);
  if (approved === undefined || approved.some((one) => one.baseContent === before.baseContent)) return [];
  return [violation('c', site, before.name, 'it was deleted with an edit that nobody had approved')];
}

function checkCopy(view: RunView, step: Step, source: AppStanding): string[] {
  const stagings = view.siteEffects.get(step.site)?.stagings ?? new Map();
  const copies = [...step.apps.values()].filter((app) => stagings.get(app.id)?.copiedFrom === source.id);
  if (copies.length === 0) return ['it was deleted and its owner has no copy'];
  const walk = view.walks.get(step.site);
  const faultsIn = (copy: AppStanding): string[] => faultsOf(copy, source, isPublishedByPeople(walk, copy));
  const best = copies.toSorted((a, b) => faultsIn(a).length - faultsIn(b).length)[0];
  if (best === undefined) return [];
  const faults = faultsIn(best);
  if (faults.length > 0) return faults;
  const later = walk?.steps.filter(({ event }) => event.id === best.id && event.seq > step.event.seq) ?? [];
  if (later.some(({ byWaybill }) => !byWaybill)) return [];
  const end = walk?.facts.end.find((app) => app.id === best.id);
  return end === undefined ? ['the copy of its owner is gone at the end'] : faultsIn(end);
}

/** The owner may publish his copy as soon as it is his, the source gone or not. */
function isPublishedByPeople(walk: SiteWalk | undefined, { id }: AppStanding): boolean {
  return (
    walk?.steps.some(({ event, byWaybill }) => event.id === id && event.action === 'publish-app' && !byWaybill) ?? false
  );
}

function faultsOf(copy: AppStanding, source: AppStanding, mayBePublished: boolean): string[] {
  const found: string[] = [];
  if (!isSame(copy.owner, source.owner)) found.push(`its copy belongs to ${copy.owner}, not to ${source.owner}`);
  if (copy.name !== source.name) found.push(`its copy is called "${copy.name}"`);
  if (copy.published && !mayBePublished) found.push('its copy is published');
  if (![source.baseContent, source.allContent].includes(copy.allContent))
    found.push('its copy does not hold the same content');
  return found;
}
