import { MANAGER, REP } from './people.ts';
import type { SiteEvent } from './qmc.ts';
import type { Stage } from './stage.ts';
import { workflowIds } from '../workflows/contract.ts';

/** An app on the source site that one of the same name stands for at every target. */
export interface PreparedApp {
  readonly appId: string;
  readonly name: string;
  /** By target alias. */
  readonly standing: Readonly<Record<string, string>>;
}

export interface PromotionTimes {
  readonly ms: number;
  /** On the sites' clock. */
  readonly approvedAtUtc: string;
  readonly unpublishedAtUtc: string;
}

const STANDING_BYTES = 65_536;

/** Makes the app at the source and, for Overwrite, what it is to replace at each target. Nothing is asked for yet. */
export async function prepareApp(stage: Stage, name: string, dataSizeBytes: number): Promise<PreparedApp> {
  const { qmc, config } = stage;
  const [source = ''] = Object.keys(config.sources);
  const standing: Record<string, string> = {};
  for (const target of Object.keys(config.targets)) {
    const old = { name, owner: MANAGER, dataSizeBytes: Math.min(dataSizeBytes, STANDING_BYTES), stream: 'Sales' };
    standing[target] = await qmc.act<string>(target, 'createApp', old);
  }
  const appId = await qmc.act<string>(source, 'createApp', { name, owner: REP, dataSizeBytes });
  await qmc.act(source, 'publish', { app: appId, stream: 'Sales' });
  return { appId, name, standing };
}

/** Waits until the app's promotion stands and waits for a decision, so that approving it meets what it meets in life. */
export async function untilWaiting(stage: Stage, appIds: readonly string[]): Promise<void> {
  const [site = ''] = Object.keys(stage.config.sources);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const waiting = new Set((await stage.ledger.listAwaiting({ site })).map((row) => row.appId));
    if (appIds.every((id) => waiting.has(id))) return;
    if (Date.now() > deadline) throw new Error('the apps do not wait for a decision');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sets the properties as the manager does in the QMC: Overwrite at every target, stream Sales, Approve. */
export async function approve(stage: Stage, appId: string): Promise<void> {
  const [source = ''] = Object.keys(stage.config.sources);
  const servers = Object.keys(stage.config.targets).map((target) => `${target} - Overwrite`);
  const properties = { PromoteToServer: servers, PromoteToStream: ['Sales'], PromotionApproval: ['Approve'] };
  await stage.qmc.act(source, 'setProperties', { app: appId, by: MANAGER, properties });
}

/** Approves and waits for the end of the promotion; the time from the approval to the unpublished source. */
export async function promote(stage: Stage, { appId }: PreparedApp): Promise<PromotionTimes> {
  const [source = ''] = Object.keys(stage.config.sources);
  const lastSeq = (await stage.qmc.events(source)).at(-1)?.seq ?? 0;
  await approve(stage, appId);
  await ended(stage, appId);
  return timesOf(await stage.qmc.events(source, lastSeq), appId);
}

/** Resolves when the app's promotion has ended as promoted. */
export async function ended(stage: Stage, appId: string): Promise<void> {
  const [source = ''] = Object.keys(stage.config.sources);
  const state = await stage.temporal.client.workflow.getHandle(workflowIds.promotion(source, appId)).result();
  if (state === 'promoted') return;
  const [promotion] = await stage.ledger.listPromotions({ site: source, appId });
  throw new Error(`the promotion of ${appId} ended as ${String(state)}: ${JSON.stringify(promotion?.outcome)}`);
}

/** From the last change of the properties to the deletion of the published app (its copy is its owner's again). */
export function timesOf(events: readonly SiteEvent[], appId: string): PromotionTimes {
  const approved = events.find((event) => event.id === appId && event.by === MANAGER);
  const unpublished = events.find((event) => event.id === appId && event.action === 'delete-app');
  if (!approved || !unpublished) throw new Error(`the events of ${appId} do not tell approval and end`);
  const ms = Date.parse(unpublished.atUtc) - Date.parse(approved.atUtc);
  return { ms, approvedAtUtc: approved.atUtc, unpublishedAtUtc: unpublished.atUtc };
}
