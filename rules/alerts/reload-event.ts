import type { ReloadEventFacts } from './failed-reload.ts';
import type { ReloadOutcome } from './reload-outcome.ts';

/** An event that tells how a reload ended. */
export interface ReloadEvent {
  readonly tenantId: string;
  readonly reloadId: string;
  readonly appId: string;
  /**
   * An event may say no more than that the reload did not succeed, which is `failed` here: whether it was canceled or exceeded
   * a limit, its status in the tenant tells.
   */
  readonly outcome: ReloadOutcome;
  readonly hasStatus: boolean;
  /** False for one attempt of the engine, after which the same reload may be tried again by itself. */
  readonly isFinal: boolean;
  readonly facts: ReloadEventFacts;
}

/** What came of reading an event: it tells of a reload, is of a type that tells of something else, or is none. */
export type ReadReloadEvent =
  | { readonly event: ReloadEvent }
  | { readonly ignored: string }
  | { readonly unreadable: string };

/** What is known of an event by the way it came: in the schema of Qlik Cloud every field of it is optional. */
export interface KnownOfEvent {
  readonly tenantId?: string | undefined;
  readonly eventId?: string | undefined;
}
