import { allHandlersFinished, condition } from '@temporalio/workflow';
import type {
  DeliverInput,
  DeliveryFiles,
  PlannedStep,
  PlanOutcome,
  PublishInput,
  ReplaceStep,
  StagedApp,
} from '../activities/delivery-types.ts';
import type { DeliveredItem, DeliveryOutcome } from '../activities/promotion-types.ts';
import { targetSteps, targetTransfers } from './activity-options.ts';
import { DeliveryDesk } from './delivery-desk.ts';
import { locallyFirst } from './locally-first.ts';
import { StepGivenUp } from './operator.ts';

/**
 * One promotion to one target site: `deliver/<promotionKey>/<site>`. Plans against what stands there while the app is
 * being exported, uploads once, replaces what is to be replaced, publishes the rest from server-side copies, and leaves
 * no staging app behind.
 */
export async function deliver(input: DeliverInput): Promise<DeliveryOutcome> {
  const desk = new DeliveryDesk(input);
  const delivery = new Delivery(input, desk);
  let outcome: DeliveryOutcome;
  try {
    outcome = await delivery.run();
  } catch (error) {
    if (!(error instanceof StepGivenUp)) throw error;
    outcome = delivery.givenUp(error);
  }
  if (!delivery.isClosed) {
    await targetSteps(input.site, input.pace).closeDelivery({ decision: input.decision, outcome });
  }
  desk.enter(outcome.state);
  await condition(allHandlersFinished);
  return outcome;
}

class Delivery {
  /** Its end is written down. */
  isClosed = false;
  private plan: PlanOutcome | undefined;
  private readonly items: DeliveredItem[] = [];
  private readonly warnings: string[] = [];
  private readonly input: DeliverInput;
  private readonly desk: DeliveryDesk;

  constructor(input: DeliverInput, desk: DeliveryDesk) {
    this.input = input;
    this.desk = desk;
  }

  async run(): Promise<DeliveryOutcome> {
    this.plan = await this.planUntilDecided();
    if (this.plan.ended) {
      this.isClosed = true;
      return this.plan.ended;
    }
    const files = await this.desk.exported();
    const { steps } = this.plan;
    if (steps.length === 0) return this.outcome('verified');

    this.desk.enter('staging');
    const upload = await this.upload(files);
    const publishes = steps.filter((step) => step.action === 'publish');
    // A copy of a published app would turn private sheets into base sheets, so copies are made before any publish.
    const staged = await this.stageFor(publishes, upload, files);

    await this.replaceAll(upload, files);
    await this.publishAll(publishes, staged, files);
    if (this.isClosed || publishes.length > 0) return this.outcome('verified');
    return this.finish(upload);
  }

  givenUp(error: StepGivenUp): DeliveryOutcome {
    const state = { skip: 'skipped', abort: 'aborted', supersede: 'superseded', expire: 'aborted' } as const;
    return { ...this.outcome(state[error.action]), why: error.why, undelivered: this.undelivered() };
  }

  /** Streams that were asked for and got nothing. */
  private undelivered(): string[] {
    const delivered = this.items.map((item) => item.streamName);
    const asked = this.plan?.steps.map((step) => step.streamName) ?? this.input.choices.flatMap((one) => one.streams);
    return [...new Set(asked)].filter((stream) => !delivered.includes(stream));
  }

  private async planUntilDecided(): Promise<PlanOutcome> {
    const { decision, site, choices, pace } = this.input;
    const { planDelivery } = targetSteps(site, pace);
    return this.desk.operator.attend('plan the delivery', pace, () => {
      const input = { decision, site, choices, chosenAppIds: this.desk.operator.chosenAppIds };
      return locallyFirst(
        pace,
        (steps) => steps.planDeliveryLocally(input),
        () => planDelivery(input),
      );
    });
  }

  private async upload({ artifact }: DeliveryFiles): Promise<StagedApp> {
    const { decision, site, pace } = this.input;
    const { uploadStaging } = targetTransfers(site, pace, artifact.sizeBytes);
    return this.desk.operator.attend('upload', pace, () => uploadStaging({ decision, site, number: 1, artifact }));
  }

  /** One staging app a publish: the upload itself for the first, server-side copies for the others. */
  private async stageFor(
    publishes: readonly PlannedStep[],
    upload: StagedApp,
    { version }: DeliveryFiles,
  ): Promise<StagedApp[]> {
    const { decision, site, pace } = this.input;
    const { copyStaging, dressStaging } = targetSteps(site, pace);
    const staged: StagedApp[] = [];
    for (const [index] of publishes.entries()) {
      const number = index + 1;
      const copy = (): Promise<StagedApp> => copyStaging({ decision, site, number, fromAppId: upload.appId });
      staged.push(index === 0 ? upload : await this.desk.operator.attend('copy at the target', pace, copy));
    }
    for (const { appId, number } of staged) {
      const dressed = { decision, site, number, appId, ownerId: this.plan?.ownerId, version };
      await this.desk.operator.attend('dress the staging app', pace, () => dressStaging(dressed));
    }
    return staged;
  }

  /** Replaces app after app; the last one ends the delivery where nothing else is to be done. */
  private async replaceAll(upload: StagedApp, files: DeliveryFiles): Promise<void> {
    const { steps = [], data } = this.plan ?? {};
    const replaces = steps.filter((step) => step.action === 'replace');
    const endsWithThem = replaces.length === steps.length && data !== 'reloadAfter';
    for (const [index, step] of replaces.entries()) {
      if (!step.targetAppId) continue;
      const target: ReplaceStep = { ...step, targetAppId: step.targetAppId };
      const item = {
        action: 'replaced',
        streamName: step.streamName,
        appId: step.targetAppId,
        verified: true,
      } as const;
      const ends =
        endsWithThem && index === replaces.length - 1
          ? { ...this.outcome('verified'), items: [...this.items, item] }
          : undefined;
      this.isClosed = await this.overwrite(target, upload, files, ends);
      await this.settle(item);
    }
  }

  /** Replaces one app; while another promotion replaces it, waits for its turn. True when that ended the delivery. */
  private async overwrite(
    step: ReplaceStep,
    { appId: stagingAppId }: StagedApp,
    { artifact, version }: DeliveryFiles,
    ends: DeliveryOutcome | undefined,
  ): Promise<boolean> {
    const { decision, site, pace } = this.input;
    const { overwriteTarget } = targetTransfers(site, pace, artifact.sizeBytes);
    const input = { decision, site, step, stagingAppId, artifact, version, ends };
    const result = await this.desk.inTurn('replace', () => overwriteTarget(input));
    this.warnings.push(...result.warnings);
    return result.isClosed;
  }

  private async publishAll(
    publishes: readonly PlannedStep[],
    staged: readonly StagedApp[],
    files: DeliveryFiles,
  ): Promise<void> {
    for (const [index, step] of publishes.entries()) {
      const app = staged[index];
      if (app) await this.publishOrReplace(step, app, files);
    }
  }

  /** Publishes one app; what was published in its place since the plan was made is replaced instead. */
  private async publishOrReplace(step: PlannedStep, app: StagedApp, files: DeliveryFiles): Promise<void> {
    const { decision, site, pace } = this.input;
    const { appId, number } = app;
    const replaces = await this.publish({ decision, site, number, appId, step, artifact: files.artifact });
    if (replaces.length === 0) {
      await this.settle({ action: 'published', streamName: step.streamName, appId, verified: true });
      return;
    }
    for (const replace of replaces) {
      await this.overwrite(replace, app, files, undefined);
      const { targetAppId, streamName } = replace;
      await this.settle({ action: 'replaced', streamName, appId: targetAppId, verified: true });
    }
    const { removeStaging } = targetSteps(site, pace);
    await this.desk.operator.attend('remove the staging app', pace, () =>
      removeStaging({ decision, site, number, appId }),
    );
  }

  /**
   * Publishes one app, and has its content compared where its objects alone do not prove it. What is to be replaced
   * where nothing was published.
   */
  private async publish(input: PublishInput): Promise<readonly ReplaceStep[]> {
    const { site, pace } = this.input;
    const { publishStaging } = targetSteps(site, pace);
    const result = await this.desk.inTurn('publish', () =>
      publishStaging({ ...input, chosenAppIds: this.desk.operator.chosenAppIds }),
    );
    if (result.outcome === 'taken') return result.replaces;
    this.warnings.push(...result.warnings);
    if (result.isSettled) return [];
    this.desk.enter('verifying');
    const { comparePublished } = targetTransfers(site, pace, input.artifact.sizeBytes);
    const comparing = () => comparePublished(input);
    const compared = await this.desk.operator.attend('compare the content', pace, comparing);
    this.warnings.push(...compared.warnings);
    return [];
  }

  /** Notes what stands, and reloads it where the target asks for that. */
  private async settle(item: DeliveredItem): Promise<void> {
    const { decision, site, pace } = this.input;
    this.items.push(item);
    if (this.plan?.data !== 'reloadAfter') return;
    const { reloadApp } = targetSteps(site, pace);
    const { promotionKey } = decision;
    await this.desk.operator.attend('reload', pace, () => reloadApp({ site, appId: item.appId, promotionKey }));
  }

  /** Removes the upload, which no stream took, and writes the end down. */
  private async finish(staging: StagedApp): Promise<DeliveryOutcome> {
    const { decision, site, pace } = this.input;
    const outcome = this.outcome('verified');
    const { finishDelivery } = targetSteps(site, pace);
    this.desk.enter('verifying');
    await this.desk.operator.attend('remove the staging app', pace, () =>
      finishDelivery({ decision, outcome, staging }),
    );
    this.isClosed = true;
    return outcome;
  }

  private outcome(state: DeliveryOutcome['state']): DeliveryOutcome {
    return {
      site: this.input.site,
      state,
      items: this.items,
      missingStreams: this.plan?.missingStreams ?? [],
      warnings: [...(this.plan?.warnings ?? []), ...this.warnings],
    };
  }
}
