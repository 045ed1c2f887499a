import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { Pace } from '../activities/pace.ts';
import type { WatchActivities, WatchPlan } from '../activities/watch-types.ts';
import { FIRST_PACE, records, watchSteps } from './activity-options.ts';
import { type HintBatch, queries, type SiteWatchStatus, signals, watchMemo } from './contract.ts';
import { locallyFirst } from './locally-first.ts';
import { sendBeside } from './notify.ts';
import { troubleOf } from './operator.ts';
import { SharedTimer } from './shared-timer.ts';

/** Ids a single bulk read asks for, so that the query fits into a URL. */
const IDS_A_READ = 50;
/**
 * The history is cut here at the latest, long before the server's own limit; and much sooner in a quiet moment: a run
 * that ends while hints come in is replayed from its start first, and the server refuses hints meanwhile.
 */
const EVENTS_A_RUN = 2000;
const EVENTS_IN_QUIET = 300;
const RUN_MS = 24 * 60 * 60 * 1000;
/** How long a step is tried before it is told of; opening needs no site, only the ledger. */
const TRY_MS = 2 * 60 * 1000;
const TRY_OPENING_MS = 10 * 60 * 1000;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** How long to wait after a failed call; hints gather meanwhile. */
const AFTER_FAILURE_MS = 15_000;

export interface SiteWatchInput {
  readonly site: string;
  readonly inbox?: readonly string[];
  /** ISO 8601, UTC; absent means at once. */
  readonly renewAtUtc?: string;
  readonly sweepAtUtc?: string;
  /** What the run before had come to. */
  readonly lastSweepUtc?: string;
  readonly subscribed?: boolean;
  readonly subscribedUtc?: string;
  readonly lastCallUtc?: string;
  /** `timeouts.heartbeat`, until the plan is read. */
  readonly heartbeatMs?: number;
}

export const hintSignal = defineSignal<[HintBatch]>(signals.hint);
export const settingsSignal = defineSignal(signals.settings);
export const siteWatchStatusQuery = defineQuery<SiteWatchStatus>(queries.status);

/**
 * Watches one source site for as long as it is configured; `siteWatch/<site>`. Hints wake it, a sweep finds what
 * was never delivered. It reads what the hinted apps are now and nudges the promotions whose verdict changed.
 */
export async function siteWatch(input: SiteWatchInput): Promise<never> {
  const watch = new SiteWatch(input);
  await watch.open();
  while (!watch.isOld) {
    await watch.renewWhenDue();
    await watch.sweepWhenDue();
    await watch.readNext();
    await watch.rest();
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof siteWatch>(watch.asInput());
}

class SiteWatch {
  private readonly timer = new SharedTimer();
  private readonly site: string;
  private readonly fresh: boolean;
  private readonly inbox: Set<string>;
  private readonly startedMs = Date.now();
  private plan: WatchPlan | undefined;
  private renewAtMs: number;
  private sweepAtMs: number;
  private lastSweepUtc: string | undefined;
  private subscribed: boolean;
  private subscribedUtc: string | undefined;
  private lastCallUtc: string | undefined;
  private heartbeat: Pick<Pace, 'heartbeatMs'>;
  private notBeforeMs = 0;
  private quiet = false;
  /** The plan may be of older settings; the next run reads a new one. */
  private outdated = false;
  private readonly failing = new Set<string>();

  constructor(input: SiteWatchInput) {
    this.site = input.site;
    this.fresh = input.sweepAtUtc === undefined;
    this.inbox = new Set(input.inbox ?? []);
    this.heartbeat = { heartbeatMs: input.heartbeatMs ?? FIRST_PACE.heartbeatMs };
    this.lastSweepUtc = input.lastSweepUtc;
    this.subscribed = input.subscribed ?? false;
    this.subscribedUtc = input.subscribedUtc;
    this.lastCallUtc = input.lastCallUtc;
    this.renewAtMs = input.renewAtUtc ? Date.parse(input.renewAtUtc) : 0;
    this.sweepAtMs = input.sweepAtUtc ? Date.parse(input.sweepAtUtc) : 0;
    // Whoever can reach Temporal can send anything; what is no id must not stop the watch.
    setHandler(hintSignal, (batch) => {
      const appIds: readonly unknown[] = Array.isArray(batch?.appIds) ? batch.appIds : [];
      for (const id of appIds) if (typeof id === 'string' && GUID.test(id)) this.inbox.add(id);
      this.lastCallUtc = new Date().toISOString();
    });
    setHandler(settingsSignal, () => {
      this.outdated = true;
    });
    setHandler(siteWatchStatusQuery, () => ({
      site: this.site,
      inbox: this.inbox.size,
      lastSweepUtc: this.lastSweepUtc,
      subscribed: this.subscribed,
      subscribedUtc: this.subscribedUtc,
      lastCallUtc: this.lastCallUtc,
    }));
  }

  get isOld(): boolean {
    if (this.outdated) return true;
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (continueAsNewSuggested || Date.now() - this.startedMs > RUN_MS) return true;
    return historyLength > (this.quiet ? EVENTS_IN_QUIET : EVENTS_A_RUN);
  }

  async open(): Promise<void> {
    const { site, fresh, heartbeat } = this;
    this.plan = await watchSteps(site, heartbeat, TRY_OPENING_MS).openWatch({ site, fresh });
    this.heartbeat = this.plan.pace;
  }

  async renewWhenDue(): Promise<void> {
    if (!this.plan?.callbacks || Date.now() < this.renewAtMs) return;
    const renewed = await this.guarded('subscribe', (site) => site.renewSubscriptions({ site: this.site }));
    this.renewAtMs = Date.now() + this.plan.renewMs;
    this.subscribed = renewed !== undefined;
    if (renewed) this.subscribedUtc = new Date().toISOString();
    if (renewed?.restarted) this.sweepAtMs = 0;
  }

  async sweepWhenDue(): Promise<void> {
    if (!this.plan || Date.now() < this.sweepAtMs) return;
    const swept = await this.guarded('sweep', (site) => site.sweepSite({ site: this.site }));
    this.sweepAtMs = Date.now() + (swept ? this.plan.sweepMs : AFTER_FAILURE_MS);
    if (!swept) return;
    this.lastSweepUtc = new Date().toISOString();
    // Outside the ledger, so that one which was put back from a backup is noticed.
    upsertMemo({ [watchMemo.sweeps]: swept.sweeps });
  }

  async readNext(): Promise<void> {
    if (Date.now() < this.notBeforeMs) return;
    const appIds = [...this.inbox].slice(0, IDS_A_READ);
    if (appIds.length === 0) return;
    for (const id of appIds) this.inbox.delete(id);
    const input = { site: this.site, appIds };
    const read = await this.guarded('read the apps', (site) =>
      locallyFirst(
        this.plan?.pace ?? FIRST_PACE,
        (steps) => steps.readAndRouteLocally(input),
        () => site.readAndRoute(input),
      ),
    );
    if (read) return;
    for (const id of appIds) this.inbox.add(id);
    this.notBeforeMs = Date.now() + AFTER_FAILURE_MS;
  }

  /** Sleeps until the next thing is due; a hint ends the sleep at once. */
  async rest(): Promise<void> {
    this.quiet = false;
    const nowMs = Date.now();
    const blocked = nowMs < this.notBeforeMs;
    if (this.outdated || (this.inbox.size > 0 && !blocked)) return;
    const dues = [
      this.sweepAtMs,
      ...(this.plan?.callbacks ? [this.renewAtMs] : []),
      ...(blocked ? [this.notBeforeMs] : []),
    ];
    const waitMs = Math.max(1, Math.min(...dues) - nowMs);
    const isWoken = (): boolean => this.outdated || (this.inbox.size > 0 && !blocked);
    this.quiet = !(await this.timer.until(isWoken, waitMs));
  }

  asInput(): SiteWatchInput {
    const dueAtUtc = (ms: number): string => new Date(this.outdated ? Date.now() : ms).toISOString();
    return {
      site: this.site,
      inbox: [...this.inbox],
      renewAtUtc: dueAtUtc(this.renewAtMs),
      sweepAtUtc: dueAtUtc(this.sweepAtMs),
      ...(this.lastSweepUtc && { lastSweepUtc: this.lastSweepUtc }),
      subscribed: this.subscribed,
      ...(this.subscribedUtc && { subscribedUtc: this.subscribedUtc }),
      ...(this.lastCallUtc && { lastCallUtc: this.lastCallUtc }),
      heartbeatMs: this.heartbeat.heartbeatMs,
    };
  }

  /** A call that may fail without stopping the watch; undefined when it did. The first failure is told, and its end. */
  private async guarded<T>(step: string, call: (site: WatchActivities) => Promise<T>): Promise<T | undefined> {
    try {
      const result = await call(watchSteps(this.site, this.heartbeat, TRY_MS));
      if (this.failing.delete(step) && this.failing.size === 0) await this.tell(undefined);
      return result;
    } catch (error) {
      const known = this.failing.has(step);
      this.failing.add(step);
      if (!known) await this.tell(troubleOf(step, error, true));
      return undefined;
    }
  }

  private async tell(trouble: ReturnType<typeof troubleOf> | undefined): Promise<void> {
    const { mails, pace } = await records(this.heartbeat).reportTrouble({
      promotionKey: '',
      site: this.site,
      app: { name: '', owner: '' },
      appKey: { site: this.site, appId: '' },
      workflowId: workflowInfo().workflowId,
      trouble,
    });
    await sendBeside(mails, pace);
  }
}
