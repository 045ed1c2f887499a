import {
  defineQuery,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Pace } from '../activities/pace.ts';
import type { DeliveryFiles } from '../activities/delivery-types.ts';
import type { DecisionRecord } from '../activities/promotion-types.ts';
import { records } from './activity-options.ts';
import {
  type DeliveryState,
  type DeliveryStatus,
  queries,
  type ResolveOutcome,
  type ResolveRequest,
  signals,
  type Trouble,
  updates,
} from './contract.ts';
import { slowed } from './history-pace.ts';
import { sendBeside } from './notify.ts';
import { OperatorDesk, type OperatorNews } from './operator.ts';
import { SharedTimer } from './shared-timer.ts';
import { validateResolve } from './validate-resolve.ts';

export const deliveryStatusQuery = defineQuery<DeliveryStatus>(queries.status);
export const deliveryLookSignal = defineSignal<[string?]>(signals.look);
export const deliveryResolveUpdate = defineUpdate<ResolveOutcome, [ResolveRequest]>(updates.resolve);
/** The exported files, or why none will come. */
export const deliveryFilesSignal = defineSignal<[DeliveryFiles | { readonly withdrawn: string }]>(signals.files);

export interface DeliveryDeskInput {
  readonly decision: DecisionRecord;
  readonly site: string;
  readonly pace: Pace;
  readonly files?: DeliveryFiles;
}

/** What a delivery shows, and what an operator can do to it. */
export class DeliveryDesk {
  readonly timer = new SharedTimer();
  readonly operator: OperatorDesk;
  private state: DeliveryState = 'planning';
  private files: DeliveryFiles | undefined;
  private readonly input: DeliveryDeskInput;

  constructor(input: DeliveryDeskInput) {
    this.input = input;
    this.files = input.files;
    const news: OperatorNews = {
      trouble: (trouble) => this.tellTrouble(trouble),
      order: (step, request) => this.tellOrder(step, request),
    };
    this.operator = new OperatorDesk(news, this.timer);
    setHandler(deliveryStatusQuery, () => this.status());
    setHandler(deliveryFilesSignal, (files) => this.take(files));
    setHandler(deliveryLookSignal, (reason) => {
      if (reason === 'supersede') this.operator.supersede();
    });
    setHandler(deliveryResolveUpdate, (request) => this.operator.resolve(request), { validator: validateResolve });
  }

  enter(state: DeliveryState): void {
    if (state === this.state) return;
    this.state = state;
    setCurrentDetails(`**${this.input.decision.app.name}** to ${this.input.site}: ${state}`);
  }

  /** What is to be delivered, as soon as it is exported. @throws StepGivenUp when nothing will come, or by an order */
  async exported(): Promise<DeliveryFiles> {
    while (!this.files) {
      this.enter('waiting-for-export');
      await this.timer.until(() => this.files !== undefined || this.operator.hasOrder);
      await this.operator.throwIfOrdered('wait for the export');
    }
    return this.files;
  }

  /**
   * Carries a step out as the only promotion that does so at that place of the target; while another one is there,
   * waits for its turn. @throws StepGivenUp by an order
   */
  async inTurn<R extends { readonly outcome?: string }>(
    name: string,
    step: () => Promise<R>,
  ): Promise<Exclude<R, { readonly outcome: 'locked' }>> {
    const { pace } = this.input;
    let waitMs = pace.lockRetry.firstMs;
    for (;;) {
      this.enter('publishing');
      const result = await this.operator.attend(name, pace, step);
      if (hadItsTurn(result)) return result;
      await this.waitForLock(waitMs);
      waitMs = Math.min(waitMs * 2, pace.lockRetry.maxMs);
    }
  }

  private async waitForLock(ms: number): Promise<void> {
    this.enter('waiting-for-lock');
    await this.operator.throwIfOrdered('wait for the lock');
    await this.timer.until(() => this.operator.hasOrder, slowed(ms));
  }

  private take(files: DeliveryFiles | { readonly withdrawn: string }): void {
    if ('withdrawn' in files) this.operator.withdraw(files.withdrawn);
    else this.files ??= files;
  }

  private status(): DeliveryStatus {
    return {
      state: this.operator.trouble ? 'needs-operator' : this.state,
      promotionKey: this.input.decision.promotionKey,
      site: this.input.site,
      trouble: this.operator.trouble,
    };
  }

  private async tellOrder(step: string, { action, by, note }: ResolveRequest): Promise<void> {
    const { pace, decision } = this.input;
    const { promotionKey, appId } = decision;
    const atUtc = new Date().toISOString();
    await records(pace).recordOrder({ promotionKey, site: this.input.site, appId, step, action, by, note, atUtc });
  }

  private async tellTrouble(trouble: Trouble | undefined): Promise<void> {
    const { decision, site, pace } = this.input;
    const { mails } = await records(pace).reportTrouble({
      promotionKey: decision.promotionKey,
      site,
      app: decision.app,
      appKey: { site: decision.site, appId: decision.appId },
      target: site,
      workflowId: workflowInfo().workflowId,
      trouble,
    });
    upsertSearchAttributes({ WaybillState: [trouble ? 'needs-operator' : this.state] });
    await sendBeside(mails, pace);
  }
}

function hadItsTurn<R extends { readonly outcome?: string }>(
  result: R,
): result is Exclude<R, { readonly outcome: 'locked' }> {
  return result.outcome !== 'locked';
}

/** What a delivery is found by from its start on. */
export function deliveryAttributes({ decision, site }: Pick<DeliveryDeskInput, 'decision' | 'site'>) {
  return { WaybillSite: [site], WaybillApp: [decision.appId], WaybillState: ['planning' satisfies DeliveryState] };
}
