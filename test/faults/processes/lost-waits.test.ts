import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RebuildReport } from '../../../starter/cli/rebuild-command.ts';
import { workflowIds } from '../../../workflows/contract.ts';
import {
  breakSite,
  mendAll,
  promoted,
  promotionsOf,
  publishedApp,
  type SentApp,
  send,
  standingOf,
  waitingDelivery,
} from '../../effects/effects.ts';
import { approve, endedPromotion } from '../../harness/acts.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { REP } from '../../harness/world.ts';
import { expectSound } from '../expect-sound.ts';
import { type KillableWorld, startKillableWorld } from './killable-world.ts';
import { loseTemporal } from './lose-temporal.ts';
import { waybillJson } from './run-waybill.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const REMINDER_MS = 15_000;

let world: KillableWorld;

beforeAll(async () => {
  world = await startKillableWorld({
    change: (yaml, alias) => {
      yaml['sources'][alias('dev')].approval = { reminder: `${REMINDER_MS}ms` };
      yaml['retry'].recheck = '1h';
    },
  });
});

afterAll(async () => {
  await world?.close();
});

const rebuild = (...more: string[]): Promise<RebuildReport> => waybillJson(world, 'rebuild', ...more);
const statesIn = ({ promotions }: RebuildReport, { id }: SentApp): string[] =>
  promotions.filter(({ appId }) => appId === id).map(({ state }) => state);
const deliveries = async (promotionKey: string): Promise<Record<string, string>> =>
  Object.fromEntries((await world.ledger.listDeliveries({ promotionKey })).map((one) => [one.target, one.state]));

describe('row 22: after the Temporal database was deleted', () => {
  it('an app goes on waiting for its decision, and the reminder comes when it was due', async () => {
    const app = publishedApp(world, 'Waits for its approver');
    const asked = { PromoteToServer: [`${world.alias('test')} - Overwrite`] };
    world.site('dev').actAs.setProperties(app.id, REP, asked);
    const waiting = () => world.ledger.getAwaiting(world.alias('dev'), app.id);
    const { waitingSinceUtc } = await waitFor('the app to wait', waiting);

    await loseTemporal(world);
    expect(statesIn(await rebuild('--dry-run'), app)).toEqual(['missing']);
    expect(statesIn(await rebuild(), app)).toEqual(['started']);

    // By its number it is one of the row that began with the wait, not with the rebuild.
    const sent = new Set(world.inbox.messages().map(({ messageId }) => messageId));
    const next = new RegExp(`\\.reminder\\.${Date.parse(waitingSinceUtc)}\\.\\d+@`);
    const isNext = (messageId: string): boolean => next.test(messageId) && !sent.has(messageId);
    await world.inbox.waitFor(({ messageId }) => isNext(messageId), REMINDER_MS + 10_000);
    expect(await waiting()).toMatchObject({ waitingSinceUtc });
    approve(world, app.id, { test: 'Overwrite' }, ['Sales'], { PromotionUnpublish: ['True'] });
    await promoted(world, app);
    await expectSound(world);
  });

  it('a target waits for an operator again, and what he had skipped stays skipped', async () => {
    const broken = ['test', 'prod'];
    for (const site of broken) breakSite(world, site);
    const app = send(world, 'Waits for an operator', { test: 'Duplicate', prod: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, app);
    await waybillJson(world, 'skip', promotionKey, '--target', world.alias('test'), '--yes');
    const isSkipped = async (): Promise<boolean> => (await deliveries(promotionKey))[world.alias('test')] === 'skipped';
    await waitFor('the target to be skipped', isSkipped);

    await loseTemporal(world);
    await rebuild();
    const handle = world.temporal.client.workflow.getHandle(workflowIds.deliver(promotionKey, world.alias('prod')));
    const state = async (): Promise<string> => (await handle.query<{ state: string }>('status')).state;
    await waitFor('the target to wait again', async () => (await state().catch(() => '')) === 'needs-operator');
    mendAll(world);
    await waybillJson(world, 'retry', promotionKey, '--target', world.alias('prod'));

    expect(await endedPromotion(world, app.id)).toMatchObject({ promotionKey, state: 'partly-promoted' });
    expect(await deliveries(promotionKey)).toMatchObject({
      [world.alias('test')]: 'skipped',
      [world.alias('prod')]: 'verified',
    });
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    await expectSound(world);
  });

  it('a mail that the mail server had put off is sent, once', async () => {
    world.inbox.faults.rejectData(451, 1000);
    const app = send(world, 'Mail put off', { test: 'Duplicate' });
    const { promotionKey } = await endedPromotion(world, app.id);
    const results = workflowIds.notify(promotionKey, 'results');
    const isWaiting = async () => (await world.temporal.client.workflow.getHandle(results).describe()).status.name;
    await waitFor('the mail to wait', () => isWaiting().catch(() => undefined));

    await loseTemporal(world);
    world.inbox.faults.clear();
    await rebuild();

    for (const kind of ['approved', 'results']) {
      await world.inbox.waitFor(({ messageId }) => messageId.includes(`${promotionKey}.${kind}@`));
    }
    await expectSound(world);
  });

  it('a worker that starts does it all by itself, and nothing that is over or older is taken up again', async () => {
    const over = send(world, 'Over', { test: 'Duplicate' }, { unpublish: false });
    await promoted(world, over);
    breakSite(world, 'prod');
    const open = send(world, 'Open', { test: 'Duplicate', prod: 'Duplicate' });
    const promotionKey = await waitingDelivery(world, open);
    await waitFor('the other target', async () => (await deliveries(promotionKey))[world.alias('test')] === 'verified');

    await world.processes.worker.kill();
    await loseTemporal(world);
    mendAll(world);
    await world.processes.worker.start();
    await promoted(world, open);

    expect(await promotionsOf(world, over)).toEqual(['promoted']);
    expect(standingOf(world, 'test', open.name)).toHaveLength(1);
    const { promotions, watches, lacking } = await rebuild('--dry-run');
    expect(watches.map(({ state }) => state)).toEqual(['runs']);
    expect(lacking).toEqual({ namespace: true, searchAttributes: [], schedules: [] });
    expect(promotions.filter(({ state }) => state !== 'runs')).toEqual([]);
    await expectSound(world);
  });
});
