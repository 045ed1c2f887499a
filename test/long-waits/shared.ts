import { type PromotionStatus, queries, workflowIds } from '../../workflows/contract.ts';
import type { Expectations } from '../faults/checker/run-facts.ts';
import { expectSound } from '../faults/expect-sound.ts';
import { publishedApp } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP } from '../harness/world.ts';
import type { InboxMessage } from '../../sandbox/inbox/start-inbox.ts';
import type { SkippingWorld } from './skipping-world.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An app of `dev` for which somebody chose a target and nobody decided yet; returns when Waybill waits. */
export async function askedApp(world: SkippingWorld, name: string, stream = 'Sales'): Promise<string> {
  const app = publishedApp(world, name, { stream });
  world.site('dev').actAs.setProperties(app, REP, { PromoteToServer: [`${world.alias('test')} - Overwrite`] });
  await world.hint(app);
  await untilState(world, app, 'awaiting-decision');
  return app;
}

/** Waits, in real time, until the promotion of an app shows this state. */
export async function untilState(world: SkippingWorld, app: string, state: PromotionStatus['state']): Promise<void> {
  const handle = promotionOf(world, app);
  await waitFor(`the promotion to be ${state}`, async () => {
    const status = await handle.query<PromotionStatus>(queries.status).catch(() => undefined);
    return status?.state === state;
  });
}

export function promotionOf(world: SkippingWorld, app: string) {
  return world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias('dev'), app));
}

/** Events in the history of the latest run of a workflow. */
export async function eventsOf(world: SkippingWorld, workflowId: string): Promise<number> {
  const { events } = await world.temporal.client.workflow.getHandle(workflowId).fetchHistory();
  return events?.length ?? 0;
}

/** When the thing happened that a mail tells of. */
export function dateOf({ raw = '' }: InboxMessage): number {
  return Date.parse(/^date: *(.+)$/im.exec(raw)?.[1] ?? '');
}

/** The mails so far about an app of one kind, oldest first. */
export function mailsOfKind(world: SkippingWorld, appName: string, kind: string): InboxMessage[] {
  return world.inbox
    .messages()
    .filter(({ subject, messageId }) => subject.includes(`'${appName}'`) && messageId.includes(`.${kind}.`));
}

/** The checker finds nothing; the server of this world lists no workflows, so the ledger says which there are. */
export async function expectSoundWaits(world: SkippingWorld, expected: Expectations = {}): Promise<void> {
  const all = { limit: 10_000 };
  const [promotions, deliveries] = await Promise.all([
    world.ledger.listPromotions(all),
    world.ledger.listDeliveries(all),
  ]);
  const ids = [
    ...promotions.map(({ site, appId }) => workflowIds.promotion(site, appId)),
    ...deliveries.map(({ promotionKey, target }) => workflowIds.deliver(promotionKey, target)),
  ];
  await expectSound(world, {
    expected,
    workflowIds: [...new Set(ids)],
    hostUtcOf: (utc) => world.hostUtcOf(utc),
  });
}
