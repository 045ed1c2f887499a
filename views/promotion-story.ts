import type { Attempt } from '../ledger/attempts.ts';
import type { Awaiting } from '../ledger/awaiting.ts';
import type { Delivery } from '../ledger/deliveries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Mail } from '../ledger/mails.ts';
import type { LedgerRecord } from '../ledger/records.ts';
import type { Config } from '../config/types.ts';
import { type PromotionState, type Trouble, workflowIds } from '../workflows/contract.ts';
import type { Found, KnownPromotion } from './find-app.ts';
import { troubleOfItself } from './own-trouble.ts';
import type { DecisionOfRecord } from './recorded-shapes.ts';
import { stepOf } from './step-of.ts';
import { workflowLink } from './workflow-link.ts';

/**
 * All that the ledger knows of an app's promotion: the JSON of `waybill show --json`. Fields are added to it, never
 * renamed or removed. Times are ISO 8601, UTC; what is not known is null.
 */
export interface Story {
  readonly app: { readonly site: string; readonly appId: string; readonly name: string; readonly owner: string };
  /** The app waits for a decision now. */
  readonly waiting: Waiting | null;
  readonly promotion: PromotionStory | null;
  /** Other promotions of the app, and of the same owner's app of this name; latest first. */
  readonly earlier: readonly EarlierPromotion[];
}

export interface Waiting {
  readonly stream: string | null;
  readonly publishedAtUtc: string | null;
  readonly sinceUtc: string;
  /** What is in the way of a decision by the app's properties, in words. */
  readonly missing: readonly string[];
  /** Alerts, reminders and problems that were mailed about the app before a decision. */
  readonly mails: readonly MailStory[];
}

export interface EarlierPromotion {
  readonly promotionKey: string;
  readonly appId: string;
  readonly verdict: string;
  readonly state: PromotionState;
  readonly startedAtUtc: string;
  readonly endedAtUtc: string | null;
}

export interface PromotionStory {
  readonly promotionKey: string;
  readonly state: PromotionState;
  readonly startedAtUtc: string;
  readonly endedAtUtc: string | null;
  readonly decision: DecisionOfRecord;
  readonly artifact: unknown;
  readonly version: unknown;
  readonly deliveries: readonly DeliveryStory[];
  /** The trouble of the promotion's own step. That of a delivery stands with the delivery. */
  readonly trouble: Trouble | null;
  readonly records: readonly Pick<LedgerRecord, 'seq' | 'type' | 'atUtc' | 'site' | 'appId' | 'facts'>[];
  readonly mails: readonly MailStory[];
  readonly attempts: readonly AttemptStory[];
  readonly outcome: unknown;
  /** The workflow in the Temporal web page. */
  readonly temporalUrl: string | null;
}

export type DeliveryStory = Pick<Delivery<Trouble>, 'target' | 'state' | 'startedAtUtc' | 'items'> & {
  readonly trouble: Trouble | null;
  readonly endedAtUtc: string | null;
};

export type MailStory = Pick<
  Mail,
  'kind' | 'to' | 'subject' | 'state' | 'attempts' | 'createdAtUtc' | 'updatedAtUtc'
> & {
  readonly lastError: string | null;
  /** As it was sent; null where it was not kept, or not yet written. */
  readonly text: string | null;
};

/** An attempt without an end reads `worker lost` once a later one began, or the promotion ended. */
export type AttemptStory = Pick<
  Attempt,
  'workflowId' | 'runId' | 'activityId' | 'activityType' | 'attempt' | 'startedAtUtc' | 'state'
> & {
  readonly site: string | null;
  readonly worker: string | null;
  readonly endedAtUtc: string | null;
  readonly durationMs: number | null;
  readonly sizeBytes: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
};

/** Reads everything about what was found; from the ledger alone. */
export async function readStory(ledger: Ledger, config: Config, found: Found): Promise<Story> {
  const { site, appId, appName, owner, waiting, promotion, earlier } = found;
  return {
    app: { site, appId, name: appName, owner },
    waiting: waiting ? await waitingOf(ledger, waiting) : null,
    promotion: promotion ? await promotionOf(ledger, config, promotion) : null,
    earlier: earlier.map((one) => ({
      promotionKey: one.promotionKey,
      appId: one.appId,
      verdict: one.verdict,
      state: one.state,
      startedAtUtc: one.startedAtUtc,
      endedAtUtc: one.endedAtUtc ?? null,
    })),
  };
}

async function waitingOf(ledger: Ledger, waiting: Awaiting): Promise<Waiting> {
  const { site, appId, stream, publishTimeUtc, waitingSinceUtc, missing } = waiting;
  const mails = await ledger.listMails({ promotionKey: `${site}.${appId}` });
  return {
    stream: stream ?? null,
    publishedAtUtc: publishTimeUtc ?? null,
    sinceUtc: waitingSinceUtc,
    missing,
    mails: mails.map(mailOf),
  };
}

async function promotionOf(ledger: Ledger, config: Config, promotion: KnownPromotion): Promise<PromotionStory> {
  const { promotionKey, site, appId, decision, startedAtUtc, endedAtUtc } = promotion;
  const [records, deliveries, mails, attempts] = await Promise.all([
    ledger.recordsOf(promotionKey),
    ledger.listDeliveries<Trouble>({ promotionKey }),
    ledger.listMails({ promotionKey }),
    ledger.attemptsOf({ promotionKey, limit: ATTEMPTS_SHOWN }),
  ]);
  return {
    promotionKey,
    state: stepOf(promotion, deliveries),
    startedAtUtc,
    endedAtUtc: endedAtUtc ?? null,
    decision: withoutSource(decision),
    artifact: promotion.artifact ?? null,
    version: promotion.version ?? null,
    deliveries: deliveries.map(deliveryOf).toSorted((a, b) => (a.target < b.target ? -1 : 1)),
    trouble: endedAtUtc ? null : (troubleOfItself(records) ?? null),
    records: records.map(({ seq, type, atUtc, site, appId, facts }) => ({ seq, type, atUtc, site, appId, facts })),
    mails: mails.map(mailOf),
    attempts: attempts.map((attempt) => attemptOf(attempt, attempts, endedAtUtc !== undefined)),
    outcome: promotion.outcome ?? null,
    temporalUrl: workflowLink(config, workflowIds.promotion(site, appId)) ?? null,
  };
}

const ATTEMPTS_SHOWN = 5000;

/** The stored decision also holds what targets need of the source app; that is no part of the story. */
function withoutSource(decision: DecisionOfRecord): DecisionOfRecord {
  const { source: _, ...rest } = decision as DecisionOfRecord & { source?: unknown };
  return rest;
}

function deliveryOf(delivery: Delivery<Trouble>): DeliveryStory {
  const { target, state, startedAtUtc, items, trouble, endedAtUtc } = delivery;
  return { target, state, startedAtUtc, items, trouble: trouble ?? null, endedAtUtc: endedAtUtc ?? null };
}

function mailOf(mail: Mail): MailStory {
  const { kind, to, subject, state, attempts, lastError, text, createdAtUtc, updatedAtUtc } = mail;
  const whole = { lastError: lastError ?? null, text: text ?? null };
  return { kind, to, subject, state, attempts, createdAtUtc, updatedAtUtc, ...whole };
}

function attemptOf(attempt: Attempt, all: readonly Attempt[], hasEnded: boolean): AttemptStory {
  const { workflowId, runId, activityId, activityType, startedAtUtc, endedAtUtc, state } = attempt;
  const isLost = state === 'running' && (hasEnded || all.some((other) => isLaterTry(other, attempt)));
  return {
    workflowId,
    runId,
    activityId,
    activityType,
    attempt: attempt.attempt,
    startedAtUtc,
    state: isLost ? 'worker lost' : state,
    site: attempt.site ?? null,
    worker: attempt.worker ?? null,
    endedAtUtc: endedAtUtc ?? null,
    durationMs: endedAtUtc ? Date.parse(endedAtUtc) - Date.parse(startedAtUtc) : null,
    sizeBytes: attempt.sizeBytes ?? null,
    errorCode: attempt.errorCode ?? null,
    errorMessage: attempt.errorMessage ?? null,
  };
}

function isLaterTry(other: Attempt, attempt: Attempt): boolean {
  return (
    other.workflowId === attempt.workflowId &&
    other.runId === attempt.runId &&
    other.activityId === attempt.activityId &&
    other.attempt > attempt.attempt
  );
}
