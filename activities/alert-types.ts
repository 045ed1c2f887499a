import type { ReloadPart } from '../rules/alerts/failed-reload.ts';
import type { AlertItem, ReloadNews, ReloadOutcome } from '../workflows/contract.ts';

/** One failed reload, by the tenant's alias. */
export interface ReloadAlertKey {
  readonly tenant: string;
  readonly reloadId: string;
}

export interface OpenAlertInput extends ReloadAlertKey {
  readonly appId: string;
  readonly news: ReloadNews;
}

/** Durations in milliseconds. */
export interface ReloadAlertPace {
  readonly settleMs: number;
  readonly settleCheckMs: number;
  readonly gatherMs: number;
  readonly attemptMs: number;
}

export interface OpenedAlert {
  /** How an earlier run of it ended: nothing is left to do. */
  readonly ended?: 'alerted' | 'passed';
  /** Whether a canceled reload is alerted. */
  readonly alertsCanceled: boolean;
  readonly pace: ReloadAlertPace;
}

export interface GatherInput extends ReloadAlertKey {
  readonly appId: string;
  readonly part: ReloadPart;
}

export interface SendAlertsInput {
  readonly tenant: string;
  readonly destination: string;
  readonly recipient: string;
  readonly items: readonly AlertItem[];
}

/** What the reconciliation of one tenant came to. */
export interface ReconcileOutcome {
  /** Failures that no event told of. */
  readonly missed: number;
  /** Apps that reload again, of which no event told. */
  readonly recovered: number;
  /** Failures and alerts that Temporal had lost. */
  readonly resumed: number;
  /** Names of webhooks that Qlik Cloud has disabled. */
  readonly disabledWebhooks: readonly string[];
}

/** Steps of alerts; all of them are safe to repeat. */
export interface AlertActivities {
  /** Notes the failure in the ledger, with what the event said. */
  openAlert(input: OpenAlertInput): Promise<OpenedAlert>;
  /** How the reload ended, as Qlik Cloud says; undefined while it goes on, `unknown` where it knows no such reload. */
  askOutcome(input: ReloadAlertKey): Promise<{ readonly outcome?: ReloadOutcome | 'unknown' }>;
  /** Nobody is to be told: a later attempt went well. */
  passAlert(input: ReloadAlertKey): Promise<void>;
  /** Asks Qlik Cloud for one part, and notes it in the ledger. */
  gatherPart(input: GatherInput): Promise<void>;
  noteMissing(input: ReloadAlertKey & { readonly part: ReloadPart; readonly why: string }): Promise<void>;
  /** Hands the alert to the channels of all who want it; how many those are. */
  routeAlert(input: ReloadAlertKey): Promise<number>;
  /** Notes that the app reloads again, and hands that to the channels which told of its failure. */
  awaitsAlert(input: {
    readonly tenant: string;
    readonly appId: string;
    readonly atUtc: string;
  }): Promise<{ readonly isAwaited: boolean; readonly longestMs: number }>;
  routeRecovery(input: ReloadAlertKey & { readonly appId: string; readonly atUtc: string }): Promise<number>;
  /** Sends one alert, or several as a digest. How long the channel is quiet then, in milliseconds. */
  sendAlerts(input: SendAlertsInput): Promise<{ readonly quietMs: number }>;
  /** Notes that alerts wait for the digest. */
  holdAlerts(input: SendAlertsInput): Promise<void>;
  /** `why` is not there where their time was over: then the last that was tried says it. */
  giveUpAlerts(input: SendAlertsInput & { readonly why?: string | undefined }): Promise<void>;
  /** Starts alerts of failures that no event told of, and those that were lost on the way. */
  reconcileTenant(input: { readonly tenant: string }): Promise<ReconcileOutcome>;
}
