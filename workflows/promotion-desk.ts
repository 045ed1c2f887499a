import {
  defineQuery,
  defineSignal,
  defineUpdate,
  log,
  rootCause,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { AppKey, Assessment, DeliveryOutcome } from '../activities/promotion-types.ts';
import type { SearchAttributes } from '@temporalio/common';
import type { Pace } from '../activities/pace.ts';
import { FIRST_PACE, firstLook, records } from './activity-options.ts';
import {
  type DecideOutcome,
  type DecideRequest,
  type PromotionState,
  type PromotionStatus,
  queries,
  type ResolveOutcome,
  type ResolveRequest,
  type SignalledDecision,
  signals,
  startAttributes,
  type Trouble,
  updates,
} from './contract.ts';
import { MailDesk } from './mail-desk.ts';
import { OperatorDesk, type OperatorNews } from './operator.ts';
import { SharedTimer } from './shared-timer.ts';
import { requireDecision } from './validate-decide.ts';
import { refused, validateResolve } from './validate-resolve.ts';

export const lookSignal = defineSignal(signals.look);
export const decideSignal = defineSignal<[SignalledDecision]>(signals.decide);
export const decideUpdate = defineUpdate<DecideOutcome, [DecideRequest]>(updates.decide);
export const resolveUpdate = defineUpdate<ResolveOutcome, [ResolveRequest]>(updates.resolve);
export const statusQuery = defineQuery<PromotionStatus>(queries.status);

const DECIDABLE: readonly PromotionState[] = ['assessing', 'awaiting-decision'];

/**
 * What a promotion shows and what reaches it from outside: "look again" signals, decisions by console or CLI, an
 * operator's orders, and the status query. Made before the first await, so that nothing is lost.
 */
export class PromotionDesk {
  readonly timer = new SharedTimer();
  readonly operator: OperatorDesk;
  readonly mails = new MailDesk(this.timer);
  deliveries: Record<string, DeliveryOutcome['state'] | 'running'> = {};
  promotionKey: string | undefined;
  private state: PromotionState = 'assessing';
  private looks = 0;
  /** As the last look, or the last report of trouble, told it. */
  pace: Pace;
  private assessment: Assessment | undefined;
  private waitingSinceUtc: string | undefined;
  /** Search attributes that go out with the next change of the state. */
  private unshown: SearchAttributes = {};
  /** The decision that is being recorded; a second one at the same moment would promote the app twice. */
  private deciding: string | undefined;
  private readonly key: AppKey;

  /** `heartbeatMs` counts until an activity tells the pace. */
  constructor(key: AppKey, heartbeatMs = FIRST_PACE.heartbeatMs) {
    this.key = key;
    this.pace = { ...FIRST_PACE, heartbeatMs };
    const news: OperatorNews = {
      trouble: (trouble) => this.tellTrouble(trouble),
      order: (step, request) => this.tellOrder(step, request),
    };
    this.operator = new OperatorDesk(news, this.timer);
    setHandler(lookSignal, () => this.lookAgain());
    setHandler(statusQuery, () => this.status());
    setHandler(decideUpdate, (request) => this.decide(request), {
      validator: (request) => this.validateDecide(request),
    });
    setHandler(decideSignal, (decision) => this.decideBySignal(decision ?? {}));
    setHandler(resolveUpdate, (request) => this.operator.resolve(request), {
      validator: (request) => this.validateOrder(request),
    });
    // Whoever starts a promotion shows these at once; each change later costs an event and a write of the list.
    if (!workflowInfo().searchAttributes['WaybillApp']) this.unshown = startAttributes.promotion(key);
  }

  get hasNews(): boolean {
    return this.looks > 0;
  }

  get currentState(): PromotionState {
    return this.state;
  }

  /** Takes the "look again" signals that came so far; whoever takes them looks. */
  takeLooks(): void {
    this.looks = 0;
  }

  lookAgain(): void {
    this.looks += 1;
  }

  note(assessment: Assessment): void {
    const renamed = assessment.app && assessment.app.name !== this.assessment?.app?.name;
    this.assessment = assessment;
    this.pace = assessment.pace;
    if (assessment.app && renamed) {
      upsertMemo({ app: assessment.app.name, stream: assessment.app.streamName ?? '' });
      this.unshown = { ...this.unshown, WaybillOwner: [assessment.app.owner.toLowerCase()] };
    }
  }

  enter(state: PromotionState, waitingSinceUtc?: string): void {
    const isShown = Object.keys(this.unshown).length === 0;
    if (state === this.state && waitingSinceUtc === this.waitingSinceUtc && isShown) return;
    this.state = state;
    this.waitingSinceUtc = waitingSinceUtc;
    this.show({ WaybillState: [state], WaybillWaitingSince: waitingSinceUtc ? [new Date(waitingSinceUtc)] : [] });
    setCurrentDetails(this.details());
  }

  /** The targets as of now, shown with the next state. */
  noteTargets(sites: readonly string[]): void {
    const targets = [...new Set([...Object.keys(this.deliveries), ...sites])];
    this.unshown = { ...this.unshown, WaybillTargets: targets };
  }

  private show(attributes: SearchAttributes): void {
    upsertSearchAttributes({ ...this.unshown, ...attributes });
    this.unshown = {};
  }

  /** A step before the pace is known; the pace of the last look, or that of the trouble report, is used. */
  async attendFirst<T>(step: string, run: () => Promise<T>): Promise<T> {
    return this.operator.attend(step, () => this.pace, run);
  }

  private async tellTrouble(trouble: Trouble | undefined): Promise<void> {
    const { pace, mails } = await records(this.pace).reportTrouble({
      promotionKey: this.promotionKey ?? '',
      site: this.key.site,
      app: this.assessment?.app ?? { name: this.key.appId, owner: '' },
      appKey: this.key,
      workflowId: workflowInfo().workflowId,
      trouble,
    });
    this.pace = pace;
    this.mails.post(mails, pace);
    this.show({ WaybillState: [trouble ? 'needs-operator' : this.state] });
  }

  /** Before a decision there is no record to write it into, and only `retry` is taken. */
  private async tellOrder(step: string, { action, by, note }: ResolveRequest): Promise<void> {
    const { promotionKey, key } = this;
    const atUtc = new Date().toISOString();
    if (!promotionKey) return;
    await records(this.pace).recordOrder({ promotionKey, ...key, step, action, by, note, atUtc });
  }

  private status(): PromotionStatus {
    return {
      ...this.key,
      state: this.operator.trouble ? 'needs-operator' : this.state,
      appName: this.assessment?.app?.name,
      promotionKey: this.promotionKey,
      waitingSinceUtc: this.waitingSinceUtc,
      missing: this.assessment?.problems ?? [],
      trouble: this.operator.trouble,
      deliveries: this.deliveries,
    };
  }

  private details(): string {
    const app = this.assessment?.app;
    const missing = (this.assessment?.problems ?? []).map((problem) => `- ${problem}`);
    return [`**${app?.name ?? this.key.appId}** on ${this.key.site}: ${this.state}`, ...missing].join('\n');
  }

  private validateDecide(request: DecideRequest): void {
    if (!DECIDABLE.includes(this.state)) {
      throw refused(`This promotion is ${this.state}; a decision comes too late.`);
    }
    requireDecision(request);
    if (this.deciding && this.deciding !== request.decisionId) {
      throw refused('Another decision about this app is being recorded right now.');
    }
  }

  /** An order that no step takes up would strike the next one, which nobody meant. */
  private validateOrder(request: ResolveRequest): void {
    validateResolve(request);
    if (request.action !== 'retry' && this.promotionKey === undefined) {
      throw refused('Nothing is decided yet that could be given up; deny the app instead.');
    }
    if (!this.operator.isAttending) {
      throw refused(`No step of the promotion itself waits now (it is ${this.state}); name a target.`);
    }
  }

  /** A signal has nobody to answer to: what is wrong with it is shown, and changes nothing. */
  private async decideBySignal({ verdict, by, targets = [], note }: Partial<SignalledDecision>): Promise<void> {
    const decider = { account: by, door: 'temporal', asserted: true };
    const request = { decisionId: uuid4(), verdict, by: decider, targets, note };
    try {
      this.validateDecide(request as DecideRequest);
      await this.decide(request as DecideRequest);
    } catch (error) {
      const why = rootCause(error) ?? String(error);
      log.warn('a decision by signal was refused', { by, verdict, why });
      setCurrentDetails(`${this.details()}\n\nA decision of ${by} by signal was refused: ${why}`);
    }
  }

  private async decide(request: DecideRequest): Promise<DecideOutcome> {
    this.deciding = request.decisionId;
    try {
      const { promotionKey } = await firstLook(this.key.site, this.pace).recordOutsideDecision({
        ...this.key,
        request,
      });
      this.lookAgain();
      return { promotionKey, state: this.state };
    } finally {
      this.deciding = undefined;
    }
  }
}
