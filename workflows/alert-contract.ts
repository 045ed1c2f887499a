/** How a reload in Qlik Cloud ended. */
export type ReloadOutcome = 'failed' | 'exceeded-limit' | 'canceled' | 'succeeded';

/** What is told of one reload, by an event or by asking. */
export interface ReloadNews {
  readonly outcome: ReloadOutcome;
  /** False for one attempt of the engine, which may be made again by itself. */
  readonly isFinal: boolean;
  /** What the event said, `ReloadEventFacts`; not there where it was found by asking. */
  readonly event?: object;
}

/** What a `reloadAlert` is started with; the news come as a signal. */
export interface ReloadAlertInput {
  /** Alias of the tenant. */
  readonly tenant: string;
  readonly reloadId: string;
  readonly appId: string;
  /** `timeouts.heartbeat` of whoever starts it. */
  readonly heartbeatMs?: number;
}

/** An app that failed before reloads again. */
export interface ReloadRecoveredInput extends ReloadAlertInput {
  readonly atUtc: string;
}

/** One thing that a channel tells: a failure, or that the app reloads again. */
export interface AlertItem {
  readonly kind: 'failed' | 'recovered';
  readonly reloadId: string;
}

/** What an `alertChannel` is started with; what it is to tell comes as a signal. */
export interface AlertChannelInput {
  readonly tenant: string;
  /** Kind and name of the destination, as in `slack/bi-team`. */
  readonly destination: string;
  /** The address, for mails; else empty. */
  readonly recipient: string;
  readonly appId: string;
  readonly pace: AlertChannelPace;
  /** What an earlier run left to do. */
  readonly carried?: { readonly items: readonly AlertItem[]; readonly quietUntilMs: number };
}

export interface AlertChannelPace {
  readonly heartbeatMs: number;
  readonly attemptMs: number;
  readonly giveUpAfterMs: number;
  readonly retry: { readonly firstMs: number; readonly maxMs: number };
}
