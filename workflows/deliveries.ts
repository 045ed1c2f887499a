import {
  ApplicationFailure,
  condition,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  startChild,
} from '@temporalio/workflow';
import type { Pace } from '../activities/pace.ts';
import type {
  Artifacts,
  CloseInput,
  DecisionRecord,
  DeliveryOutcome,
  KeptVersion,
  LaterNews,
} from '../activities/promotion-types.ts';
import { sourceSteps } from './activity-options.ts';
import { signals, workflowIds } from './contract.ts';
import { deliver } from './deliver.ts';
import { deliveryAttributes } from './delivery-desk.ts';
import { exportFor } from './export-for.ts';
import { StepGivenUp } from './operator.ts';
import type { PromotionDesk } from './promotion-desk.ts';

export interface DeliverEverywhereInput {
  readonly decision: DecisionRecord;
  readonly artifacts: Artifacts;
  readonly version: KeptVersion | undefined;
  readonly pace: Pace;
  readonly desk: PromotionDesk;
}

/** What became of all targets, as `closePromotion` records it. */
export type Delivered = Pick<CloseInput, 'decisions' | 'state' | 'deliveries'> & { readonly mayCleanUp: boolean };

/**
 * Delivers to every target site in parallel, one child workflow each, and waits for all. Targets added meanwhile
 * are delivered in addition; a newer approval takes over from deliveries that wait, never from one that writes.
 */
export async function deliverEverywhere(input: DeliverEverywhereInput): Promise<Delivered> {
  const round = new Round(input);
  await round.start(input.decision);
  for (;;) {
    await condition(() => round.running === 0 || input.desk.hasNews);
    if (round.running === 0) break;
    await round.takeNews();
  }
  return round.result();
}

class Round {
  running = 0;
  private readonly decisions: DecisionRecord[] = [];
  private readonly outcomes: DeliveryOutcome[] = [];
  private readonly failures: unknown[] = [];
  private newerWaits = false;
  private artifacts: Artifacts;
  private readonly input: DeliverEverywhereInput;

  constructor(input: DeliverEverywhereInput) {
    this.input = input;
    this.artifacts = input.artifacts;
  }

  /** Starts one delivery a target site of a decision; returns when all have started. */
  async start(decision: DecisionRecord): Promise<void> {
    this.decisions.push(decision);
    const sites = sitesOf(decision);
    this.input.desk.enterDelivery(sites);
    await Promise.all(sites.map((site) => this.startOne(decision, site)));
  }

  private async startOne(decision: DecisionRecord, site: string): Promise<void> {
    const { version, pace, desk } = this.input;
    const choices = decision.targets.filter((target) => target.site === site);
    const lean = choices.some((choice) => (choice.data ?? 'carry') !== 'carry');
    const artifact = lean ? this.artifacts.withoutData : this.artifacts.withData;
    if (!artifact)
      throw ApplicationFailure.nonRetryable('There is no exported file.', 'WAYBILL_PROMOTION_EXPORT_EMPTY');
    this.running += 1;
    desk.deliveries[site] = 'running';
    const child = await startChild(deliver, {
      workflowId: workflowIds.deliver(decision.promotionKey, site),
      args: [{ decision, site, choices, artifact, version, pace }],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      searchAttributes: deliveryAttributes({ decision, site }),
      staticSummary: `${decision.app.name} to ${site}`,
    });
    void child
      .result()
      .then(
        (outcome) => {
          this.outcomes.push(outcome);
          desk.deliveries[site] = outcome.state;
        },
        (error: unknown) => this.failures.push(error),
      )
      .finally(() => {
        this.running -= 1;
      });
  }

  /** Looks what came while delivering. */
  async takeNews(): Promise<void> {
    const { decision, pace, desk } = this.input;
    desk.takeLooks();
    const source = sourceSteps(decision.site, pace);
    const knownKeys = this.decisions.map((one) => one.promotionKey);
    const looking = (): Promise<LaterNews> => source.newsWhileDelivering({ decision, knownKeys });
    const news = await desk.operator.attend('look what came meanwhile', pace, looking).catch(unlessGivenUp);
    if (!news) return;
    if (news.kind === 'added') await this.startAdded(news.decision);
    if (news.kind === 'too-late') desk.mails.post(news.mails, pace);
    if (news.kind !== 'newer') return;
    this.newerWaits = true;
    await Promise.all(
      this.decisions.flatMap((one) => sitesOf(one).map((site) => this.supersede(one.promotionKey, site))),
    );
  }

  /** Targets that were added may want other bytes than those that are there: with data, or without. */
  private async startAdded(decision: DecisionRecord): Promise<void> {
    const { pace, desk } = this.input;
    const exporting = exportFor(decision, this.artifacts, pace, desk);
    const artifacts = await exporting.catch((error: unknown) => this.giveUp(decision, error));
    if (artifacts === 'changed') return desk.lookAgain();
    if (!artifacts) return;
    this.artifacts = artifacts;
    await this.start(decision);
  }

  private giveUp(decision: DecisionRecord, error: unknown): void {
    unlessGivenUp(error);
    this.decisions.push(decision);
    const why = error instanceof Error ? error.message : '';
    const nothing = { items: [], missingStreams: [], warnings: [] };
    this.outcomes.push(...sitesOf(decision).map((site) => ({ site, state: 'aborted' as const, why, ...nothing })));
  }

  private async supersede(promotionKey: string, site: string): Promise<void> {
    try {
      await getExternalWorkflowHandle(workflowIds.deliver(promotionKey, site)).signal(signals.look, 'supersede');
    } catch {
      // It ended just now: there is nothing to take over from.
    }
  }

  result(): Delivered {
    const [failure] = this.failures;
    if (failure !== undefined) throw failure;
    if (this.newerWaits) this.input.desk.lookAgain();
    const settled = this.outcomes.every((outcome) => outcome.state === 'verified' || outcome.state === 'skipped');
    const promoted = this.outcomes.some((outcome) => outcome.items.some((item) => item.verified));
    return {
      decisions: this.decisions,
      deliveries: this.outcomes.toSorted((a, b) => (a.site < b.site ? -1 : 1)),
      state: stateOf(this.outcomes),
      mayCleanUp: settled && promoted && !this.newerWaits,
    };
  }
}

/** An operator gave a look or an export up: nothing comes of it. Anything else is thrown on. */
function unlessGivenUp(error: unknown): undefined {
  if (error instanceof StepGivenUp) return undefined;
  throw error;
}

function sitesOf(decision: DecisionRecord): string[] {
  return [...new Set(decision.targets.map((target) => target.site))].toSorted();
}

function stateOf(outcomes: readonly DeliveryOutcome[]): Delivered['state'] {
  const promoted = outcomes.some((outcome) => outcome.items.some((item) => item.verified));
  if (!promoted) return outcomes.some((outcome) => outcome.state === 'aborted') ? 'aborted' : 'not-promoted';
  const whole = outcomes.every((outcome) => outcome.state === 'verified' && outcome.missingStreams.length === 0);
  return whole ? 'promoted' : 'partly-promoted';
}
