import { waybillError } from '../common/errors/catalogue.ts';
import type { Awaiting } from '../ledger/awaiting.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Promotion } from '../ledger/promotions.ts';
import type { Clock } from '../common/clock.ts';
import { plain, sameName } from './plain.ts';
import type { DecisionOfRecord } from './recorded-shapes.ts';

/** Where it is looked for, and how times are told. */
export interface Finding {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export type KnownPromotion = Promotion<DecisionOfRecord>;

/** What stands in the ledger under a name, an app's id or a promotion's key. */
export interface Found {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly owner: string;
  /** It waits for a decision now. */
  readonly waiting?: Awaiting;
  /** The promotion that was meant: the one of the key, else the latest. */
  readonly promotion?: KnownPromotion;
  /** Further promotions of the app, latest first. */
  readonly earlier: readonly KnownPromotion[];
}

interface Candidate {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly owner: string;
}

/** Rows that are looked through for a name; the search itself runs in the database. */
const LOOKED_THROUGH = 500;

/**
 * The one app that waits for a decision under this name or id.
 * @throws WAYBILL_CLI_NOTHING_WAITS, WAYBILL_CLI_AMBIGUOUS, WAYBILL_DECISION_REFUSED when it is decided already
 */
export async function findWaiting({ ledger, clock }: Finding, what: string, site?: string): Promise<Awaiting> {
  const rows = await ledger.listAwaiting({ site, text: what.trim() });
  const meant = rows.filter((row) => isMeant(row, what));
  const [only, second] = meant;
  if (only && !second) return only;
  if (second) throw ambiguous(what, meant, (row) => `waiting since ${clock.moment(row.waitingSinceUtc)}`);
  const running = (await promotionsOf(ledger, what, site)).find((promotion) => !promotion.endedAtUtc);
  if (running) {
    const { by, verdict } = running.decision;
    const why = `"${plain(running.appName)}" is decided already (${verdict} by ${by.account}); see promotion ${running.promotionKey}`;
    throw waybillError('WAYBILL_DECISION_REFUSED', { why });
  }
  const similar = [...new Set(rows.map((row) => `"${plain(row.appName)}"`))].slice(0, 5);
  const hint = similar.length > 0 ? `; similar ones do: ${similar.join(', ')}.` : '.';
  throw waybillError('WAYBILL_CLI_NOTHING_WAITS', { what, hint });
}

/**
 * What stands under a name, an app's id or a promotion's key. An app that is on its way now wins over ended
 * promotions of the same name, because an app that was given back to its owner comes again under another id.
 * @throws WAYBILL_CLI_NOT_FOUND, WAYBILL_CLI_AMBIGUOUS
 */
export async function findApp({ ledger, clock }: Finding, what: string, site?: string): Promise<Found> {
  const byKey = await ledger.getPromotion<DecisionOfRecord>(what.trim().toLowerCase());
  if (byKey) return { ...namesOf(byKey), promotion: byKey, earlier: [] };
  const [waiting, promotions] = await Promise.all([
    ledger.listAwaiting({ site, text: what.trim() }),
    promotionsOf(ledger, what, site),
  ]);
  const meantWaiting = waiting.filter((row) => isMeant(row, what));
  const open = promotions.filter((promotion) => !promotion.endedAtUtc);
  const now = distinct([...meantWaiting, ...open]);
  const candidates = now.length > 0 ? now : distinctByOwner(promotions);
  const [only, second] = candidates;
  if (!only) throw waybillError('WAYBILL_CLI_NOT_FOUND', { what, hint: similarTo(waiting) });
  if (second) {
    const since = (one: Candidate): string => {
      const promotion = promotions.find((own) => isSame(own, one));
      return promotion ? `${promotion.state}, begun ${clock.moment(promotion.startedAtUtc)}` : 'waiting';
    };
    throw ambiguous(what, candidates, since);
  }
  const own = promotions.filter((one) => isSame(one, only) || (one.site === only.site && one.owner === only.owner));
  const latest = own.find((one) => isSame(one, only));
  return {
    ...namesOf(only),
    waiting: meantWaiting.find((row) => isSame(row, only)),
    promotion: latest,
    earlier: own.filter((one) => one !== latest),
  };
}

async function promotionsOf(ledger: Ledger, what: string, site: string | undefined): Promise<KnownPromotion[]> {
  const limit = LOOKED_THROUGH;
  const found = await ledger.listPromotions<DecisionOfRecord>({ site, text: what.trim(), limit });
  return found.filter((promotion) => isMeant(promotion, what));
}

function isMeant(one: Candidate, what: string): boolean {
  return sameName(one.appId, what) || sameName(one.appName, what);
}

function isSame(left: Candidate, right: Candidate): boolean {
  return left.site === right.site && left.appId === right.appId;
}

function distinct(all: readonly Candidate[]): Candidate[] {
  return all.filter((one, index) => all.findIndex((other) => isSame(other, one)) === index);
}

/** Ended promotions of one name, site and owner are one app to people, whatever ids it had. */
function distinctByOwner(all: readonly Candidate[]): Candidate[] {
  const isAlike = (left: Candidate, right: Candidate): boolean =>
    left.site === right.site && sameName(left.owner, right.owner);
  return all.filter((one, index) => all.findIndex((other) => isAlike(other, one)) === index);
}

function namesOf({ site, appId, appName, owner }: Candidate): Candidate {
  return { site, appId, appName, owner };
}

function similarTo(rows: readonly Candidate[]): string {
  const names = [...new Set(rows.map((row) => `"${plain(row.appName)}"`))].slice(0, 5);
  return names.length > 0 ? `; similar ones: ${names.join(', ')}.` : '.';
}

function ambiguous<T extends Candidate>(what: string, all: readonly T[], tell: (one: T) => string): Error {
  const choices = all.map(
    (one) => `  ${one.appId}  ${plain(one.appName)}  on ${one.site}, owner ${plain(one.owner)}, ${tell(one)}`,
  );
  return waybillError('WAYBILL_CLI_AMBIGUOUS', { what, count: all.length, choices: choices.join('\n') });
}
