import type { Awaiting } from '../ledger/awaiting.ts';
import type { Delivery } from '../ledger/deliveries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PromotionFilter } from '../ledger/promotions.ts';
import type { PromotionState, Trouble } from '../workflows/contract.ts';
import type { KnownPromotion } from './find-app.ts';
import { choicesIn } from './choices.ts';
import { troubleOfItself } from './own-trouble.ts';
import { type PausedSite, readPaused } from './paused.ts';
import type { DecisionOfRecord } from './recorded-shapes.ts';
import { deliveredNothing } from './state-tone.ts';
import { stepOf } from './step-of.ts';

export type Part = 'waiting' | 'stuck' | 'running' | 'ended';

export const allParts: readonly Part[] = ['waiting', 'stuck', 'running', 'ended'];

/**
 * What waits, is stuck, runs and has ended: the JSON of `waybill list --json`. A part that was not asked for is null.
 * Fields are added to it, never renamed or removed. Times are ISO 8601, UTC; what is not known is null.
 */
export interface Overview {
  /** Longest waiting first. */
  readonly waiting: readonly WaitingApp[] | null;
  /** One entry a target that is stuck, or the promotion's own step; longest stuck first. */
  readonly stuck: readonly StuckStep[] | null;
  /** Open promotions without trouble, latest first. */
  readonly running: readonly ListedPromotion[] | null;
  /** Latest begun first. */
  readonly ended: readonly ListedPromotion[] | null;
  /** Sites at which nothing is begun, oldest pause first. */
  readonly paused: readonly PausedSite[];
  /** Parts that have more entries than were asked for. */
  readonly more: readonly Part[];
}

interface ListedApp {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly owner: string;
}

export interface WaitingApp extends ListedApp {
  readonly stream: string | null;
  readonly waitingSinceUtc: string;
  /** What is in the way of a decision by the app's properties, in words. */
  readonly missing: readonly string[];
}

export interface StuckStep extends ListedApp {
  readonly promotionKey: string;
  /** The target that is stuck; null for the promotion's own step (export, version, clean-up). */
  readonly target: string | null;
  readonly step: string;
  readonly code: string;
  readonly message: string;
  readonly sinceUtc: string;
  readonly willRetry: boolean;
  /** Ids of the apps at the target of which somebody has to choose one; empty where that is not what is amiss. */
  readonly choices: readonly string[];
}

export interface ListedPromotion extends ListedApp {
  readonly promotionKey: string;
  readonly verdict: DecisionOfRecord['verdict'];
  readonly state: PromotionState;
  readonly decidedBy: string;
  /** Targets by site, each with the state of its delivery; null before it has begun. */
  readonly targets: Readonly<Record<string, string | null>>;
  /** Targets whose delivery found no place to deliver to. */
  readonly nothingDelivered: readonly string[];
  readonly startedAtUtc: string;
  readonly endedAtUtc: string | null;
}

export interface OverviewFilter {
  readonly parts: readonly Part[];
  readonly site?: string;
  readonly text?: string;
  /** Entries of each part. */
  readonly limit: number;
}

/** Reads what was asked for; from the ledger alone. */
export async function readOverview(ledger: Ledger, filter: OverviewFilter): Promise<Overview> {
  const wants = (part: Part): boolean => filter.parts.includes(part);
  const open = wants('stuck') || wants('running') ? await openPromotions(ledger, filter) : [];
  const stuck = open.flatMap(stuckSteps).toSorted((a, b) => (a.sinceUtc < b.sinceUtc ? -1 : 1));
  const found = {
    waiting: wants('waiting') ? await waitingApps(ledger, filter) : null,
    stuck: wants('stuck') ? stuck : null,
    running: wants('running') ? open.filter((one) => stuckSteps(one).length === 0).map(listed) : null,
    ended: wants('ended') ? await endedPromotions(ledger, filter) : null,
  };
  return {
    waiting: found.waiting?.slice(0, filter.limit) ?? null,
    stuck: found.stuck?.slice(0, filter.limit) ?? null,
    running: found.running?.slice(0, filter.limit) ?? null,
    ended: found.ended?.slice(0, filter.limit) ?? null,
    paused: await readPaused(ledger),
    more: allParts.filter((part) => (found[part]?.length ?? 0) > filter.limit),
  };
}

/** Promotions, latest begun first, as far as the filter lets them; from the ledger alone. */
export async function listPromotions(ledger: Ledger, filter: PromotionFilter): Promise<ListedPromotion[]> {
  return (await withParts(ledger, await ledger.listPromotions<DecisionOfRecord>(filter))).map(listed);
}

interface PromotionWithParts {
  readonly promotion: KnownPromotion;
  readonly deliveries: readonly Delivery<Trouble>[];
  readonly ownTrouble: Trouble | undefined;
}

/** Open promotions are few: what is in trouble is found among all of them. */
const OPEN_LOOKED_THROUGH = 1000;

async function openPromotions(ledger: Ledger, { site, text }: OverviewFilter): Promise<PromotionWithParts[]> {
  const filter = { site, text, open: true, limit: OPEN_LOOKED_THROUGH };
  return withParts(ledger, await ledger.listPromotions<DecisionOfRecord>(filter));
}

async function endedPromotions(ledger: Ledger, { site, text, limit }: OverviewFilter): Promise<ListedPromotion[]> {
  const filter = { site, text, open: false, limit: limit + 1 };
  const ended = await withParts(ledger, await ledger.listPromotions<DecisionOfRecord>(filter));
  return ended.map(listed);
}

async function withParts(ledger: Ledger, promotions: readonly KnownPromotion[]): Promise<PromotionWithParts[]> {
  const all = await deliveriesOf(
    ledger,
    promotions.map(({ promotionKey }) => promotionKey),
  );
  return Promise.all(
    promotions.map(async (promotion) => {
      const { promotionKey, state } = promotion;
      const deliveries = all.get(promotionKey) ?? [];
      const ownTrouble = state === 'needs-operator' ? troubleOfItself(await ledger.recordsOf(promotionKey)) : undefined;
      return { promotion, deliveries, ownTrouble };
    }),
  );
}

const KEYS_PER_QUESTION = 200;
/** More than any promotion has targets. */
const TARGETS_OF_ONE = 100;

/** The deliveries of many promotions, in few questions. */
async function deliveriesOf(ledger: Ledger, keys: readonly string[]): Promise<Map<string, Delivery<Trouble>[]>> {
  const found = new Map<string, Delivery<Trouble>[]>();
  for (let start = 0; start < keys.length; start += KEYS_PER_QUESTION) {
    const promotionKeys = keys.slice(start, start + KEYS_PER_QUESTION);
    const limit = promotionKeys.length * TARGETS_OF_ONE;
    for (const delivery of await ledger.listDeliveries<Trouble>({ promotionKeys, limit }))
      found.set(delivery.promotionKey, [...(found.get(delivery.promotionKey) ?? []), delivery]);
  }
  return found;
}

async function waitingApps(ledger: Ledger, { site, text, limit }: OverviewFilter): Promise<WaitingApp[]> {
  const rows = await ledger.listAwaiting({ site, text, limit: limit + 1 });
  return rows.map((row: Awaiting) => ({
    site: row.site,
    appId: row.appId,
    appName: row.appName,
    owner: row.owner,
    stream: row.stream ?? null,
    waitingSinceUtc: row.waitingSinceUtc,
    missing: row.missing,
  }));
}

function stuckSteps({ promotion, deliveries, ownTrouble }: PromotionWithParts): StuckStep[] {
  const { site, appId, appName, owner, promotionKey } = promotion;
  const entry = (target: string | null, trouble: Trouble): StuckStep => {
    const { step, code, message, sinceUtc, willRetry } = trouble;
    const choices = choicesIn(trouble);
    return { site, appId, appName, owner, promotionKey, target, step, code, message, sinceUtc, willRetry, choices };
  };
  const ofTargets = deliveries.flatMap(({ target, trouble, endedAtUtc }) =>
    trouble && endedAtUtc === undefined ? [entry(target, trouble)] : [],
  );
  return ownTrouble ? [entry(null, ownTrouble), ...ofTargets] : ofTargets;
}

function listed({ promotion, deliveries }: PromotionWithParts): ListedPromotion {
  const { site, appId, appName, owner, promotionKey, verdict, decision, startedAtUtc, endedAtUtc } = promotion;
  const states = new Map(deliveries.map((delivery) => [delivery.target, delivery.state]));
  const targets = [...new Set(decision.targets.map((target) => target.site))].toSorted();
  return {
    site,
    appId,
    appName,
    owner,
    promotionKey,
    verdict,
    state: stepOf(promotion, deliveries),
    decidedBy: decision.by.account,
    targets: Object.fromEntries(targets.map((target) => [target, states.get(target) ?? null])),
    nothingDelivered: deliveries.filter(deliveredNothing).map(({ target }) => target),
    startedAtUtc,
    endedAtUtc: endedAtUtc ?? null,
  };
}
