import { type DeliveryStatus, type PromotionStatus, queries, workflowIds } from '../../workflows/contract.ts';
import { fault, mendAll, publishedApp, type SentApp, send, standingApp } from '../effects/effects.ts';
import { approve } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World } from '../harness/world.ts';

/** Sites of their own for each way in which a target makes a promotion wait. */
export const TARGETS = ['test', 'refusing', 'contended', 'halfway'] as const;

const LONG_MS = 60_000;

/** Promotions that wait, each for something else. */
export interface WaitingPromotions {
  readonly undecided: SentApp;
  readonly exporting: SentApp;
  readonly refused: SentApp;
  readonly holder: SentApp;
  readonly behindLock: SentApp;
  readonly halfway: SentApp;
  readonly unmailed: SentApp;
}

/**
 * Starts promotions and brings each into a waiting state: no decision yet; an export that is tried again and again; a
 * target that needs an operator; a replace that is tried again while it holds the lock, and one that waits for that
 * lock; a publish under way; and a finished one whose mail is put off.
 */
export async function startWaiting(world: World, label: string): Promise<WaitingPromotions> {
  const unmailed = await startUnmailed(world, `${label} unmailed`);
  const undecided = publishedApp(world, `${label} undecided`);
  const { actAs } = world.site('dev');
  actAs.setProperties(undecided.id, REP, { PromoteToServer: [`${world.alias('test')} - Overwrite`] });

  const exporting = publishedApp(world, `${label} exporting`);
  const away = { type: 'status', status: 503, text: 'Service Unavailable' } as const;
  const cut = fault(world, 'dev', { effect: away, method: 'POST', path: `/${exporting.id}/export/`, times: 0 });
  approve(world, exporting.id, { test: 'Duplicate' }, ['Sales']);

  const forbidden = { type: 'status', status: 403, text: 'Forbidden' } as const;
  fault(world, 'refusing', { effect: forbidden, method: 'POST', path: '/app/upload', times: 0 });
  const refused = send(world, `${label} refused`, { refusing: 'Duplicate' });

  const name = `${label} contended`;
  standingApp(world, 'contended', name);
  const replacing = fault(world, 'contended', { effect: away, method: 'PUT', path: '/replace', times: 0 });
  const holder = send(world, name, { contended: 'Overwrite' });
  await waitFor('the replace to be tried', () => replacing.struck > 0, LONG_MS);
  const behindLock = send(world, name, { contended: 'Overwrite' });

  const publishing = fault(world, 'halfway', { effect: { type: 'hang' }, method: 'PUT', path: '/publish', times: 0 });
  const halfway = send(world, `${label} halfway`, { halfway: 'Duplicate' });

  const untilWaiting = (what: string, look: () => Promise<boolean>): Promise<void> => untilSo(world, what, look);
  const waiting = { undecided, exporting, refused, holder, behindLock, halfway, unmailed };
  await untilWaiting('the decision', async () => (await promotionState(world, undecided)) === 'awaiting-decision');
  await untilWaiting('the export to be repeated', async () => cut.struck > 1);
  await untilWaiting('the refusal', async () => (await deliveryState(world, refused, 'refusing')) === 'needs-operator');
  await untilWaiting('the lock', async () => (await lockAskedFor(world, behindLock)) > 1);
  await untilWaiting('the publish', async () => publishing.struck > 0);
  return waiting;
}

/** A promotion that is over but for its mail, which the mail server takes later. */
async function startUnmailed(world: World, name: string): Promise<SentApp> {
  const { faults } = world.inbox;
  faults.greylist(1_000_000);
  const app = send(world, name, { test: 'Duplicate' });
  await waitFor(
    'a mail to be put off',
    async () => {
      const [promotion] = await world.ledger.listPromotions({ appId: app.id });
      return promotion?.endedAtUtc !== undefined && faults.struck.greylisted > 1;
    },
    LONG_MS,
  );
  return app;
}

/** Mends what was amiss, and decides what was undecided. */
export function letGo(world: World, { undecided }: WaitingPromotions): void {
  mendAll(world);
  world.inbox.faults.clear();
  approve(world, undecided.id, { test: 'Overwrite' }, ['Sales'], { PromotionUnpublish: ['True'] });
}

async function untilSo(world: World, what: string, look: () => Promise<boolean>): Promise<void> {
  try {
    await waitFor(`a promotion to wait for ${what}`, look, LONG_MS);
  } catch (error) {
    const deliveries = await world.ledger.listDeliveries({ limit: 100 });
    const told = deliveries.map(({ target, state, trouble }) => JSON.stringify({ target, state, trouble }));
    throw new Error([(error as Error).message, ...told].join('\n'), { cause: error });
  }
}

async function promotionState({ temporal, alias }: World, app: SentApp): Promise<string | undefined> {
  const handle = temporal.client.workflow.getHandle(workflowIds.promotion(alias('dev'), app.id));
  return (await handle.query<PromotionStatus>(queries.status).catch(() => undefined))?.state;
}

/** How often a delivery asked for the lock of its app and did not get it. */
async function lockAskedFor({ ledger, alias }: World, app: SentApp): Promise<number> {
  const [promotion] = await ledger.listPromotions({ appId: app.id });
  if (!promotion) return 0;
  const workflowIdPrefix = workflowIds.deliver(promotion.promotionKey, alias('contended'));
  const attempts = await ledger.attemptsOf({ workflowIdPrefix });
  return attempts.filter(({ activityType, state }) => activityType === 'overwriteTarget' && state === 'completed')
    .length;
}

async function deliveryState(
  { temporal, ledger, alias }: World,
  app: SentApp,
  target: string,
): Promise<string | undefined> {
  const [promotion] = await ledger.listPromotions({ appId: app.id });
  if (!promotion) return undefined;
  const handle = temporal.client.workflow.getHandle(workflowIds.deliver(promotion.promotionKey, alias(target)));
  return (await handle.query<DeliveryStatus>(queries.status).catch(() => undefined))?.state;
}
