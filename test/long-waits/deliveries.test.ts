import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DeliveryStatus, queries, workflowIds } from '../../workflows/contract.ts';
import { fault, mendAll, type SentApp, send, standingApp } from '../effects/effects.ts';
import { endedPromotion } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { findTestServer } from '../harness/find-test-server.ts';
import { DAY, eventsOf, expectSoundWaits, HOUR, promotionOf } from './shared.ts';
import { type SkippingWorld, startSkippingWorld } from './skipping-world.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const server = await findTestServer();
const missing = 'problem' in server ? server.problem : undefined;
const away = { type: 'status', status: 503, text: 'Service Unavailable' } as const;
const forbidden = { type: 'status', status: 403, text: 'Forbidden' } as const;

describe.skipIf(missing)(`row 10: a target that is down for a week${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let world: SkippingWorld;

  beforeAll(async () => {
    if ('problem' in server) return;
    world = await startSkippingWorld(server.program, {
      targets: ['test', 'prod'],
      change: (yaml, alias) => {
        yaml['staging'] = { sweepAfter: '0s' };
        yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
        // The paces of the product, not those of hurried tests.
        delete yaml['retry'];
      },
    });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  async function sent(name: string, mode: 'Overwrite' | 'Duplicate', target = 'test'): Promise<SentApp> {
    const app = send(world, name, { [target]: mode });
    await world.hint(app.id);
    return app;
  }

  async function deliveryOf(app: SentApp): Promise<string> {
    const [promotion] = await world.ledger.listPromotions({ appId: app.id });
    return workflowIds.deliver(promotion?.promotionKey ?? '', world.alias('test'));
  }

  async function stateOf(app: SentApp): Promise<string | undefined> {
    const handle = world.temporal.client.workflow.getHandle(await deliveryOf(app));
    return (await handle.query<DeliveryStatus>(queries.status).catch(() => undefined))?.state;
  }

  /** The promotion goes on by itself; its history was not cut, as that of a delivery cannot be. */
  async function expectMended(app: SentApp, within: number, events: number): Promise<void> {
    mendAll(world);
    await world.pass(within);
    expect(await endedPromotion(world, app.id)).toMatchObject({ state: 'promoted' });
    expect(await eventsOf(world, await deliveryOf(app))).toBeLessThan(events);
    expect((await promotionOf(world, app.id).fetchHistory()).events?.length).toBeLessThan(200);
    await expectSoundWaits(world);
  }

  it('is tried all the time without a history that grows, and is delivered to when it is back', async () => {
    const down = fault(world, 'test', { effect: away, times: 0 });
    const app = await sent('Down for a week', 'Duplicate');
    await waitFor('the target to be tried', () => down.struck > 0);

    await world.pass(7 * DAY);

    expect(await stateOf(app)).toBe('needs-operator');
    expect(down.struck).toBeGreaterThan(900);
    await expectMended(app, HOUR, 150);
  });

  it('that refuses is looked at again and again, more seldom the longer it lasts', async () => {
    const refusal = fault(world, 'test', { effect: forbidden, method: 'POST', path: '/app/upload', times: 0 });
    const app = await sent('Refused for a week', 'Duplicate');
    await waitFor('the refusal', () => refusal.struck > 0);

    await world.pass(7 * DAY);

    expect(await stateOf(app)).toBe('needs-operator');
    expect(refusal.struck).toBeGreaterThan(200);
    await expectMended(app, 3 * HOUR, 5000);
  });

  it('lets a second promotion wait for the lock of its app, more seldom the longer it lasts', async () => {
    const name = 'Locked for a week';
    standingApp(world, 'test', name);
    const held = fault(world, 'test', { effect: away, method: 'PUT', path: '/replace', times: 0 });
    const holder = await sent(name, 'Overwrite');
    await waitFor('the replace to be tried', () => held.struck > 0);
    const behind = await sent(name, 'Overwrite');
    await waitFor('the lock', async () => (await stateOf(behind)) === 'waiting-for-lock');

    await world.pass(7 * DAY);

    expect(await stateOf(behind)).toBe('waiting-for-lock');
    await expectMended(holder, HOUR, 200);
    await expectMended(behind, 3 * HOUR, 9000);
  });

  it('expires after thirty days, and the source stays as it was', async () => {
    fault(world, 'test', { effect: away, times: 0 });
    const app = await sent('Down for a month', 'Duplicate');
    await world.pass(30 * DAY + 2 * HOUR);

    const ended = await endedPromotion(world, app.id);

    expect(ended).toMatchObject({ state: 'aborted', outcome: { deliveries: [{ why: 'nobody mended it in time' }] } });
    expect(world.site('dev').app(app.id)).toMatchObject({ published: true });
  });
});
