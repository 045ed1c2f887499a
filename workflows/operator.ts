import { ApplicationFailure, CancellationScope, isCancellation, rootCause } from '@temporalio/workflow';
import type { Pace } from '../activities/pace.ts';
import { causeOf } from './activity-cause.ts';
import { slowed } from './history-pace.ts';
import type { SharedTimer } from './shared-timer.ts';
import type { ResolveOutcome, ResolveRequest, Trouble } from './contract.ts';

/** An operator gave a step up: `skip` waives this target, `abort` ends it and leaves everything as it is. */
export class StepGivenUp extends Error {
  readonly action: 'skip' | 'abort' | 'supersede' | 'expire';
  readonly why: string;

  constructor(action: StepGivenUp['action'], why: string) {
    super(why);
    this.name = 'StepGivenUp';
    this.action = action;
    this.why = why;
  }
}

interface Tried<T> {
  isOver: boolean;
  value?: T;
  error?: unknown;
}

/** What an operator's desk tells to whom it belongs. */
export interface OperatorNews {
  /** A step waits for the outside or an operator, or no longer does. */
  trouble(trouble: Trouble | undefined): Promise<void>;
  /** An operator's order was carried out on a step. */
  order(step: string, request: ResolveRequest): Promise<void>;
}

/** An operator's, or the promotion's own: a newer approval took over, or there is nothing to deliver after all. */
type Order = { readonly request: ResolveRequest } | 'supersede' | { readonly withdrawn: string };

/**
 * Runs the steps of one workflow so that a failing one waits, visibly, for the outside or for an operator, and
 * holds up nothing else (design 3.9). A retryable failure goes on being tried by Temporal; after a while it shows
 * as trouble. Another failure stops at once, shows, and is looked at again now and then.
 */
export class OperatorDesk {
  trouble: Trouble | undefined;
  /** Ids of target apps an operator chose; the plan reads them. */
  chosenAppIds: readonly string[] = [];
  private order: Order | undefined;
  private stepRunning: string | undefined;
  /** Has whoever watches a step look again. */
  private wake: (() => void) | undefined;
  private readonly timer: SharedTimer;
  private readonly news: OperatorNews;

  constructor(news: OperatorNews, timer: SharedTimer) {
    this.news = news;
    this.timer = timer;
  }

  /** Takes an operator's order; it is carried out by the step that waits. Synchronous, as an Update handler needs. */
  resolve(request: ResolveRequest): ResolveOutcome {
    if (request.chooseAppIds) this.chosenAppIds = request.chooseAppIds;
    this.order = { request };
    this.wake?.();
    return { accepted: true, state: this.trouble ? 'needs-operator' : (this.stepRunning ?? 'running') };
  }

  get hasOrder(): boolean {
    return this.order !== undefined;
  }

  /** Carries an order out where no step is running, such as while waiting for a lock. */
  async throwIfOrdered(step: string): Promise<void> {
    await this.carryOutOrder(step);
  }

  /** A newer approval took over: given up where it waits, never where it writes. */
  supersede(): void {
    if (!this.trouble) return;
    this.order = 'supersede';
    this.wake?.();
  }

  /** Given up whatever it does now; for steps that change nothing. */
  withdraw(why: string): void {
    this.order = { withdrawn: why };
    this.wake?.();
  }

  /** A step runs or waits for help now, so that an order would reach it. */
  get isAttending(): boolean {
    return this.stepRunning !== undefined;
  }

  /** The result of a step, however long it takes. Throws `StepGivenUp` when an operator or the expiry ended it. */
  async attend<T>(step: string, paceNow: Pace | (() => Pace), run: () => Promise<T>): Promise<T> {
    this.stepRunning = step;
    try {
      for (;;) {
        const tried = await this.tryOnce(step, paceOf(paceNow), run);
        if ('value' in tried) {
          // Skip and abort stay for the next step; what has succeeded needs no retry.
          if (isMet(this.order)) this.order = undefined;
          if (this.trouble) await this.tell(undefined);
          return tried.value;
        }
        if (!tried.expired) await this.waitForOrder(paceOf(paceNow));
        await this.carryOutOrder(step);
        if (tried.expired || this.msToExpiry(paceOf(paceNow)) <= 0) {
          throw new StepGivenUp('expire', 'nobody mended it in time');
        }
      }
    } finally {
      this.stepRunning = undefined;
      this.wake = undefined;
    }
  }

  /** After a failure that time does not mend: until an order comes, the step is looked at again, or the wait expires. */
  private async waitForOrder(pace: Pace): Promise<void> {
    await this.timer.until(
      () => this.order !== undefined,
      Math.min(slowed(pace.recheckMs), Math.max(1, this.msToExpiry(pace))),
    );
  }

  /** How long the trouble of now may last. */
  private msToExpiry({ deliveryExpireMs }: Pace): number {
    if (deliveryExpireMs === 0) return Number.POSITIVE_INFINITY;
    const sinceMs = this.trouble ? Date.parse(this.trouble.sinceUtc) : Date.now();
    return sinceMs + deliveryExpireMs - Date.now();
  }

  private async tryOnce<T>(
    step: string,
    pace: Pace,
    run: () => Promise<T>,
  ): Promise<{ value: T } | { expired: boolean }> {
    const scope = new CancellationScope();
    const tried: Tried<T> = { isOver: false };
    const finished = scope.run(run).then(
      (value) => this.end(tried, { value }),
      (error: unknown) => this.end(tried, { error }),
    );
    const expired = await this.watch(step, pace, tried);
    if (!tried.isOver) {
      scope.cancel();
      await finished;
    }
    const { value, error } = tried;
    if (error === undefined) return { value: value as T };
    if (isCancellation(error) && (this.order || expired)) return { expired };
    if (isCancellation(error) || error instanceof StepGivenUp) throw error;
    // The ledger was put back from a backup: whoever takes the decision up again begins anew.
    if (isUnknownToLedger(error)) throw new StepGivenUp('supersede', 'the ledger does not know the promotion any more');
    await this.tell(troubleOf(step, error, false));
    return { expired };
  }

  private end<T>(tried: Tried<T>, end: { value: T } | { error: unknown }): void {
    Object.assign(tried, end, { isOver: true });
    this.wake?.();
  }

  /** Returns when the step is over or an order came, and true when the wait has expired; announces trouble on the way. */
  private async watch(step: string, pace: Pace, tried: { readonly isOver: boolean }): Promise<boolean> {
    if (await this.overWithin(pace.needsOperatorAfterMs, tried)) return false;
    if (!this.trouble) await this.tell(stillTrying(step));
    const leftMs = this.msToExpiry(pace);
    return !(await this.overWithin(leftMs === Number.POSITIVE_INFINITY ? 0 : Math.max(1, leftMs), tried));
  }

  /** Whether the step is over or an order came within `ms`; 0 waits for as long as it takes. */
  private async overWithin(ms: number, tried: { readonly isOver: boolean }): Promise<boolean> {
    const isOver = (): boolean => tried.isOver || this.order !== undefined;
    if (isOver()) return true;
    // Woken directly, as a condition costs one more round through the sandbox for every step.
    const { promise, resolve } = Promise.withResolvers<void>();
    this.wake = resolve;
    const alarm = ms > 0 ? this.timer.after(ms, resolve) : undefined;
    await promise;
    alarm?.takeBack();
    return isOver();
  }

  /** Takes the order that came and writes it down. Throws `StepGivenUp` unless it is to try again. */
  private async carryOutOrder(step: string): Promise<void> {
    const order = this.order;
    this.order = undefined;
    if (order === undefined) return;
    if (order === 'supersede') throw new StepGivenUp('supersede', 'a newer approval took over');
    if ('withdrawn' in order) throw new StepGivenUp('supersede', order.withdrawn);
    const { action, by, note } = order.request;
    await this.news.order(step, order.request);
    if (action !== 'retry') throw new StepGivenUp(action, `${action} by ${by.account}${note ? `: ${note}` : ''}`);
  }

  private async tell(trouble: Trouble | undefined): Promise<void> {
    const same = trouble && this.trouble && trouble.code === this.trouble.code && trouble.step === this.trouble.step;
    this.trouble = same ? { ...trouble, sinceUtc: this.trouble?.sinceUtc ?? trouble.sinceUtc } : trouble;
    if (!same) await this.news.trouble(this.trouble);
  }
}

function isUnknownToLedger(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof ApplicationFailure && cause.type === 'WAYBILL_PROMOTION_RECORD_MISSING';
}

/** Whether an order has nothing left to act on once the step it met has succeeded. */
function isMet(order: Order | undefined): boolean {
  if (order === undefined || order === 'supersede') return true;
  return 'request' in order && order.request.action === 'retry';
}

function paceOf(paceNow: Pace | (() => Pace)): Pace {
  return typeof paceNow === 'function' ? paceNow() : paceNow;
}

/** What a person reads of a failure: the code and the words that the activity put into it. */
export function troubleOf(step: string, error: unknown, willRetry: boolean): Trouble {
  const cause = causeOf(error);
  const code = cause instanceof ApplicationFailure && cause.type ? cause.type : 'WAYBILL_TEMPORAL_UNEXPECTED';
  return {
    step,
    code,
    message: rootCause(error) ?? String(error),
    sinceUtc: new Date().toISOString(),
    willRetry,
    ...(cause instanceof ApplicationFailure && factsOf(cause)),
  };
}

/** Every Waybill error carries its facts as its only detail. */
function factsOf({ type, details }: ApplicationFailure): Pick<Trouble, 'facts'> {
  const [facts] = details ?? [];
  const isFacts = type?.startsWith('WAYBILL_') === true && typeof facts === 'object' && facts !== null;
  return isFacts ? { facts: facts as NonNullable<Trouble['facts']> } : {};
}

function stillTrying(step: string): Trouble {
  return {
    step,
    code: 'WAYBILL_PROMOTION_STEP_SLOW',
    message: `"${step}" did not succeed yet and goes on being tried.`,
    sinceUtc: new Date().toISOString(),
    willRetry: true,
  };
}
