import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { AppMemory } from '../../activities/qrs/app-memory.ts';
import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
import type { Promotion } from '../../ledger/promotions.ts';
import type { FaultRule } from '../../sandbox/qrs/faults.ts';
import { approve, endedPromotion, whatStands } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import {
  MANAGER,
  REP,
  startWorld,
  type WorkerWorld,
  type World,
  type WorldOptions,
  type Yaml,
} from '../harness/world.ts';

/** `PUT`, `GET` or `DELETE` of one app itself, not of something it is to do. */
export const APP = /^\/qrs\/app\/[0-9a-f-]{36}\?/;
export const STAMP = 'App promoted from node:';

export type Modes = Readonly<Record<string, 'Overwrite' | 'Duplicate'>>;

/** An app of `dev` on its way. */
export interface SentApp {
  readonly id: string;
  readonly name: string;
  /** Kind and hash of its objects; their ids may change on the way. */
  readonly content: readonly string[];
  readonly description: string;
}

/** A world that unpublishes only where asked, and in which what is left behind may be swept at once. */
export async function startEffectsWorld(options: WorldOptions = {}): Promise<WorkerWorld> {
  const change = (yaml: Yaml, alias: (name: string) => string): void => {
    yaml['staging'] = { sweepAfter: '0s' };
    yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
    options.change?.(yaml, alias);
  };
  const world = await startWorld({ ...options, change });
  for (const name of Object.keys(world.sites)) addBystanders(world, name);
  return world;
}

/** Apps that are nobody's business. */
export function addBystanders(world: World, site: string): void {
  const { actAs } = world.site(site);
  actAs.publish(actAs.createApp({ name: 'Bystander', owner: REP }), 'Sales');
  actAs.createApp({ name: 'Bystander', owner: MANAGER });
}

/** Publishes a new app on `dev` to Sales. */
export function publishedApp(
  world: World,
  name: string,
  more: { description?: string; dataSizeBytes?: number } = {},
): SentApp {
  const { actAs } = world.site('dev');
  const description = more.description ?? `What ${name} is for`;
  const { dataSizeBytes = 50_000 } = more;
  const id = actAs.createApp({ name, owner: REP, description, dataSizeBytes });
  actAs.publish(id, 'Sales');
  return { id, name, description, content: contentOf(world, 'dev', id) };
}

/** Kind and hash of an app's objects, in a stable order. */
export function contentOf(world: World, site: string, id: string): string[] {
  const objects = world.site(site).objects(id);
  return objects.map((object) => [object['objectType'], object['contentHash']].join(' ')).toSorted(byText);
}

interface Standing {
  readonly id: string;
  readonly name: string;
  readonly stream: string | undefined;
  readonly owner: string;
  readonly content: readonly string[];
}

/** The apps of one name on a site. */
export function standingOf(world: World, site: string, name: string): Standing[] {
  const found = whatStands(world, site).filter((one) => one.name === name);
  return found.map((one) => ({ ...one, content: contentOf(world, site, one.id) }));
}

export interface SendOptions {
  readonly streams?: readonly string[];
  readonly unpublish?: boolean;
  readonly dataSizeBytes?: number;
}

/** Publishes an app on `dev`, has the manager approve it, and leaves it to Waybill. */
export function send(world: World, name: string, modes: Modes, options: SendOptions = {}): SentApp {
  const app = publishedApp(world, name, { dataSizeBytes: options.dataSizeBytes });
  const more: Record<string, string[]> = options.unpublish === false ? {} : { PromotionUnpublish: ['True'] };
  approve(world, app.id, modes, options.streams ?? ['Sales'], more);
  return app;
}

/** An app that stands published at a target, to be replaced. */
export function standingApp(world: World, site: string, name: string, stream = 'Sales'): string {
  const { actAs } = world.site(site);
  const id = actAs.createApp({ name, owner: MANAGER, description: 'What stood here first', sheets: 5 });
  actAs.publish(id, stream);
  return id;
}

/** Counts how often the fault struck. */
export interface Fault {
  readonly struck: number;
}

/** Puts a fault on a call at a site. */
export function fault(world: World, site: string, rule: FaultRule): Fault {
  const { faults } = world.site(site);
  const id = faults.add(rule);
  const find = () => faults.all().find((one) => one.id === id);
  return {
    get struck() {
      return find()?.struck ?? 0;
    },
  };
}

/** The effect of the next calls happens, and their replies are lost. */
export function loseReplies(world: World, site: string, method: string, path: string | RegExp, times = 2): Fault {
  return fault(world, site, { effect: { type: 'reply-lost' }, method, path, times });
}

/** Ends all faults. */
export function mendAll(world: World): void {
  for (const site of Object.values(world.sites)) site.faults.clear();
}

/** The promotion of an app once it ended, with its mails sent. */
export async function promoted(world: World, app: SentApp): Promise<Promotion<StoredDecision>> {
  const promotion = await endedPromotion(world, app.id);
  expect(promotion, JSON.stringify(promotion.outcome)).toMatchObject({ state: 'promoted' });
  return promotion;
}

/** What must stand at a target: as many apps of the name as expected, and nothing else of it. */
export interface Expected {
  readonly stream: string;
  readonly owner: string;
  /** Of an app that was replaced. */
  readonly id?: string;
}

/** The apps of this name at a target are exactly the expected ones, each with the content, owner and stamp. */
export function expectStanding(world: World, site: string, app: SentApp, expected: readonly Expected[]): void {
  const standing = standingOf(world, site, app.name);
  expect(standing.map(({ stream, owner, content }) => ({ stream, owner, content }))).toEqual(
    expected.map(({ stream, owner }) => ({ stream, owner, content: app.content })),
  );
  for (const [index, { id }] of expected.entries()) {
    const found = world.site(site).app(standing[index]!.id)!;
    expect(found['description']).toMatch(new RegExp(`^${STAMP}[^]*${id ? 'What stood here first' : app.description}$`));
    if (id) expect(found.id).toBe(id);
  }
}

/** The published app is gone, and its owner has one unpublished copy under its name. */
export function expectUnpublished(world: World, app: SentApp): void {
  expect(standingOf(world, 'dev', app.name)).toEqual([
    { id: expect.not.stringMatching(app.id), name: app.name, stream: undefined, owner: REP, content: app.content },
  ]);
}

/** The app stands where it stood, and bears no request any more. */
export function expectStripped(world: World, app: SentApp): void {
  expect(standingOf(world, 'dev', app.name)).toEqual([
    { id: app.id, name: app.name, stream: 'Sales', owner: REP, content: app.content },
  ]);
  expect(world.site('dev').app(app.id)!['customProperties']).toEqual([]);
}

/** No staging app stands anywhere once the sweep was there. */
export async function expectSwept(world: World): Promise<void> {
  await sweep(world);
  for (const name of Object.keys(world.sites)) {
    expect(stagingApps(world, name)).toEqual([]);
  }
}

export function stagingApps(world: World, site: string): string[] {
  return whatStands(world, site)
    .map(({ name }) => name)
    .filter((name) => name.startsWith('~waybill/'));
}

/** Runs the sweep that a Schedule runs every hour. */
export async function sweep(world: World): Promise<unknown> {
  return world.temporal.client.workflow.execute('sweepStaging', {
    taskQueue: world.config.temporal.taskQueue,
    workflowId: `sweep-${randomUUID()}`,
  });
}

/**
 * Every mail of the promotion came, and a kind that came twice came with the same Message-ID. A mail about trouble
 * belongs to its site, not to a promotion.
 */
export async function expectMails(world: World, promotionKey: string, kinds: readonly string[]): Promise<void> {
  await waitFor('the mails of the promotion', () =>
    kinds.every((kind) => mailsOf(world, promotionKey).some((mail) => mail.kind === kind)),
  );
  const own = mailsOf(world, promotionKey).filter(({ kind }) => kind !== 'trouble');
  const ids = new Set(own.map((mail) => `${mail.kind} ${mail.messageId}`));
  expect([...ids].map((id) => id.split(' ')[0] ?? '').toSorted(byText)).toEqual(kinds.toSorted(byText));
}

/** The mails of one promotion, told by their headers. */
export function mailsOf(world: World, promotionKey: string): { kind: string; messageId: string; to: string[] }[] {
  return world.inbox.messages().flatMap((message) => {
    const header = (name: string) => new RegExp(`^${name}: *(\\S+)`, 'im').exec(message.raw ?? '')?.[1] ?? '';
    if (header('X-Waybill-Promotion') !== promotionKey) return [];
    return [{ kind: header('X-Waybill-Kind'), messageId: message.messageId, to: message.to }];
  });
}

/** What stands on all sites beside the apps of one name. */
export function everythingBut(world: World, app: { name: string }): unknown {
  return Object.entries(world.sites).map(([name, site]) => [
    name,
    site
      .apps()
      .filter((one) => one.name !== app.name && !one.name.startsWith('~waybill/'))
      .map((one) => ({ ...one, objects: site.objects(one.id) })),
  ]);
}

/** What Waybill did on a site from an event on, in words: no app without its mark ever stands outside its stream. */
export function doingsOf(world: World, site: string, fromSeq = 0): string[] {
  const { apiUser, events } = world.site(site);
  const account = `${apiUser.directory}\\${apiUser.id}`;
  return events()
    .filter(({ by, seq }) => by === account && seq > fromSeq)
    .map(({ action, name }) => `${action} ${name.startsWith('~waybill/') ? 'staging' : name}`);
}

/** The number of the site's last event. */
export function lastEvent(world: World, site: string): number {
  return world.site(site).events().at(-1)?.seq ?? 0;
}

function byText(left: string, right: string): number {
  return left.localeCompare(right);
}

/** The site lets Waybill's user in no more, until all faults are mended. */
export function breakSite(world: World, site: string): Fault {
  const text = 'Forbidden: Your account is inactive. Contact your administrator to activate it.';
  return fault(world, site, { effect: { type: 'status', status: 403, text }, times: 0 });
}

/** The app stands where it stood, with all rows of its request. */
export function expectStays(world: World, app: SentApp, rows: number): void {
  expect(standingOf(world, 'dev', app.name)).toMatchObject([{ id: app.id, stream: 'Sales', owner: REP }]);
  expect(world.site('dev').app(app.id)!['customProperties']).toHaveLength(rows);
}

/** The key of the app's promotion, once a delivery of it waits for the outside or an operator. */
export async function waitingDelivery(world: World, app: SentApp): Promise<string> {
  const trouble = await waitFor('the delivery to wait', async () =>
    (await world.ledger.troubles()).find(({ appId }) => appId === app.id),
  );
  // A delivery plans while the app is being exported; it waits for nothing but its target once the file is there.
  await waitFor('the export', async () => (await world.ledger.getPromotion(trouble.promotionKey))?.artifact);
  return trouble.promotionKey;
}

/** The manager takes the approval away; returns when Waybill has seen it. */
export async function takeApprovalAway(world: World, app: SentApp): Promise<void> {
  world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });
  await waitFor('Waybill to see that the approval is gone', async () => {
    const memories = await world.ledger.getAppMemory<AppMemory>(world.alias('dev'), [app.id]);
    return memories.get(app.id)?.memory.remembered?.absentSeen;
  });
}

/** The states of an app's promotions, oldest first. */
export async function promotionsOf(world: World, app: SentApp): Promise<string[]> {
  return (await world.ledger.listPromotions({ appId: app.id })).map(({ state }) => state).toReversed();
}
