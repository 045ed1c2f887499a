/** In which of the three shapes that Qlik Cloud has had an event is sent. */
export type EventShape = 'legacy' | 'hybrid' | 'cloudEvents';

/** What is not known of Qlik Cloud, or differs between tenants and over time. Change it while the tenant runs. */
export interface CloudSwitches {
  // ---- events and webhooks (Qlik Cloud facts, section 1) ----
  /** Shape of events for webhooks that do not have `enableCloudEventDelivery`; those that do get `cloudEvents`. */
  eventShape: EventShape;
  /** How much an event's `data` has: all that is documented, or the little of Qlik's own example; all is optional. */
  eventFields: 'all' | 'few';
  /** The schema says 1.0, the changelog 1.0.2. */
  specversion: '1.0' | '1.0.2';
  /** `Qlik-Signature` of a webhook without a secret. No page says. */
  signatureWithoutSecret: 'absent' | 'empty';
  /** How long a receiver may take. No page says. */
  webhookTimeoutMs: number;
  /** Failures in a row, resends included, after which a webhook is disabled; 0: never. No page says how many. */
  disableAfterFailures: number;
  /** A resend while the webhook is disabled. No page says. */
  resendWhenDisabled: 'sent' | 'refused';
  /** Whether `/api/v1/webhooks` is still there; it ends in November 2027 at the earliest, for `/api/core/webhooks`. */
  v1Webhooks: boolean;
  /** Days that deliveries are kept. */
  deliveriesKeptDays: number;

  // ---- reading (section 2) ----
  /** Whether a reload has its `log`, which is optional. */
  reloadLogShown: boolean;
  /** How long after its end a reload, and its script log, is still answered with 404. */
  reloadVisibilityLagMs: number;
  /**
   * What a filter on reloads may name: only what Qlik documents (status, partial, type, with `eq`), or also times with
   * `gt`, `ge`, `lt`, `le`.
   */
  reloadFilter: 'documented' | 'with-times';
  /** Reloads and other entries on a page when the client names no limit. */
  defaultLimit: number;
  /** `links.next.href` with the tenant's address, or from the root of the path. */
  linkForm: 'absolute' | 'path';

  // ---- limits ----
  /** Seconds that a token of OAuth is good for. */
  tokenLifetimeSeconds: number;
  /** Calls of a credential in a window, reads; 0: no limit. Qlik: 5000 in 5 minutes. */
  tier1PerWindow: number;
  /** The same of writes. Qlik: 500 in 5 minutes. */
  tier2PerWindow: number;
  rateWindowMs: number;
}

/** The defaults: what is documented, without limits that slow a test. */
export const defaultCloudSwitches: Readonly<CloudSwitches> = {
  eventShape: 'cloudEvents',
  eventFields: 'all',
  specversion: '1.0',
  signatureWithoutSecret: 'absent',
  webhookTimeoutMs: 10_000,
  disableAfterFailures: 10,
  resendWhenDisabled: 'sent',
  v1Webhooks: true,
  deliveriesKeptDays: 7,
  reloadLogShown: true,
  reloadVisibilityLagMs: 0,
  reloadFilter: 'documented',
  defaultLimit: 20,
  linkForm: 'absolute',
  tokenLifetimeSeconds: 21_600,
  tier1PerWindow: 0,
  tier2PerWindow: 0,
  rateWindowMs: 300_000,
};
