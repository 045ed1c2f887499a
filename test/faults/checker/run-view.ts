import type { Promotion } from '../../../ledger/promotions.ts';
import type { LedgerRecord } from '../../../ledger/records.ts';
import type { AppStanding } from '../../../sandbox/qrs/app-standing.ts';
import { type Effect, effectsOf, type SiteEffects } from './effects.ts';
import { asksFor, type DecisionRun, decisionRuns } from './requests.ts';
import { firstLookUtc } from './looks.ts';
import type { DecisionFacts, RunFacts } from './run-facts.ts';
import { isSame, type SiteWalk, streamIds, walkSite } from './site-walk.ts';

/** A promotion as the ledger tells it. */
export type RecordedPromotion = Promotion<DecisionFacts>;

/** A run, read once for all rules. */
export interface RunView {
  readonly facts: RunFacts;
  readonly walks: ReadonlyMap<string, SiteWalk>;
  readonly siteEffects: ReadonlyMap<string, SiteEffects>;
  /** Of all sites, in the order of the host's clock. */
  readonly effects: readonly Effect[];
  readonly runs: readonly DecisionRun[];
  recordsOf(promotionKey: string): readonly LedgerRecord[];
  effectsOf(promotionKey: string): readonly Effect[];
}

/** Reads the facts. */
export function viewOf(facts: RunFacts): RunView {
  const walks = new Map(Object.entries(facts.sites).map(([alias, site]) => [alias, walkSite(alias, site)]));
  const siteEffects = new Map([...walks].map(([alias, walk]) => [alias, effectsOf(walk)]));
  const effects = [...siteEffects.values()].flatMap((site) => site.effects).toSorted(byHostTime);
  return {
    facts,
    walks,
    siteEffects,
    effects,
    runs: decisionRuns(facts, walks),
    recordsOf: (key) => facts.ledger.records.filter((record) => record.promotionKey === key).toSorted(byId),
    effectsOf: (key) => effects.filter((effect) => effect.promotionKey === key),
  };
}

function byHostTime(left: Effect, right: Effect): number {
  return left.step.event.hostUtc < right.step.event.hostUtc ? -1 : 1;
}

function byId(left: LedgerRecord, right: LedgerRecord): number {
  return left.id - right.id;
}

/** One stream that a promotion is to reach. `streamIds` is empty where the site has no such stream. */
export interface IntendedPlace {
  readonly site: string;
  readonly mode: 'overwrite' | 'duplicate';
  readonly stream: string;
  readonly streamIds: readonly string[];
}

/** Where the promotion's app is to stand. */
export function intendedPlaces(view: RunView, { decision }: RecordedPromotion): IntendedPlace[] {
  return decision.targets.flatMap(({ site, mode, streams }) => {
    const walk = view.walks.get(site);
    return streams.map((stream) => ({ site, mode, stream, streamIds: walk ? streamIds(walk, stream) : [] }));
  });
}

/** The decisions by property that could be what this promotion carries out: by its account, before its first effect. */
export function runsBehind(view: RunView, promotion: RecordedPromotion): DecisionRun[] {
  const { account } = promotion.decision.by;
  const first = view.effectsOf(promotion.promotionKey)[0]?.step.event.hostUtc;
  return view.runs.filter(
    (run) =>
      run.site === promotion.site &&
      run.appId === promotion.appId &&
      run.word === promotion.verdict &&
      [...run.accounts].some((one) => isSame(one, account)) &&
      (first === undefined || run.begun.event.hostUtc <= first),
  );
}

/** Contents of the source that this promotion may carry to a target; undefined where nobody decided anything. */
export function approvedStandings(view: RunView, promotion: RecordedPromotion): readonly AppStanding[] | undefined {
  const { verdict, site, appId, decision } = promotion;
  const source = view.facts.settings.sources[site];
  if (verdict === 'reload') return reloadedStandings(view, promotion);
  if (decision.by.door !== 'qmc') return outsideStandings(view, promotion);
  const runs = runsBehind(view, promotion);
  if (runs.length === 0) return undefined;
  if (source?.whenChanged !== 'promoteLatest')
    return runs.flatMap((run) => [...run.bindings, ...robbedUnseen(view, run)]);
  const since = runs.map((run) => run.begun.event.hostUtc).toSorted()[0] ?? '';
  return standingsSince(view, site, appId, since);
}

/**
 * How the app stood when it was looked at for the first time, where nothing but removals of objects had come between that
 * and the approval: what is gone has no date, and nobody had seen it there (docs/decisions/0015).
 */
function robbedUnseen(view: RunView, { site, appId, begun }: DecisionRun): AppStanding[] {
  const walk = view.walks.get(site);
  const firstUtc = firstLookUtc(walk, appId);
  if (walk === undefined || firstUtc === undefined) return [];
  const between = walk.steps.filter(
    ({ event }) => event.seq > begun.event.seq && event.hostUtc <= firstUtc && event.action !== 'export-app',
  );
  const removed = new Set(between.flatMap(({ event }) => (event.action === 'delete-object' ? [event.id] : [])));
  const own = between.filter(({ event }) => event.entity === 'App' && event.id === appId);
  const isRemoval = ({ event, before, after }: (typeof own)[number]): boolean => {
    const touched = touchedIn(event.details);
    const isOfRemoved = touched.length > 0 && touched.every((id) => removed.has(id));
    return isOfRemoved || before?.baseContent === after?.baseContent;
  };
  return own.every(isRemoval) ? own.flatMap(({ after }) => after ?? []).slice(-1) : [];
}

function touchedIn(details: unknown): string[] {
  const { touched = [] } = (details ?? {}) as { touched?: readonly { readonly id: string }[] };
  return touched.map(({ id }) => id);
}

/** How the source app stood from a moment on, that moment included. */
function standingsSince(view: RunView, site: string, appId: string, sinceHostUtc: string): AppStanding[] {
  const steps = (view.walks.get(site)?.steps ?? []).filter(({ event }) => event.id === appId && event.entity === 'App');
  const earlier = steps.filter(({ event }) => event.hostUtc <= sinceHostUtc).at(-1)?.after;
  const later = steps.filter(({ event }) => event.hostUtc > sinceHostUtc).flatMap(({ after }) => after ?? []);
  return earlier === undefined ? later : [earlier, ...later];
}

/** A standing order promotes what the app holds after a reload. */
function reloadedStandings(view: RunView, { site, appId }: RecordedPromotion): AppStanding[] | undefined {
  const source = view.facts.settings.sources[site];
  const reloads = (view.walks.get(site)?.steps ?? []).filter(({ event, after }) => {
    if (event.id !== appId || event.action !== 'reload-app' || source === undefined) return false;
    const asked = after?.rows.filter((row) => isSame(row.name, source.properties.reload)) ?? [];
    return asked.some((row) => source.words.yes.some((word) => isSame(word, row.value)));
  });
  const first = reloads[0]?.event.hostUtc;
  if (first === undefined || source?.reload.enabled !== true) return undefined;
  return standingsSince(view, site, appId, first);
}

function outsideStandings(view: RunView, promotion: RecordedPromotion): AppStanding[] | undefined {
  const { site, appId, verdict } = promotion;
  const decisions = (view.facts.expected.decisions ?? []).filter(
    (one) => one.site === site && one.appId === appId && one.verdict === verdict,
  );
  const own = decisions.filter((one) => isSame(one.account, promotion.decision.by.account));
  if (own.length === 0) return undefined;
  if (view.facts.settings.sources[site]?.whenChanged === 'promoteLatest') {
    return own.flatMap(({ hostUtc }) => standingsSince(view, site, appId, hostUtc));
  }
  return own.flatMap(({ hostUtc }) => standingsSince(view, site, appId, hostUtc).slice(0, 1));
}

/** Whether somebody asked for this place: on the app, on the console, or by a standing order. */
export function isAsked(view: RunView, promotion: RecordedPromotion, { site, stream }: IntendedPlace): boolean {
  const isStream = (text: string): boolean => isSame(text, stream);
  if (promotion.decision.by.door === 'qmc') {
    return runsBehind(view, promotion).some((run) => asksFor(run, site, isStream));
  }
  if (promotion.verdict === 'reload') return true;
  return (view.facts.expected.decisions ?? []).some(
    (one) =>
      one.appId === promotion.appId &&
      one.targets.some((target) => target.site === site && target.streams.some(isStream)),
  );
}

/** Whether a promotion may still be under way. */
export function isOpenByPlan(view: RunView, promotionKey: string): boolean {
  return view.facts.expected.open?.includes(promotionKey) === true;
}

/**
 * The promotion's key, and those of promotions of the app that were open at the same time: one joined the other, and
 * they share export and mails. A command may be taken in a moment before the decision that it joins is recorded.
 */
export function joinedKeys(view: RunView, promotion: RecordedPromotion): string[] {
  const { site, appId, promotionKey, startedAtUtc, endedAtUtc = '~' } = promotion;
  const joined = view.facts.ledger.promotions.filter(
    (other) =>
      other.site === site &&
      other.appId === appId &&
      other.startedAtUtc <= endedAtUtc &&
      (other.endedAtUtc ?? '~') >= startedAtUtc,
  );
  return [promotionKey, ...joined.map((other) => other.promotionKey)];
}
