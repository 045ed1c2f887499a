import { randomUUID } from 'node:crypto';
import { EVERY_SITE } from '../../ledger/pauses.ts';
import { sendDecision, sendResolve } from '../../temporal/send-order.ts';
import { type ResolveAction, workflowIds } from '../../workflows/contract.ts';
import type { World } from '../harness/world.ts';
import { type Cast, castApp } from './cast.ts';
import type { OrderDeed } from './story.ts';
import { streamText } from './user-acts.ts';

const TIMEOUT_MS = 4000;
/** Whoever runs a command; nobody proves it. */
const DECIDER = { account: 'COMPUTER\\decider', door: 'cli', asserted: true } as const;
const OPERATOR = { account: 'COMPUTER\\operator', door: 'cli', asserted: true } as const;

/** Hands an order to Waybill as the commands do. Rejects where Waybill refuses it. */
export async function giveOrder(order: OrderDeed, cast: Cast): Promise<string | undefined> {
  if (order.deed === 'decide') return decide(order, cast);
  if (order.deed !== 'order') return holdSite(order, cast);
  const { world } = cast.on;
  const [first] = await waitingForOperator(world);
  if (first === undefined) return 'nothing waits for an operator';
  await resolve(world, first, order.action);
  return undefined;
}

async function holdSite(
  { deed, site }: Extract<OrderDeed, { deed: 'pause' | 'resume' }>,
  { on: { world } }: Cast,
): Promise<string | undefined> {
  const place = site === 'all' ? EVERY_SITE : world.alias(site);
  if (deed === 'pause') {
    const { isNew } = await world.ledger.pauseSite({ site: place, why: 'as the story wants it', by: OPERATOR });
    return isNew ? undefined : 'it was paused before';
  }
  const ended = await world.ledger.resumeSite({ site: place, by: OPERATOR });
  return ended.length > 0 ? undefined : 'it was not paused';
}

/** Resumes whatever is paused. */
export async function resumeAll({ ledger }: World): Promise<void> {
  await ledger.resumeSite({ site: EVERY_SITE, by: OPERATOR });
}

async function decide(order: Extract<OrderDeed, { deed: 'decide' }>, cast: Cast): Promise<string | undefined> {
  const { world } = cast.on;
  const { id: appId } = castApp(cast, order.app);
  const site = world.alias('dev');
  if ((await world.ledger.getAwaiting(site, appId)) === undefined) return 'the app does not wait for a decision';
  const { verdict } = order;
  const streams = order.streams.map((stream) => streamText(stream, order.site, world));
  const targets = verdict === 'deny' ? [] : [{ site: world.alias(order.site), mode: order.mode, streams }];
  const decision = { site, appId, account: DECIDER.account, verdict, targets, hostUtc: new Date().toISOString() };
  const request = { decisionId: randomUUID(), verdict, by: DECIDER, targets };
  const told = { config: world.config, timeoutMs: TIMEOUT_MS, what: appId, site };
  try {
    const { promotionKey } = await sendDecision(told, { site, appId }, request);
    cast.decisions.push({ ...decision, promotionKey });
    return undefined;
  } catch (error) {
    // Whether it was taken in nobody knows; an answer of refusal is one.
    cast.decisions.push(decision);
    throw error;
  }
}

/** A delivery or a promotion that waits for an operator. */
export interface Waiting {
  readonly workflowId: string;
  readonly what: string;
  readonly code: string;
  readonly message: string;
}

/** Everything that waits for an operator by the ledger, as the overview shows it; longest first. */
export async function waitingForOperator({ ledger }: World): Promise<Waiting[]> {
  const troubles = await ledger.troubles<{ code: string; message: string }>();
  const deliveries = troubles.map(({ promotionKey, target, trouble, appName = '' }) => ({
    workflowId: workflowIds.deliver(promotionKey, target),
    what: `the delivery of "${appName}" to ${target}`,
    ...trouble,
  }));
  const promotions = await ledger.listPromotions({ state: 'needs-operator', limit: 1000 });
  const stuck = promotions.map(({ site, appId, appName }) => ({
    workflowId: workflowIds.promotion(site, appId),
    what: `the promotion of "${appName}"`,
    code: '',
    message: '',
  }));
  return [...deliveries, ...stuck];
}

/** An operator's order. Rejects where it is refused. */
export async function resolve(world: World, { workflowId, what }: Waiting, action: ResolveAction): Promise<void> {
  const told = { config: world.config, timeoutMs: TIMEOUT_MS, what, site: world.alias('dev') };
  await sendResolve(told, workflowId, { action, by: OPERATOR, note: 'as the story wants it' });
}
