import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import type { DecisionRecord, Artifact, Assessment, OutgoingMail } from '../../../activities/promotion-types.ts';
import type { PlannedStep, StagedApp } from '../../../activities/delivery-types.ts';
import type { FaultRule } from '../../../sandbox/qrs/faults.ts';
import type { AppToCreate } from '../../../sandbox/qrs/qmc-hands.ts';
import type { QrsSite } from '../../../sandbox/qrs/site.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { type ActivityWorld, type Attempt, MANAGER, REP } from './activity-world.ts';

let made = 0;

/** A name that no other app of this test file has. */
export function newName(): string {
  made += 1;
  return `Margins ${made}`;
}

export interface SourceApp {
  readonly id: string;
  readonly name: string;
}

/** An app of the rep on `dev`, published to Sales; nothing is remembered of the site from before it. */
export async function publishedApp(
  world: ActivityWorld,
  { stream = 'Sales', ...wanted }: Partial<AppToCreate> & { stream?: string } = {},
): Promise<SourceApp> {
  const name = wanted.name ?? newName();
  const { actAs } = world.dev;
  const id = actAs.createApp({ description: 'What it is for', owner: REP, dataSizeBytes: 2000, ...wanted, name });
  actAs.publish(id, stream);
  return { id, name };
}

export interface Request {
  /** Values of the server property. Default: Duplicate at prod. */
  readonly servers?: readonly string[];
  readonly streams?: readonly string[];
  readonly by?: string;
  readonly word?: string;
  readonly more?: Readonly<Record<string, string[]>>;
}

/** Sets the promotion properties as the manager does in the QMC. */
export function approve(world: ActivityWorld, appId: string, request: Request = {}): void {
  const { servers = ['prod - Duplicate'], streams = ['Sales'], by = MANAGER, word = 'Approve', more = {} } = request;
  later(world.dev, appId);
  world.dev.actAs.setProperties(appId, by, {
    PromoteToServer: [...servers],
    PromoteToStream: [...streams],
    PromotionApproval: [word],
    ...more,
  });
}

/** Passes the millisecond in which the app was written last: nobody acts twice in one. */
export function later(site: QrsSite, appId: string): void {
  while (Date.now() <= Date.parse(String(site.app(appId)?.['modifiedDate'])));
}

/** What a look at an app of `dev` gives. */
export function assess(world: ActivityWorld, appId: string, attempt?: Attempt): Promise<Assessment> {
  return world.run((activities) => activities.assess({ site: 'dev', appId }), attempt);
}

/** The decision that a look at the app finds, recorded. */
export async function decided(world: ActivityWorld, appId: string): Promise<DecisionRecord> {
  const { next, problems } = await assess(world, appId);
  if (next.kind !== 'act') throw new Error(`${JSON.stringify(next)} ${problems.join(' ')}`);
  return next.decision;
}

/** Publishes an app, has it approved, and gives the recorded decision. */
export async function approvedApp(
  world: ActivityWorld,
  request: Request & { app?: Partial<AppToCreate> & { stream?: string } } = {},
): Promise<{ app: SourceApp; decision: DecisionRecord }> {
  const app = await publishedApp(world, request.app);
  approve(world, app.id, request);
  return { app, decision: await decided(world, app.id) };
}

/** The exported app. */
export async function exported(world: ActivityWorld, decision: DecisionRecord, withData = true): Promise<Artifact> {
  const outcome = await world.run((activities) => activities.exportApp({ ...decision, withData }));
  if (outcome.outcome !== 'exported') throw new Error(JSON.stringify(outcome));
  return outcome.artifact;
}

/** A decision with its artifact uploaded to prod under its staging name. */
export interface Upload {
  readonly app: SourceApp;
  readonly decision: DecisionRecord;
  readonly artifact: Artifact;
  readonly staged: StagedApp;
}

export async function uploadedApp(
  world: ActivityWorld,
  request: Parameters<typeof approvedApp>[1] = {},
): Promise<Upload> {
  const { app, decision } = await approvedApp(world, request);
  const artifact = await exported(world, decision);
  const staged = await world.run((activities) =>
    activities.uploadStaging({ decision, site: 'prod', number: 1, artifact }),
  );
  return { app, decision, artifact, staged };
}

/** The id of a stream of a site by its name. */
export function streamId(site: QrsSite, name: string): string {
  const app = site.actAs.createApp({ name: newName(), owner: REP });
  site.actAs.publish(app, name);
  const { id } = site.app(app)!['stream'] as { id: string };
  site.actAs.deleteApp(app);
  return id;
}

/** A step that publishes to a stream of prod. */
export function publishStep(world: ActivityWorld, streamName = 'Sales'): PlannedStep {
  return { action: 'publish', streamId: streamId(world.prod, streamName), streamName };
}

/** An app that stands published at prod. */
export function standingApp(
  world: ActivityWorld,
  name: string,
  more: Partial<AppToCreate> & { stream?: string } = {},
): string {
  const { stream = 'Sales', ...wanted } = more;
  const { actAs } = world.prod;
  const id = actAs.createApp({ owner: MANAGER, description: 'What stood here first', sheets: 5, ...wanted, name });
  actAs.publish(id, stream);
  return id;
}

/** Puts a fault on the next calls; how often it struck so far. */
export function fault(site: QrsSite, rule: FaultRule): () => number {
  const id = site.faults.add(rule);
  const find = () => site.faults.all().find((one) => one.id === id);
  return () => find()?.struck ?? 0;
}

/** Lets a call hang, cancels the attempt that makes it, and gives what that attempt ends with. */
export async function cancelled<T>(
  site: QrsSite,
  call: Omit<FaultRule, 'effect'>,
  start: (attempt: Attempt) => Promise<T>,
): Promise<unknown> {
  const hung = startHanging(site, call, start);
  await waitFor('the call to hang', () => hung.struck() > 0);
  hung.cancel();
  return hung.ended;
}

function startHanging<T>(
  site: QrsSite,
  call: Omit<FaultRule, 'effect'>,
  start: (attempt: Attempt) => Promise<T>,
): { readonly struck: () => number; readonly ended: Promise<unknown>; readonly cancel: () => void } {
  const struck = fault(site, { ...call, effect: { type: 'hang' } });
  const controller = new AbortController();
  const ended = start({ signal: controller.signal }).then(
    (result) => ({ result }),
    (error: unknown) => error,
  );
  return { struck, ended, cancel: () => controller.abort() };
}

/**
 * Runs a step again and again, each time on apps of its own, lets another of its calls to the site hang, and cancels it
 * then. Gives how many calls that were; throws where the step goes on waiting.
 */
export async function cancelEachCall(
  world: ActivityWorld,
  site: QrsSite,
  prepare: () => Promise<(attempt: Attempt) => Promise<unknown>>,
): Promise<number> {
  for (let nth = 1; ; nth += 1) {
    const step = await prepare();
    const { struck, cancel, ...hung } = startHanging(site, { path: /\/(qrs|tempcontent)\//, nth }, step);
    let hasEnded = false;
    const ended = hung.ended.then(() => (hasEnded = true));
    await waitFor('the call to hang, or the step to end', () => struck() > 0 || hasEnded);
    cancel();
    await Promise.race([ended, wait(CANCELLED_WITHIN_MS, undefined, { ref: false })]);
    const isOver = struck() === 0;
    world.mend();
    if (!hasEnded) throw new Error(`The step does not end while its call ${nth} hangs.`);
    if (isOver) return nth - 1;
  }
}

const CANCELLED_WITHIN_MS = 3000;

/** The effect of the next call happens, and its reply is lost. */
export function loseReply(site: QrsSite, method: string, path: string | RegExp): () => number {
  return fault(site, { effect: { type: 'reply-lost' }, method, path });
}

/** The app as it stands on a site, in short. */
export function standing(site: QrsSite, appId: string): Record<string, unknown> | undefined {
  const app = site.app(appId);
  if (!app) return undefined;
  const owner = app['owner'] as { userDirectory: string; userId: string };
  const tags = app['tags'] as { name: string }[];
  const rows = app['customProperties'] as { value: string; definition: { name: string } }[];
  return {
    name: app.name,
    description: app['description'],
    stream: (app['stream'] as { name: string } | null)?.name,
    owner: `${owner.userDirectory}\\${owner.userId}`,
    tags: tags.map(({ name }) => name).toSorted(),
    rows: rows.map(({ definition, value }) => `${definition.name}=${value}`).toSorted(),
  };
}

/** Names of the apps of a site that begin like a staging name. */
export function stagingNames(site: QrsSite): string[] {
  return site
    .apps()
    .map(({ name }) => name)
    .filter((name) => name.startsWith('~waybill/'))
    .toSorted();
}

/** The requests to a site since it was last cleared, as `METHOD /path`, ids left out. */
export function requestsTo(site: QrsSite): string[] {
  return site
    .requests()
    .map(({ method, path }) => `${method} ${path.split('?')[0]!.replaceAll(/[0-9a-f-]{36}/g, '{id}')}`);
}

/** Kind and hash of an app's objects, in a stable order. */
export function contentOf(site: QrsSite, appId: string): string[] {
  return site
    .objects(appId)
    .map((object) => `${String(object['objectType'])} ${String(object['contentHash'])}`)
    .toSorted();
}

/** What the mails are and to whom they go. */
export function mailsIn(mails: readonly OutgoingMail[]): { key: string; kind: string; to: unknown }[] {
  return mails.map(({ key, mail, recipients }) => ({
    key,
    kind: mail.kind,
    to: recipients.to === 'owner' ? recipients.owner : recipients,
  }));
}

/** The code of a typed error. */
export function code(name: string): unknown {
  return expect.objectContaining({ code: name });
}
