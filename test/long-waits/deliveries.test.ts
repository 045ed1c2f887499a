import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DeliveryStatus, queries, workflowIds } from '../../workflows/contract.ts';
import { type Fault, fault, type SentApp, send, standingApp } from '../effects/effects.ts';
import { endedPromotion } from '../harness/acts.ts';
import { findTestServer } from '../harness/find-test-server.ts';
import { waitFor } from '../harness/wait-for.ts';
import { DAY, eventsOf, expectSoundWaits, HOUR, promotionOf } from './shared.ts';
import { type SkippingWorld, startSkippingWorld } from './skipping-world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

const server = await findTestServer();
const missing = 'problem' in server ? server.problem : undefined;
const away = { type: 'status', status: 503, text: 'Service Unavailable' } as const;
const forbidden = { type: 'status', status: 403, text: 'Forbidden' } as const;
/** Of a promotion to one target; it does nothing while its delivery waits. */
const EVENTS_OF_PROMOTION = 200;

interface Stuck {
  readonly target: string;
  readonly app: SentApp;
  readonly fault: Fault;
}

describe.skipIf(missing)(`a target that is down for a week${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let world: SkippingWorld;
  let down: Stuck;
  let refusing: Stuck;
  let holder: Stuck;
  let behindLock: Stuck;
  let gone: Stuck;

  beforeAll(async () => {
    if ('problem' in server) return;
    world = await startSkippingWorld(server.program, {
      targets: ['down', 'refusing', 'contended', 'gone'],
      change: (yaml, alias) => {
        yaml['staging'] = { sweepAfter: '0s' };
        yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
        // The paces of the product and not those of hurried tests, but for what takes real time or many attempts.
        yaml['retry'] = { write: { max: '1h' }, lookAfter: '150ms' };
      },
    });
    down = await stuck('down', 'Down', { effect: away });
    gone = await stuck('gone', 'Gone', { effect: away });
    refusing = await stuck('refusing', 'Refused', { effect: forbidden, method: 'POST', path: '/app/upload' });
    standingApp(world, 'contended', 'Locked');
    holder = await stuck('contended', 'Locked', { effect: away, method: 'PUT', path: '/replace' }, 'Overwrite');
    behindLock = { ...holder, app: await sent('contended', 'Locked', 'Overwrite') };
    await waitFor('the lock', async () => (await stateOf(behindLock)) === 'waiting-for-lock');
    await world.pass(7 * DAY);
  });

  afterAll(async () => {
    await world?.close();
  });

  it('is tried all the time without a history that grows, and is delivered to when it is back', async () => {
    expect(await stateOf(down)).toBe('needs-operator');
    expect(down.fault.struck).toBeGreaterThan(160);
    await expectMended(down, 2 * HOUR, 150);
  });

  it('that refuses is looked at again and again, more seldom the longer it lasts', async () => {
    expect(await stateOf(refusing)).toBe('needs-operator');
    expect(refusing.fault.struck).toBeGreaterThan(200);
    await expectMended(refusing, 3 * HOUR, 5000);
  });

  it('lets a second promotion wait for the lock of its app, more seldom the longer it lasts', async () => {
    expect(await stateOf(behindLock)).toBe('waiting-for-lock');
    await expectMended(holder, 2 * HOUR, 200);
    await expectMended(behindLock, 3 * HOUR, 9000);
    const [{ promotionKey } = { promotionKey: '' }] = await world.ledger.listPromotions({ appId: gone.app.id });
    await expectSoundWaits(world, { open: [promotionKey] });
  });

  it('is given up after thirty days, and the source stays as it was', async () => {
    await world.pass(23 * DAY + 2 * HOUR);

    const ended = await endedPromotion(world, gone.app.id);

    expect(ended).toMatchObject({ state: 'aborted', outcome: { deliveries: [{ why: 'nobody mended it in time' }] } });
    expect(world.site('dev').app(gone.app.id)).toMatchObject({ published: true });
    expect(await eventsOf(world, await deliveryOf(gone))).toBeLessThan(150);
  });

  async function sent(target: string, name: string, mode: 'Overwrite' | 'Duplicate'): Promise<SentApp> {
    const app = send(world, name, { [target]: mode });
    await world.hint(app.id);
    return app;
  }

  async function stuck(
    target: string,
    name: string,
    rule: Omit<Parameters<typeof fault>[2], 'times'>,
    mode: 'Overwrite' | 'Duplicate' = 'Duplicate',
  ): Promise<Stuck> {
    const struck = fault(world, target, { ...rule, times: 0 });
    const app = await sent(target, name, mode);
    await waitFor(`the fault at ${target}`, () => struck.struck > 0);
    return { target, app, fault: struck };
  }

  async function deliveryOf({ app, target }: Stuck): Promise<string> {
    const [promotion] = await world.ledger.listPromotions({ appId: app.id });
    return workflowIds.deliver(promotion?.promotionKey ?? '', world.alias(target));
  }

  async function stateOf(one: Stuck): Promise<string | undefined> {
    const handle = world.temporal.client.workflow.getHandle(await deliveryOf(one));
    return (await handle.query<DeliveryStatus>(queries.status).catch(() => undefined))?.state;
  }

  /** The promotion goes on by itself within that time, and its histories are no longer than that. */
  async function expectMended(one: Stuck, withinMs: number, events: number): Promise<void> {
    world.site(one.target).faults.clear();
    await world.pass(withinMs);
    expect(await endedPromotion(world, one.app.id)).toMatchObject({ state: 'promoted' });
    expect(await eventsOf(world, await deliveryOf(one))).toBeLessThan(events);
    expect((await promotionOf(world, one.app.id).fetchHistory()).events?.length).toBeLessThan(EVENTS_OF_PROMOTION);
  }
});
