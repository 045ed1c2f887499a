import type { ReloadEventFacts } from './failed-reload.ts';

/** How a reload, or one attempt at it, ended. */
export type ReloadOutcome = 'failed' | 'exceeded-limit' | 'canceled' | 'succeeded';

/** An event that tells how a reload ended. */
export interface ReloadEvent {
  readonly tenantId: string;
  readonly reloadId: string;
  readonly appId: string;
  readonly outcome: ReloadOutcome;
  /** False for one attempt of the engine, after which the same reload may be tried again by itself. */
  readonly isFinal: boolean;
  readonly facts: ReloadEventFacts;
}

/** What came of reading an event: it tells of a reload, is of a type that tells of something else, or is none. */
export type ReadReloadEvent =
  | { readonly event: ReloadEvent }
  | { readonly ignored: string }
  | { readonly unreadable: string };
