import type { Effect } from './effects.ts';
import { type Violation, violation } from './run-facts.ts';
import {
  approvedStandings,
  intendedPlaces,
  isAsked,
  type RecordedPromotion,
  type RunView,
  runsBehind,
} from './run-view.ts';
import { isSame } from './site-walk.ts';

/** Rule (d): nothing was promoted without an approval of that very content, for that very place. */
export function checkApprovedOnly(view: RunView): Violation[] {
  return [
    ...view.effects.flatMap((effect) => checkEffect(view, effect)),
    ...view.facts.ledger.promotions.flatMap((promotion) => checkOncePerDecision(view, promotion)),
  ];
}

function checkEffect(view: RunView, effect: Effect): Violation[] {
  const { site, promotionKey, after, kind } = effect;
  const promotion = view.facts.ledger.promotions.find((one) => one.promotionKey === promotionKey);
  const say = (what: string) => violation('d', site, promotion?.appName ?? after.name, `it was ${kind} ${what}`);
  if (promotion === undefined) return [say(`by ${promotionKey}, which no decision stands behind`)];
  if (promotion.verdict === 'deny') return [say('though it was denied')];
  if (promotion.state === 'withdrawn') return [say('though its approval was withdrawn')];
  const approved = approvedStandings(view, promotion);
  if (approved === undefined) return [say(`and nobody had ${wordOf(promotion)} it`)];
  const found: Violation[] = [];
  if (!approved.some((standing) => standing.baseContent === after.baseContent) && wasSource(view, promotion, effect))
    found.push(say('with content that was not what the approver saw'));
  const dataCounts = view.facts.settings.sources[promotion.site]?.dataCounts === true;
  const isCarried = (view.facts.settings.targets[site]?.data ?? 'carry') === 'carry';
  if (dataCounts && isCarried && !approved.some((standing) => standing.data === after.data))
    found.push(say('with data that was not what the approver saw'));
  const place = intendedPlaces(view, promotion).find(
    (one) => one.site === site && one.streamIds.includes(effect.streamId ?? ''),
  );
  if (place === undefined || !isAsked(view, promotion, place)) {
    found.push(say(`in ${after.stream ?? 'no stream'}, where nobody had asked for it`));
  }
  return found;
}

function wordOf({ verdict, decision }: RecordedPromotion): string {
  return verdict === 'reload' ? 'reloaded and asked for' : `approved, as ${decision.by.account} is said to have,`;
}

/** Content that the source never held is a matter of rule (b). */
function wasSource(view: RunView, { site, appId }: RecordedPromotion, { after }: Effect): boolean {
  const steps = view.walks.get(site)?.steps ?? [];
  return steps.some((step) => step.event.id === appId && step.after?.baseContent === after.baseContent);
}

/** One approval, one promotion of each target: what two promotions do, two approvals must stand behind. */
function checkOncePerDecision(view: RunView, promotion: RecordedPromotion): Violation[] {
  if (promotion.decision.by.door !== 'qmc' || promotion.verdict !== 'approve') return [];
  const own = view.effectsOf(promotion.promotionKey);
  const runs = runsBehind(view, promotion);
  const rivals = view.facts.ledger.promotions.filter(
    (other) =>
      other.promotionKey < promotion.promotionKey &&
      other.verdict === 'approve' &&
      other.appId === promotion.appId &&
      isSame(other.decision.by.account, promotion.decision.by.account),
  );
  return rivals.flatMap((other) => {
    const theirs = view.effectsOf(other.promotionKey);
    const both = own.filter((effect) =>
      theirs.some((one) => one.site === effect.site && one.streamId === effect.streamId),
    );
    const behind = new Set([...runs, ...runsBehind(view, other)]);
    if (both.length === 0 || behind.size >= 2) return [];
    const { site } = both[0] ?? promotion;
    const what = `${other.promotionKey} and ${promotion.promotionKey} both promoted it on one approval`;
    return [violation('d', site, promotion.appName, what)];
  });
}
