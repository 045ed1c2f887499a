/**
 * The public face of Waybill's workflows: ids, task queues, messages and search attributes.
 * Names here are wire names: a change breaks open promotions. Pure values and types, no imports.
 */

/** `overwrite` replaces the same-named app in the stream; `duplicate` always adds one. */
export type PromotionMode = 'overwrite' | 'duplicate';

/** One target as somebody chose it: a site alias, a mode, and streams by name or as `id:<guid>`. */
export interface TargetChoice {
  readonly site: string;
  readonly mode: PromotionMode;
  readonly streams: readonly string[];
  /** What happens to the app's data; set from the target's configuration when the decision is recorded. */
  readonly data?: 'carry' | 'withoutData' | 'reloadAfter';
}

/** The door a decision came through. `standing` is the promote-on-reload property. */
export type DecisionDoor = 'qmc' | 'console' | 'cli' | 'temporal' | 'standing';

export type DecisionVerdict = 'approve' | 'deny' | 'reload';

/** Who decided. `asserted` means that nobody proved the name (CLI, Temporal UI). */
export interface Decider {
  readonly account: string;
  readonly door: DecisionDoor;
  readonly asserted: boolean;
  /** On the way to a worker alone: proof that the console signed the person in, with the groups it knows. */
  readonly signed?: { readonly proof: string; readonly groups: readonly string[] };
}

/** What an operator can do to one target, or to the promotion's own stuck step. */
export type ResolveAction = 'retry' | 'skip' | 'abort';

export type PromotionState =
  | 'assessing'
  | 'awaiting-decision'
  | 'exporting'
  | 'versioning'
  | 'delivering'
  | 'finishing'
  | 'needs-operator'
  | 'promoted'
  | 'partly-promoted'
  | 'not-promoted'
  | 'denied'
  | 'expired'
  | 'aborted'
  | 'withdrawn';

export type DeliveryState =
  | 'planning'
  | 'waiting-for-export'
  | 'staging'
  | 'publishing'
  | 'verifying'
  | 'waiting-for-lock'
  | 'needs-operator'
  | 'verified'
  | 'skipped'
  | 'aborted'
  | 'superseded';

/** Workflow types; the export name is the wire name. */
export const workflowTypes = {
  siteWatch: 'siteWatch',
  promotion: 'promotion',
  deliver: 'deliver',
  notify: 'notify',
  check: 'check',
  tryOut: 'tryOut',
  sweepStaging: 'sweepStaging',
  ensureSiteWatch: 'ensureSiteWatch',
  reloadAlert: 'reloadAlert',
  reloadRecovered: 'reloadRecovered',
  alertChannel: 'alertChannel',
  reconcileReloads: 'reconcileReloads',
} as const;

export const workflowIds = {
  siteWatch: (site: string): string => `siteWatch/${site}`,
  promotion: (site: string, appId: string): string => `promotion/${site}/${appId}`,
  deliver: (promotionKey: string, site: string): string => `deliver/${promotionKey}/${site}`,
  notify: (promotionKey: string, kind: string): string => `notify/${promotionKey}/${kind}`,
  check: (kind: string, uuid: string): string => `check/${kind}/${uuid}`,
  /** The check of a site that the console asked for: one at a time, the latest of them found again. */
  examination: (site: string): string => `check/doctor-site/${site}`,
  tryOut: (kind: string, uuid: string): string => `tryOut/${kind}/${uuid}`,
  reloadAlert: (tenant: string, reloadId: string): string => `reloadAlert/${tenant}/${reloadId}`,
  reloadRecovered: (tenant: string, reloadId: string): string => `reloadRecovered/${tenant}/${reloadId}`,
  /** `about`: the app, or the recipient of mails. */
  alertChannel: (tenant: string, destination: string, about: string): string =>
    `alertChannel/${tenant}/${destination}/${about}`,
} as const;

export const scheduleIds = {
  ensureSiteWatch: 'waybill-ensure-site-watch',
  sweepStaging: 'waybill-sweep-staging',
} as const;

/** The Schedule that looks for failed reloads of a tenant that no event told of. */
export function reconcileScheduleId(tenant: string): string {
  return `waybill-reconcile-reloads-${tenant}`;
}

/** Task queues: one for workflows and site-less activities, two a site. `bulk` carries export and upload. */
export const taskQueues = {
  main: (base: string): string => base,
  site: (site: string): string => `site-${site}`,
  siteBulk: (site: string): string => `site-${site}-bulk`,
} as const;

export const signals = {
  /** siteWatch: apps that something may have happened to. Argument: `HintBatch`. */
  hint: 'hint',
  /** siteWatch: settings have changed; look at them again. No argument. */
  settings: 'settings',
  /** promotion, deliver, overwrite: look again. No argument that decides anything. */
  look: 'look',
  /** deliver: the exported files, or why none will come. Sent by the promotion. */
  files: 'files',
  /** promotion: a `SignalledDecision` of the Temporal UI, which nobody proves; `temporal.decisionsBySignal` allows it. */
  decide: 'decide',
  /** reloadAlert: what an event told of the reload, `ReloadNews`. */
  reloadNews: 'reloadNews',
  /** alertChannel: something to tell, `AlertItem`. */
  alert: 'alert',
} as const;

export const updates = {
  /** promotion: approve or deny. Argument: `DecideRequest`, result: `DecideOutcome`. */
  decide: 'decide',
  /** promotion, deliver: retry, skip or abort. Argument: `ResolveRequest`. */
  resolve: 'resolve',
} as const;

export const queries = {
  /** promotion → `PromotionStatus`; deliver → `DeliveryStatus`; siteWatch → `SiteWatchStatus`. */
  status: 'status',
} as const;

/** Search attributes: ids, states and the lower-cased owner only; names stand in memo and summaries. */
export const searchAttributes = {
  WaybillSite: 'KEYWORD',
  WaybillApp: 'KEYWORD',
  WaybillState: 'KEYWORD',
  WaybillOwner: 'KEYWORD',
  WaybillWaitingSince: 'DATETIME',
  WaybillTargets: 'KEYWORD_LIST',
} as const;

/** What a `siteWatch` shows in its memo: how many sweeps the ledger has come to. */
export const watchMemo = { sweeps: 'sweeps' } as const;

/** What a promotion is found by from its start on; `typedSearchAttributes` could not be made here, without imports. */
export const startAttributes = {
  promotion: ({ site, appId }: { site: string; appId: string }) => ({
    WaybillSite: [site],
    WaybillApp: [appId],
    WaybillState: ['assessing'],
  }),
} as const;

/** What a promotion is started with. */
export interface PromotionInput {
  readonly site: string;
  readonly appId: string;
  /** `timeouts.heartbeat` of whoever starts it, until an activity tells the pace. */
  readonly heartbeatMs?: number;
}

/** A batch of hints for `siteWatch`; at most 1,000 app ids. */
export interface HintBatch {
  readonly appIds: readonly string[];
}

/** A decision by console, CLI or Temporal UI. `decisionId` (a uuid made by the caller) makes a repeat harmless. */
export interface DecideRequest {
  readonly decisionId: string;
  readonly verdict: 'approve' | 'deny';
  readonly by: Decider;
  readonly targets: readonly TargetChoice[];
  readonly note?: string;
}

/** A decision as the Temporal UI can send it. */
export interface SignalledDecision {
  readonly verdict: 'approve' | 'deny';
  /** Who decides, as `DIR\\user`. */
  readonly by: string;
  readonly targets?: readonly TargetChoice[];
  readonly note?: string;
}

export interface DecideOutcome {
  readonly promotionKey: string;
  readonly state: PromotionState;
}

export interface ResolveRequest {
  readonly action: ResolveAction;
  readonly by: Decider;
  readonly note?: string;
  /** The target app ids to overwrite where several bear the name (`whenSeveral: stop`). */
  readonly chooseAppIds?: readonly string[];
}

export interface ResolveOutcome {
  readonly accepted: boolean;
  readonly state: string;
}

/** Errors that stop a step are shown with these facts. Times are ISO 8601, UTC. */
export interface Trouble {
  readonly step: string;
  readonly code: string;
  readonly message: string;
  readonly sinceUtc: string;
  readonly willRetry: boolean;
  /** Facts of the error, such as host and setting, that its remedy names. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null | undefined>>;
}

export interface PromotionStatus {
  readonly state: PromotionState;
  readonly site: string;
  readonly appId: string;
  readonly appName?: string;
  readonly promotionKey?: string;
  readonly waitingSinceUtc?: string;
  /** What is in the way of a decision, in plain words. */
  readonly missing: readonly string[];
  readonly trouble?: Trouble;
  readonly deliveries: Readonly<Record<string, string>>;
}

export interface DeliveryStatus {
  readonly state: DeliveryState;
  readonly promotionKey: string;
  readonly site: string;
  readonly trouble?: Trouble;
}

export interface SiteWatchStatus {
  readonly site: string;
  readonly inbox: number;
  readonly lastSweepUtc?: string;
  readonly subscribed: boolean;
  /** When the site was last asked to call back, and did not refuse. */
  readonly subscribedUtc?: string;
  /** When the listener last passed on a call of the site. */
  readonly lastCallUtc?: string;
}

export type {
  AlertChannelInput,
  AlertChannelPace,
  AlertItem,
  ReloadAlertInput,
  ReloadNews,
  ReloadOutcome,
  ReloadRecoveredInput,
} from './alert-contract.ts';
