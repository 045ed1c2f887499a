import {
  ApplicationFailure,
  CancellationScope,
  condition,
  ParentClosePolicy,
  getExternalWorkflowHandle,
  isCancellation,
  sleep,
  startChild,
} from '@temporalio/workflow';
import type { DeliveryFiles } from '../activities/delivery-types.ts';
import type { Pace } from '../activities/pace.ts';
import type {
  Artifacts,
  CloseInput,
  DecisionRecord,
  DeliveryOutcome,
  KeptVersion,
  LaterNews,
} from '../activities/promotion-types.ts';
import { isSmallTransfer, sourceSteps } from './activity-options.ts';
import { signals, type TargetChoice, workflowIds } from './contract.ts';
import { deliver } from './deliver.ts';
import { deliveryAttributes, deliveryFilesSignal } from './delivery-desk.ts';
import { exportFor } from './export-for.ts';
import { slowed } from './history-pace.ts';
import { StepGivenUp } from './operator.ts';
import type { PromotionDesk } from './promotion-desk.ts';

/** How long looks are gathered once there were many; see `slowed`. */
const LOOK_REST_MS = 60_000;

/** The exported files that targets get, and the version in S3. */
export interface Exported {
  readonly artifacts: Artifacts;
  readonly version: KeptVersion | undefined;
}

/** What became of all targets, as `closePromotion` records it. */
export type Delivered = Pick<CloseInput, 'decisions' | 'state' | 'deliveries'> & { readonly mayCleanUp: boolean };

/**
 * The deliveries of one promotion, a child workflow for each target site. They start with the export, so that what is
 * amiss at a target shows before hours of transfer, and change nothing before they get the files; those of a small app
 * start when its files are there, or when they are long in coming. Targets added meanwhile are delivered in addition; a
 * newer approval takes over from deliveries that wait, never from one that writes.
 */
export class Deliveries {
  private running = 0;
  private readonly decision: DecisionRecord;
  private readonly pace: Pace;
  private readonly desk: PromotionDesk;
  private readonly decisions: DecisionRecord[] = [];
  private readonly outcomes: DeliveryOutcome[] = [];
  private readonly failures: unknown[] = [];
  private starting: Promise<void> | undefined;
  /** The time that the export of a small app has before its deliveries start beside it. */
  private readonly headStart = new CancellationScope();
  private newerWaits = false;
  /** Something was asked for that needs an approval of its own. */
  private looksLater = false;
  private exported: Exported | undefined;

  /** Starts one delivery a target site, now or soon; they plan, and wait for the files. */
  constructor(decision: DecisionRecord, pace: Pace, desk: PromotionDesk) {
    this.decision = decision;
    this.pace = pace;
    this.desk = desk;
    const headStartMs = headStartOf(decision, pace);
    if (headStartMs > 0) this.beginIn(headStartMs);
    else void this.begin();
  }

  /** Hands the files over and waits for all. */
  async finish(exported: Exported): Promise<Delivered> {
    const haveBegun = this.starting !== undefined;
    this.exported = exported;
    const started = this.begin();
    if (haveBegun) await started;
    this.desk.enter('delivering');
    await started;
    if (haveBegun && hasFiles(exported.artifacts)) {
      await Promise.all(sitesOf(this.decision).map((site) => this.tell(site, filesFor(this.decision, site, exported))));
    }
    for (;;) {
      await condition(() => this.running === 0 || this.desk.hasNews);
      if (this.running === 0) break;
      await this.takeNews();
      const restMs = slowed(LOOK_REST_MS) - LOOK_REST_MS;
      if (restMs > 0) await this.desk.timer.until(() => this.running === 0, restMs);
    }
    return this.result();
  }

  /** There is nothing to deliver after all. Returns when all have ended. */
  async withdraw(why: string): Promise<void> {
    this.headStart.cancel();
    if (!this.starting) return;
    await this.starting;
    await Promise.all(sitesOf(this.decision).map((site) => this.tell(site, { withdrawn: why })));
    await condition(() => this.running === 0);
  }

  /** Starts the deliveries after this time, unless they begin or are withdrawn before. */
  private beginIn(ms: number): void {
    this.desk.noteTargets(sitesOf(this.decision));
    const begin = (): unknown => this.begin();
    void this.headStart.run(() => sleep(ms)).then(begin, () => undefined);
  }

  /** Starts the deliveries of the decision, once. */
  private begin(): Promise<void> {
    if (!this.starting) {
      this.headStart.cancel();
      this.starting = this.start(this.decision);
      // Awaited when the files are there; until then its failure is no unhandled one.
      this.starting.catch(() => undefined);
    }
    return this.starting;
  }

  /** Starts one delivery a target site of a decision; resolves when all have started. */
  private async start(decision: DecisionRecord): Promise<void> {
    this.decisions.push(decision);
    const sites = sitesOf(decision);
    this.desk.noteTargets(sites);
    await Promise.all(sites.map((site) => this.startOne(decision, site)));
  }

  private async startOne(decision: DecisionRecord, site: string): Promise<void> {
    const { pace, desk, exported } = this;
    const choices = choicesOf(decision, site);
    const files = exported && hasFiles(exported.artifacts) ? filesFor(decision, site, exported) : undefined;
    this.running += 1;
    desk.deliveries[site] = 'running';
    const child = await startChild(deliver, {
      workflowId: workflowIds.deliver(decision.promotionKey, site),
      args: [{ decision, site, choices, files, pace }],
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

  private async tell(site: string, files: DeliveryFiles | { readonly withdrawn: string }): Promise<void> {
    const delivery = getExternalWorkflowHandle(workflowIds.deliver(this.decision.promotionKey, site));
    await unlessEnded(() => delivery.signal(deliveryFilesSignal, files));
  }

  /** Looks what came while delivering. */
  async takeNews(): Promise<void> {
    const { decision, pace, desk } = this;
    desk.takeLooks();
    const source = sourceSteps(decision.site, pace);
    const knownKeys = this.decisions.map((one) => one.promotionKey);
    const looking = (): Promise<LaterNews> => source.newsWhileDelivering({ decision, knownKeys });
    const news = await desk.operator.attend('look what came meanwhile', pace, looking).catch(unlessGivenUp);
    if (!news) return;
    if (news.kind === 'added') await this.startAdded(news.decision);
    if (news.kind === 'later') this.looksLater = true;
    if (news.kind === 'too-late') desk.mails.post(news.mails, pace);
    if (news.kind !== 'newer') return;
    this.newerWaits = true;
    await Promise.all(
      this.decisions.flatMap((one) => sitesOf(one).map((site) => this.supersede(one.promotionKey, site))),
    );
  }

  /** Targets that were added may want other bytes than those that are there: with data, or without. */
  private async startAdded(decision: DecisionRecord): Promise<void> {
    const { pace, desk, exported } = this;
    const exporting = exportFor(decision, exported?.artifacts ?? {}, pace, desk);
    const artifacts = await exporting.catch((error: unknown) => this.giveUp(decision, error));
    if (artifacts === 'changed') return desk.lookAgain();
    if (!artifacts) return;
    this.exported = { version: exported?.version, artifacts };
    await this.start(decision);
    desk.enter('delivering');
  }

  private giveUp(decision: DecisionRecord, error: unknown): void {
    unlessGivenUp(error);
    this.decisions.push(decision);
    const why = error instanceof Error ? error.message : '';
    const nothing = { items: [], missingStreams: [], warnings: [] };
    this.outcomes.push(...sitesOf(decision).map((site) => ({ site, state: 'aborted' as const, why, ...nothing })));
  }

  private async supersede(promotionKey: string, site: string): Promise<void> {
    const delivery = getExternalWorkflowHandle(workflowIds.deliver(promotionKey, site));
    await unlessEnded(() => delivery.signal(signals.look, 'supersede'));
  }

  private result(): Delivered {
    const [failure] = this.failures;
    if (failure !== undefined) throw failure;
    if (this.newerWaits || this.looksLater) this.desk.lookAgain();
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

/**
 * How long the export of an app may take before its deliveries start beside it; 0: they start with it. To start them
 * with the files saves a small app four writes of Temporal a target, and is hardly later.
 */
function headStartOf({ sizeBytes }: DecisionRecord, pace: Pace): number {
  return isSmallTransfer(pace, sizeBytes) ? (pace.exportHeadStartMs ?? 0) : 0;
}

/** A signal to a delivery that has ended just now is too late, which is no failure. */
async function unlessEnded(signal: () => Promise<void>): Promise<void> {
  try {
    await signal();
  } catch (error) {
    if (isCancellation(error)) throw error;
  }
}

function choicesOf(decision: DecisionRecord, site: string): TargetChoice[] {
  return decision.targets.filter((target) => target.site === site);
}

/** False where every delivery had ended already, so that nothing was exported. */
export function hasFiles({ withData, withoutData }: Artifacts): boolean {
  return withData !== undefined || withoutData !== undefined;
}

/** The bytes that a site wants: with data, or without. */
function filesFor(decision: DecisionRecord, site: string, { artifacts, version }: Exported): DeliveryFiles {
  const lean = choicesOf(decision, site).some((choice) => (choice.data ?? 'carry') !== 'carry');
  const artifact = lean ? artifacts.withoutData : artifacts.withData;
  if (artifact) return { artifact, version };
  throw ApplicationFailure.nonRetryable('There is no exported file.', 'WAYBILL_PROMOTION_EXPORT_EMPTY');
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
