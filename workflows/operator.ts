import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  rootCause,
} from '@temporalio/workflow';
import type { Pace } from '../activities/pace.ts';
import type { ResolveAction, ResolveOutcome, ResolveRequest, Trouble } from './contract.ts';

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

type TroubleListener = (trouble: Trouble | undefined) => Promise<void>;

/**
 * Runs the steps of one workflow so that a failing one waits, visibly, for the outside or for an operator, and
 * holds up nothing else (design 3.9). A retryable failure goes on being tried by Temporal; after a while it shows
 * as trouble. Another failure stops at once, shows, and is looked at again now and then.
 */
export class OperatorDesk {
  trouble: Trouble | undefined;
  /** Ids of target apps an operator chose; the plan reads them. */
  chosenAppIds: readonly string[] = [];
  private order: { action: ResolveAction | 'supersede'; why: string } | undefined;
  private stepRunning: string | undefined;
  private readonly onTrouble: TroubleListener;

  constructor(onTrouble: TroubleListener) {
    this.onTrouble = onTrouble;
  }

  /** Takes an operator's order; it is carried out by the step that waits. Synchronous, as an Update handler needs. */
  resolve(request: ResolveRequest): ResolveOutcome {
    if (request.chooseAppIds) this.chosenAppIds = request.chooseAppIds;
    const why = `${request.action} by ${request.by.account}${request.note ? `: ${request.note}` : ''}`;
    this.order = { action: request.action, why };
    return { accepted: true, state: this.trouble ? 'needs-operator' : (this.stepRunning ?? 'running') };
  }

  get hasOrder(): boolean {
    return this.order !== undefined;
  }

  /** Carries an order out where no step is running, such as while waiting for a lock. */
  throwIfOrdered(): void {
    const order = this.takeOrder();
    if (order && order.action !== 'retry') throw new StepGivenUp(order.action, order.why);
  }

  /** A newer approval took over: given up where it waits, never where it writes. */
  supersede(): void {
    if (this.trouble) this.order = { action: 'supersede', why: 'a newer approval took over' };
  }

  /** A step runs or waits for help now, so that an order would reach it. */
  get isAttending(): boolean {
    return this.stepRunning !== undefined;
  }

  /** The result of a step, however long it takes. Throws `StepGivenUp` when an operator or the expiry ended it. */
  async attend<T>(step: string, paceNow: Pace | (() => Pace), run: () => Promise<T>): Promise<T> {
    this.stepRunning = step;
    try {
      return await this.untilDone(step, paceNow, run);
    } finally {
      this.stepRunning = undefined;
    }
  }

  private async untilDone<T>(step: string, paceNow: Pace | (() => Pace), run: () => Promise<T>): Promise<T> {
    const deadline = { expired: false };
    for (;;) {
      const pace = typeof paceNow === 'function' ? paceNow() : paceNow;
      const result = await this.tryOnce(step, pace, run, deadline);
      if ('value' in result) {
        if (this.order?.action === 'retry' || this.order?.action === 'supersede') this.order = undefined;
        if (this.trouble) await this.tell(undefined);
        return result.value;
      }
      await this.waitForHelp(typeof paceNow === 'function' ? paceNow() : pace, deadline);
      const order = this.takeOrder();
      if (order && order.action !== 'retry') throw new StepGivenUp(order.action, order.why);
      if (deadline.expired) throw new StepGivenUp('expire', 'nobody mended it in time');
    }
  }

  private async tryOnce<T>(
    step: string,
    pace: Pace,
    run: () => Promise<T>,
    deadline: { expired: boolean },
  ): Promise<{ value: T } | { failed: true }> {
    const scope = new CancellationScope();
    const outcome: { value?: T; error?: unknown; done: boolean } = { done: false };
    const finished = scope.run(run).then(
      (value) => Object.assign(outcome, { value, done: true }),
      (error: unknown) => Object.assign(outcome, { error, done: true }),
    );
    await this.watch(step, pace, outcome, deadline);
    if (!outcome.done) scope.cancel();
    await finished;
    if (outcome.error === undefined) return { value: outcome.value as T };
    if (isCancellation(outcome.error) && (this.order || deadline.expired)) return { failed: true };
    if (isCancellation(outcome.error) || outcome.error instanceof StepGivenUp) throw outcome.error;
    await this.tell(troubleOf(step, outcome.error, false));
    return { failed: true };
  }

  /** Returns when the step is over, an order came, or the wait has expired; announces trouble on the way. */
  private async watch(
    step: string,
    pace: Pace,
    outcome: { done: boolean },
    deadline: { expired: boolean },
  ): Promise<void> {
    const over = (): boolean => outcome.done || this.order !== undefined;
    if (await condition(over, pace.needsOperatorAfterMs)) return;
    if (!this.trouble) await this.tell(stillTrying(step));
    if (!(await condition(over, pace.deliveryExpireMs))) deadline.expired = true;
  }

  private async waitForHelp(pace: Pace, deadline: { expired: boolean }): Promise<void> {
    if (!this.order && !deadline.expired) await condition(() => this.order !== undefined, pace.recheckMs);
  }

  private takeOrder(): { action: ResolveAction | 'supersede'; why: string } | undefined {
    const order = this.order;
    this.order = undefined;
    return order;
  }

  private async tell(trouble: Trouble | undefined): Promise<void> {
    const same = trouble && this.trouble && trouble.code === this.trouble.code && trouble.step === this.trouble.step;
    this.trouble = same ? { ...trouble, sinceUtc: this.trouble?.sinceUtc ?? trouble.sinceUtc } : trouble;
    if (!same) await this.onTrouble(this.trouble);
  }
}

/** What a person reads of a failure: the code and the words that the activity put into it. */
export function troubleOf(step: string, error: unknown, willRetry: boolean): Trouble {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  const code = cause instanceof ApplicationFailure && cause.type ? cause.type : 'WAYBILL_TEMPORAL_UNEXPECTED';
  return {
    step,
    code,
    message: rootCause(error) ?? String(error),
    sinceUtc: new Date().toISOString(),
    willRetry,
  };
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
