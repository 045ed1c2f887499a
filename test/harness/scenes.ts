import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { mailKinds } from '../../activities/mail/mail-kinds.ts';
import type { Promotion } from '../../ledger/promotions.ts';
import type { SiteMemory } from '../../activities/qrs/app-memory.ts';
import type { StoredDecision } from '../../activities/qrs/source/stored-decision.ts';
import type { InboxMessage } from '../../sandbox/inbox/start-inbox.ts';
import type { AppToCreate } from '../../sandbox/qrs/qmc-hands.ts';
import {
  type PromotionStatus,
  queries,
  type ResolveRequest,
  type Trouble,
  updates,
  workflowIds,
} from '../../workflows/contract.ts';
import { waitFor } from './wait-for.ts';
import { REP, type World } from './world.ts';

const OPERATOR = { account: 'COMPANY\\operator', door: 'console', asserted: false } as const;

/** An app of the rep on `dev`, published to `Sales`. */
export function publishedApp(
  world: World,
  name: string,
  more: Partial<AppToCreate> & { stream?: string } = {},
): string {
  const { stream = 'Sales', ...wanted } = more;
  const { actAs } = world.site('dev');
  const app = actAs.createApp({ name, owner: REP, dataSizeBytes: 2000, ...wanted });
  actAs.publish(app, stream);
  return app;
}

/** An app published at a target under a name, where an Overwrite finds it. */
export function standingApp(world: World, site: string, name: string, stream = 'Sales', owner = REP): string {
  const { actAs } = world.site(site);
  const app = actAs.createApp({ name, owner, dataSizeBytes: 1000 });
  actAs.publish(app, stream);
  return app;
}

/** A sweep of the source has begun and ended since this was called. */
export async function swept(world: World, source = 'dev'): Promise<void> {
  const done = async (): Promise<number> => {
    const standing = await world.ledger.getSiteMemory<SiteMemory>(world.alias(source));
    return standing?.memory.sweeps ?? 0;
  };
  const before = await done();
  // The next may have been under way; the one after it was not.
  await waitFor('two sweeps', async () => (await done()) >= before + 2);
}

/** Waybill has seen the app as it is now and does nothing more of itself: what its promotion shows. */
export async function quiet(world: World, appId: string, source = 'dev'): Promise<PromotionStatus | undefined> {
  await swept(world, source);
  return waitFor('the promotion to come to rest', () => resting(world, appId, source)).then(({ status }) => status);
}

async function resting(
  world: World,
  appId: string,
  source: string,
): Promise<{ status: PromotionStatus | undefined } | undefined> {
  const handle = world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias(source), appId));
  const description = await handle.describe().catch(() => undefined);
  if (!description) return { status: undefined };
  const status = await handle.query<PromotionStatus>(queries.status);
  const rests = description.status.name !== 'RUNNING' || ['awaiting-decision', 'needs-operator'].includes(status.state);
  return rests ? { status } : undefined;
}

/** All promotions of an app, latest first. */
export function promotionsOf(world: World, appId: string, source = 'dev'): Promise<Promotion<StoredDecision>[]> {
  return world.ledger.listPromotions<StoredDecision>({ site: world.alias(source), appId });
}

/** The so-many-th promotion of an app, counted from 1, once it has ended. */
export async function nthPromotion(
  world: World,
  appId: string,
  nth: number,
  source = 'dev',
): Promise<Promotion<StoredDecision>> {
  try {
    return await waitFor(`promotion ${nth} to end`, async () => {
      const promotion = (await promotionsOf(world, appId, source)).toReversed()[nth - 1];
      return promotion?.endedAtUtc ? promotion : undefined;
    });
  } catch (error) {
    const handle = world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias(source), appId));
    const status = await handle.query(queries.status).catch(String);
    const [latest] = await promotionsOf(world, appId, source);
    const records = latest ? await world.ledger.recordsOf(latest.promotionKey) : [];
    const told = [JSON.stringify(status), ...records.slice(-5).map((record) => JSON.stringify(record).slice(0, 300))];
    throw new Error(`${(error as Error).message}\n${told.join('\n')}`, { cause: error });
  }
}

/** Why the delivery to a target waits for an operator, once it does: what the console and the CLI show. */
export async function stuckDelivery(world: World, appId: string, target: string): Promise<Trouble> {
  return waitFor(`the delivery to ${target} to need an operator`, async () => {
    const [promotion] = await promotionsOf(world, appId);
    const filter = { promotionKey: promotion?.promotionKey ?? '', target: world.alias(target) };
    const [delivery] = await world.ledger.listDeliveries<Trouble>({ ...filter, state: 'needs-operator' });
    return delivery?.trouble;
  });
}

async function deliveryHandle(world: World, appId: string, target: string) {
  const [promotion] = await promotionsOf(world, appId);
  if (!promotion) return undefined;
  return world.temporal.client.workflow.getHandle(workflowIds.deliver(promotion.promotionKey, world.alias(target)));
}

/** An operator's order to the delivery to one target. */
export async function resolveDelivery(
  world: World,
  appId: string,
  target: string,
  request: Omit<ResolveRequest, 'by'>,
): Promise<void> {
  const handle = await deliveryHandle(world, appId, target);
  await handle?.executeUpdate(updates.resolve, { args: [{ ...request, by: OPERATOR }] });
}

/** An operator's order to the promotion itself. */
export async function resolvePromotion(
  world: World,
  appId: string,
  request: Omit<ResolveRequest, 'by'>,
  source = 'dev',
): Promise<void> {
  const handle = world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias(source), appId));
  await handle.executeUpdate(updates.resolve, { args: [{ ...request, by: OPERATOR }] });
}

/** The mails so far whose subject names the app. */
export function mailsAbout(world: World, appName: string): InboxMessage[] {
  return world.inbox.messages().filter(({ subject }) => subject.includes(appName));
}

/** What the mail server was told so far about an app, by kind of mail. */
export function mailKindsAbout(world: World, appName: string): string[] {
  return mailsAbout(world, appName).map(({ messageId }) => kindOf(messageId));
}

function kindOf(messageId: string): string {
  return mailKinds.find((kind) => messageId.includes(`.${kind}.`) || messageId.includes(`.${kind}@`)) ?? messageId;
}

/** Values of the app's properties by name, as they stand on a site. */
export function propertiesOf(world: World, site: string, appId: string): Record<string, string[]> {
  const rows = (world.site(site).app(appId)?.['customProperties'] ?? []) as {
    value: string;
    definition: { name: string };
  }[];
  const values: Record<string, string[]> = {};
  for (const { definition, value } of rows) (values[definition.name] ??= []).push(value);
  return values;
}

export function tagsOf(world: World, site: string, appId: string): string[] {
  return ((world.site(site).app(appId)?.['tags'] ?? []) as { name: string }[]).map(({ name }) => name);
}

/** Whether the app stands published. */
export function isPublished(world: World, site: string, appId: string): boolean {
  return world.site(site).app(appId)?.['published'] === true;
}

/** How often a request was made. */
export function countRequests(world: World, site: string, route: RegExp): number {
  return world
    .site(site)
    .requests()
    .filter((request) => route.test(`${request.method} ${request.path}`)).length;
}

/** A request to a site as its API user makes it, for what the sandbox has no hands for. */
export async function askSite(
  world: World,
  siteName: string,
  method: 'GET' | 'PUT',
  path: string,
  body?: unknown,
): Promise<unknown> {
  const site = world.site(siteName);
  const [ca, cert, key] = await Promise.all(
    [site.certificates.root, site.certificates.client, site.certificates.clientKey].map((file) => readFile(file)),
  );
  const headers = {
    'content-type': 'application/json',
    'x-qlik-xrfkey': 'abcdefghijklmnop',
    'x-qlik-user': `UserDirectory=${site.apiUser.directory}; UserId=${site.apiUser.id}`,
  };
  const url = `${site.url}/qrs${path}${path.includes('?') ? '&' : '?'}xrfkey=abcdefghijklmnop`;
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method, ca, cert, key, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode !== 200) reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        else resolve(JSON.parse(text));
      });
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

interface Named {
  readonly id: string;
  readonly name: string;
}

async function entityOf(world: World, site: string, type: string, name: string): Promise<Named> {
  const all = (await askSite(world, site, 'GET', `/${type}/full`)) as Named[];
  return all.find((one) => one.name === name)!;
}

/** Lets a property of `dev` take any value, as where an administrator left the choices out. */
export async function freeChoices(world: World, property: string): Promise<void> {
  const definition = await entityOf(world, 'dev', 'custompropertydefinition', property);
  await askSite(world, 'dev', 'PUT', `/custompropertydefinition/${definition.id}`, { ...definition, choiceValues: [] });
}

/** Sets a custom property of a stream to these values. */
export async function setStreamProperty(
  world: World,
  site: string,
  stream: string,
  property: string,
  values: readonly string[],
): Promise<void> {
  const [found, definition] = await Promise.all([
    entityOf(world, site, 'stream', stream),
    entityOf(world, site, 'custompropertydefinition', property),
  ]);
  const customProperties = values.map((value) => ({ value, definition: { id: definition.id } }));
  await askSite(world, site, 'PUT', `/stream/${found.id}`, { ...found, customProperties });
}
