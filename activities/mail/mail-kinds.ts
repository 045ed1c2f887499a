import type { DecisionDoor, PromotionMode } from '../../workflows/contract.ts';

/**
 * The mails of Waybill as plain facts. They travel as activity arguments and stay in the workflow's history:
 * ids, names and short texts only, never a secret, an address or a link. Links, labels and the words of a time
 * come from the configuration when the mail is rendered. Every `…AtUtc` is ISO 8601, UTC.
 */
export type MailFacts =
  | PublishAlertMail
  | ReapprovalMail
  | DecisionProblemMail
  | ApprovedMail
  | DeniedMail
  | ResultsMail
  | TroubleMail
  | TenantTroubleMail
  | TenantTroubleOverMail
  | ReminderMail
  | EscalationMail
  | ExpiredMail
  | TooLateMail
  | AbortedMail
  | TestMail;

export type MailKind = MailFacts['kind'];

/** Every kind, in the order of a promotion's life. Each has three templates: subject, text and html. */
export const mailKinds = [
  'publishAlert',
  'reapproval',
  'decisionProblem',
  'approved',
  'denied',
  'results',
  'trouble',
  'tenantTrouble',
  'tenantTroubleOver',
  'reminder',
  'escalation',
  'expired',
  'tooLate',
  'aborted',
  'test',
] as const satisfies readonly MailKind[];

/** The app on its source site. `owner` is `DIRECTORY\user`. */
export interface MailApp {
  readonly id: string;
  readonly name: string;
  readonly site: string;
  readonly owner: string;
}

/** One target as decided: a site alias, the mode, and the streams by name (`id:<guid>` where no name is known). */
export interface MailTarget {
  readonly site: string;
  readonly mode: PromotionMode;
  readonly streams: readonly string[];
}

/** What a promotion would do to one stream of one target. `unknown`: the site could not be asked. */
export interface MailEffect {
  readonly site: string;
  readonly stream: string;
  readonly effect: 'replace' | 'add' | 'missing-stream' | 'unknown';
  /** When the app that would be replaced was last changed there. */
  readonly replacedChangedAtUtc?: string;
}

/** One object of the app that differs, by the name people know it under. */
export interface MailContentChange {
  readonly change: 'added' | 'changed' | 'removed';
  readonly type: string;
  readonly name: string;
  readonly by?: string;
}

/** What stands in the way of a decision. `other` brings its own words. */
export type MailDecisionProblem =
  | { readonly problem: 'conflict'; readonly values: readonly string[] }
  | { readonly problem: 'unknown-alias'; readonly value: string; readonly known: readonly string[] }
  | { readonly problem: 'missing-mode'; readonly value: string }
  | { readonly problem: 'missing-target' }
  | { readonly problem: 'missing-stream' }
  | { readonly problem: 'stream-not-found'; readonly site: string; readonly stream: string }
  | { readonly problem: 'ambiguous-stream'; readonly site: string; readonly stream: string; readonly count: number }
  | { readonly problem: 'not-allowed'; readonly account: string; readonly why: string }
  | { readonly problem: 'other'; readonly what: string; readonly remedy: string };

/** What became of one stream of one target. */
export interface MailResult {
  readonly site: string;
  readonly stream: string;
  readonly outcome:
    | 'replaced'
    | 'added'
    | 'failed'
    | 'skipped'
    | 'missing-stream'
    | 'waiting'
    | 'aborted'
    | 'superseded';
  /** Id of the app at the target, when there is one. */
  readonly appId?: string;
  /** Why, in plain words, where it did not succeed. */
  readonly reason?: string;
  readonly warnings?: readonly string[];
}

/** What happens to the app on the source site. */
export type MailSourceFate = 'unpublished' | 'stays-published' | 'untouched' | 'gone';

interface Mail<Kind extends string> {
  readonly kind: Kind;
  /** When the thing happened that the mail tells of; the mail's `Date`. */
  readonly occurredAtUtc: string;
  /** Tells the second, third … mail of one kind and promotion apart (reminders); part of the Message-ID. */
  readonly nth?: number;
}

export interface PublishAlertMail extends Mail<'publishAlert'> {
  readonly app: MailApp;
  readonly publisher: string;
  readonly stream: string;
  /** Empty when no target is chosen yet. */
  readonly effects: readonly MailEffect[];
  readonly changes?: readonly MailContentChange[];
}

/** The app changed after it was approved, or after the decision was asked for. */
export interface ReapprovalMail extends Mail<'reapproval'> {
  readonly app: MailApp;
  readonly approver?: string;
  readonly approvedAtUtc?: string;
  readonly changes: readonly MailContentChange[];
}

export interface DecisionProblemMail extends Mail<'decisionProblem'> {
  readonly app: MailApp;
  readonly decider?: string;
  readonly problems: readonly MailDecisionProblem[];
}

export interface ApprovedMail extends Mail<'approved'> {
  readonly app: MailApp;
  readonly approver: string;
  readonly door: DecisionDoor;
  /** True when nobody proved the approver's name (CLI, Temporal UI). */
  readonly asserted: boolean;
  readonly note?: string;
  readonly targets: readonly MailTarget[];
}

export interface DeniedMail extends Mail<'denied'> {
  readonly app: MailApp;
  readonly denier: string;
  readonly door: DecisionDoor;
  readonly asserted: boolean;
  readonly note?: string;
  readonly fate: MailSourceFate;
}

export interface ResultsMail extends Mail<'results'> {
  readonly app: MailApp;
  readonly approver?: string;
  readonly results: readonly MailResult[];
  readonly versionId?: string;
  readonly fate: MailSourceFate;
  /** Warnings that belong to no single target, such as a tag that does not exist. */
  readonly warnings?: readonly string[];
}

/** One mail for a whole site that cannot be worked with, however many promotions wait for it. */
export interface TroubleMail extends Mail<'trouble'> {
  readonly site: string;
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
  readonly sinceUtc: string;
  readonly waiting: readonly { readonly promotionKey: string; readonly appName: string; readonly site: string }[];
  /** Commands to run, whole lines. */
  readonly commands: readonly string[];
}

/** Something about a tenant of Qlik Cloud that keeps Waybill from hearing of failed reloads, or makes it hear of them late. */
export interface TenantTroubleMail extends Mail<'tenantTrouble'> {
  /** By alias. */
  readonly tenant: string;
  /** The tenant's own address, as its people know it. */
  readonly url: string;
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
  readonly sinceUtc: string;
  /** Alerts were lost by it, which are not sent again. */
  readonly isGivenUp?: boolean | undefined;
}

/** What a `tenantTrouble` told of is over. */
export interface TenantTroubleOverMail extends Mail<'tenantTroubleOver'> {
  readonly tenant: string;
  readonly url: string;
  readonly code: string;
  readonly sinceUtc: string;
}

export interface ReminderMail extends Mail<'reminder'> {
  readonly app: MailApp;
  readonly stream?: string;
  readonly waitingSinceUtc: string;
  readonly expiresAtUtc?: string;
}

/** Nobody decided for so long that others are told too. */
export interface EscalationMail extends Mail<'escalation'> {
  readonly app: MailApp;
  readonly stream?: string;
  readonly waitingSinceUtc: string;
  readonly expiresAtUtc?: string;
}

export interface ExpiredMail extends Mail<'expired'> {
  readonly app: MailApp;
  readonly waitingSinceUtc: string;
  readonly fate: MailSourceFate;
}

/** A Deny that came while the promotion was already being delivered. */
export interface TooLateMail extends Mail<'tooLate'> {
  readonly app: MailApp;
  readonly denier: string;
  readonly approver?: string;
  readonly targets: readonly MailTarget[];
}

export interface AbortedMail extends Mail<'aborted'> {
  readonly app: MailApp;
  readonly by: string;
  readonly note?: string;
  /** What had been done before; empty when nothing had. */
  readonly results: readonly MailResult[];
  readonly fate: MailSourceFate;
}

/** The mail of `waybill check`. */
export interface TestMail extends Mail<'test'> {
  readonly requestedBy?: string;
}

/** True for an outcome that put the app where it belongs. */
export function isDelivered(result: MailResult): boolean {
  return result.outcome === 'replaced' || result.outcome === 'added';
}

/** One attribute of a Qlik user, as QRS names its fields. */
export interface MailUserAttribute {
  readonly attributeType: string;
  readonly attributeValue: string;
}

/**
 * Whom a mail is for. Addresses are looked up when the mail is sent, so that a mended setting helps a waiting mail.
 *
 * - `owner`: the account `DIRECTORY\user` of `site`; without `attributes` they are asked for at send time.
 * - `stream`: who is alerted of that stream of the source `site`.
 * - `escalation`: who is told when nobody decides about the apps of that stream.
 * - `operators`: who hears of trouble.
 * - `explicit`: these addresses.
 */
export type Recipients =
  | {
      readonly to: 'owner';
      readonly site: string;
      readonly owner: string;
      readonly attributes?: readonly MailUserAttribute[];
    }
  | { readonly to: 'stream'; readonly site: string; readonly streamName: string; readonly streamId?: string }
  | { readonly to: 'escalation'; readonly site: string; readonly streamName: string }
  | { readonly to: 'operators' }
  | { readonly to: 'explicit'; readonly addresses: readonly string[] };
