import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callbackUrl } from '../../common/callback-url.ts';
import { freePort } from '../../sandbox/s3/server-process.ts';
import { type RunningListener, startListener } from '../../starter/listener/start-listener.ts';
import { signals, updates, workflowIds } from '../../workflows/contract.ts';
import {
  promoted,
  promotionsOf,
  publishedApp,
  send,
  type SentApp,
  standingOf,
  startEffectsWorld,
  waitingDelivery,
  breakSite,
  mendAll,
} from '../effects/effects.ts';
import { countRequests, quiet } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, type World } from '../harness/world.ts';
import { decideOutside, whyRefused } from './outside-decisions.ts';
import { expectSound } from './expect-sound.ts';

const STRANGER = 'COMPANY\\stranger';

describe('row 24: whoever reaches the listener', () => {
  const secret = 'the secret of this installation';
  let world: World;
  let listener: RunningListener;

  beforeAll(async () => {
    const port = await freePort();
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml, alias) => {
        yaml['installation'].secret = secret;
        yaml['listener'] = { port, publicUrl: `http://127.0.0.1:${port}` };
        const rarely = { watch: 'callback', sweep: '1h', renewSubscriptions: '1h' };
        Object.assign(yaml['sources'][alias('dev')], rarely);
      },
    });
    listener = await startListener({ config: world.config, logger: world.logger });
    await waitFor('the subscriptions', () => world.site('dev').subscriptions().length >= 2);
  });

  afterAll(async () => {
    await listener?.close();
    await world?.close();
  });

  const reads = (): number => countRequests(world, 'dev', /^GET \/qrs\/app/);
  const change = (id: string) => [{ changeType: 2, objectType: 'App', objectID: id, changedProperties: ['name'] }];

  async function call(url: string, body: unknown): Promise<number> {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  }

  it('without the token has nothing read, whatever part of it he guesses', async () => {
    const app = publishedApp(world, 'Not to be read');
    await world.site('dev').callbacksIdle();
    await waitFor('the app to wait', () => world.ledger.getAwaiting(world.alias('dev'), app.id));
    const right = callbackUrl(listener.url, secret, world.alias('dev'), 'update');
    const token = right.split('/').at(-2)!;
    const wrong = ['', 'x', token.slice(0, -1), `${token}0`, `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`];
    const before = reads();

    for (const guess of wrong) expect(await call(right.replace(token, guess), change(app.id))).toBe(404);
    expect(await call(callbackUrl(listener.url, secret, 'elsewhere', 'update'), change(app.id))).toBe(404);

    expect(reads()).toBe(before);
    expect(await promotionsOf(world, app)).toEqual([]);
    await expectSound(world);
  });

  it('with the token, forged or replayed, has an app read once a batch and changes nothing', async () => {
    const app = publishedApp(world, 'Told of a thousand times');
    await waitFor('the app to wait', () => world.ledger.getAwaiting(world.alias('dev'), app.id));
    await world.site('dev').callbacksIdle();
    const right = callbackUrl(listener.url, secret, world.alias('dev'), 'update');
    const before = reads();
    const forged = Array.from({ length: 1000 }, () => change(app.id)[0]);

    // One batch of a thousand, and then another that says the same.
    expect(await call(right, forged)).toBe(204);
    await waitFor('the app to be read', () => reads() > before);
    expect(await call(right, forged)).toBe(204);
    await quietWatch();

    expect(reads() - before).toBeLessThanOrEqual(2);
    expect(await promotionsOf(world, app)).toEqual([]);
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    await expectSound(world);
  });

  it('and names apps that are not there, or are none, stops nothing', async () => {
    const right = callbackUrl(listener.url, secret, world.alias('dev'), 'update');
    const strange = Array.from({ length: 200 }, () => change(randomUUID())[0]);
    expect(await call(right, strange)).toBe(204);
    expect(await call(right, [{ ...change('x')[0] }])).toBe(400);

    const app = send(world, 'After the strange ones', { test: 'Duplicate' });
    await promoted(world, app);
    await expectSound(world);
  });

  /** The watch has read what it was told. */
  async function quietWatch(): Promise<void> {
    const watch = world.temporal.client.workflow.getHandle(workflowIds.siteWatch(world.alias('dev')));
    await waitFor('the watch to rest', async () => (await watch.query<{ inbox: number }>('status')).inbox === 0);
  }
});

describe('row 24: whoever reaches Temporal without authority', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml, alias) => {
        yaml['sources'][alias('dev')].approval = { approvers: { users: [MANAGER] } };
        yaml['targets'][alias('test')] = { acceptAsserted: true };
        yaml['retry'].recheck = '1h';
      },
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  const promotion = (app: SentApp) =>
    world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias('dev'), app.id));
  const target = () => ({ site: world.alias('test'), mode: 'duplicate', streams: ['Sales'] });
  const refusals = async (app: SentApp): Promise<unknown[]> =>
    (await world.ledger.recordsOf(`${world.alias('dev')}.${app.id}`)).map(({ type, facts }) => ({ type, facts }));

  async function nothingCameOf(app: SentApp): Promise<void> {
    expect(await quiet(world, app.id)).toMatchObject({ state: 'awaiting-decision' });
    expect(await promotionsOf(world, app)).toEqual([]);
    expect(standingOf(world, 'test', app.name)).toEqual([]);
  }

  it.each(['approve', 'deny'] as const)(
    'decides nothing by Update (%s), and the attempt is recorded',
    async (verdict) => {
      const app = publishedApp(world, `Update: ${verdict}`);
      await quiet(world, app.id);

      const why = await decideOutside(world, app, { verdict, account: STRANGER }).catch(whyRefused);
      expect(why).toContain(`${STRANGER} is not among the approvers`);

      await nothingCameOf(app);
      expect(await refusals(app)).toEqual([
        {
          type: 'refused',
          facts: expect.objectContaining({
            verdict,
            by: { account: STRANGER, door: 'cli', asserted: true },
            code: 'WAYBILL_DECISION_NOT_ALLOWED',
          }),
        },
      ]);
      await expectSound(world);
    },
  );

  it('decides nothing by Signal, which is off, and the attempt is recorded', async () => {
    const app = publishedApp(world, 'Signal');
    await quiet(world, app.id);
    await promotion(app).signal(signals.decide, { verdict: 'approve', by: MANAGER, targets: [target()] });

    await waitFor('the attempt to be recorded', async () => (await refusals(app)).length === 1);
    await nothingCameOf(app);
    expect(await refusals(app)).toMatchObject([
      { type: 'refused', facts: { by: { account: MANAGER, door: 'temporal' } } },
    ]);
    await expectSound(world);
  });

  it.each([
    ['nothing', undefined],
    ['no decision', {}],
    ['another verdict', { verdict: 'reload' }],
    ['the door of the QMC', { by: { account: MANAGER, door: 'qmc', asserted: false } }],
    ['the door of standing orders', { by: { account: MANAGER, door: 'standing', asserted: false } }],
    ['no person', { by: { door: 'cli' } }],
    ['no id', { decisionId: '' }],
    ['no target', { targets: [] }],
    ['targets that are none', { targets: [null] }],
    ['a mode that is none', { targets: [{ site: 'test', mode: 'replaceAll', streams: ['Sales'] }] }],
    ['streams that are none', { targets: [{ site: 'test', mode: 'duplicate', streams: 'Sales' }] }],
    ['a note that is none', { note: { text: 'x' } }],
  ])('cannot pass off as a decision: %s', async (what, change) => {
    const app = publishedApp(world, `Malformed: ${what}`);
    await quiet(world, app.id);
    const by = { account: MANAGER, door: 'cli', asserted: true };
    const whole = { decisionId: randomUUID(), verdict: 'approve', by, targets: [target()] };
    const request = change && (Object.keys(change).length === 0 ? change : { ...whole, ...change });

    await expect(promotion(app).executeUpdate(updates.decide, { args: [request] })).rejects.toThrow();
    await promotion(app).signal(signals.decide, request);

    await nothingCameOf(app);
    await expectSound(world);
  });

  it('cannot stop the watch of a site with a hint that is none', async () => {
    const watch = world.temporal.client.workflow.getHandle(workflowIds.siteWatch(world.alias('dev')));
    for (const args of [[], [null], [{ appIds: 'x' }], [{ appIds: [null, 7, "x' or 1"] }]]) {
      await watch.signal(signals.hint, ...args);
    }
    const app = send(world, 'After odd hints', { test: 'Duplicate' });

    await promoted(world, app);
    await expectSound(world);
  });

  it('gives an order to nothing that waits for none, and one that is carried out bears a name', async () => {
    const waiting = publishedApp(world, 'No order');
    await quiet(world, waiting.id);
    const by = { account: STRANGER, door: 'temporal', asserted: true };
    for (const request of [undefined, {}, { action: 'abort' }, { action: 'abort', by: {} }, { action: 'abort', by }]) {
      await expect(promotion(waiting).executeUpdate(updates.resolve, { args: [request] })).rejects.toThrow();
    }
    await nothingCameOf(waiting);

    breakSite(world, 'test');
    const app = send(world, 'An order', { test: 'Duplicate' });
    const key = await waitingDelivery(world, app);
    const delivery = world.temporal.client.workflow.getHandle(workflowIds.deliver(key, world.alias('test')));
    await expect(delivery.executeUpdate(updates.resolve, { args: [{ action: 'abort', by: {} }] })).rejects.toThrow();
    mendAll(world);
    await delivery.executeUpdate(updates.resolve, { args: [{ action: 'retry', by }] });
    await promoted(world, app);

    const orders = (await world.ledger.recordsOf(key)).filter(({ type }) => type === 'order');
    expect(orders).toMatchObject([{ facts: { action: 'retry', by: { account: STRANGER, asserted: true } } }]);
    await expectSound(world);
  });
});
