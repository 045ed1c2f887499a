import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../workflows/contract.ts';
import { endedPromotion } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, type World } from '../harness/world.ts';
import {
  APP,
  contentOf,
  expectMails,
  expectSwept,
  STAMP,
  fault,
  loseReplies,
  mendAll,
  promoted,
  type SentApp,
  send,
  standingApp,
  standingOf,
  startEffectsWorld,
} from './effects.ts';

const NAME = 'Contended';

describe('two apps that replace the same one at the same time', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it.each([
    { how: 'in peace', disturb: () => undefined },
    { how: 'while replies are lost', disturb: () => loseReplies(world, 'test', 'PUT', '/replace', 3) },
  ])('take turns, $how, and both are promoted', async ({ disturb }) => {
    const standing = standingApp(world, 'test', NAME);
    disturb();
    world.site('test').switches.writeDurationMs = 200;

    const first = send(world, NAME, { test: 'Overwrite' });
    const second = send(world, NAME, { test: 'Overwrite' });
    await waitFor('one to wait for the other', async () => {
      const statuses = await Promise.all([first, second].map((app) => deliveryStatus(app.id)));
      return statuses.includes('waiting-for-lock');
    });
    const ended = await Promise.all([promoted(world, first), promoted(world, second)]);
    world.site('test').switches.writeDurationMs = 0;

    const [left, right] = await Promise.all([turnOf(ended[0]), turnOf(ended[1])]);
    expect(left.to <= right.from || right.to <= left.from).toBe(true);
    const last = left.to > right.to ? first : second;
    expect(standingOf(world, 'test', NAME)).toEqual([
      { id: standing, name: NAME, stream: 'Sales', owner: MANAGER, content: last.content },
    ]);
    const description = String(world.site('test').app(standing)!['description']);
    expect(description.split(STAMP)).toEqual(['', expect.stringMatching(/\n\nWhat stood here first$/)]);
    for (const { promotionKey } of ended) {
      expect(await world.ledger.listBackups({ promotionKey })).toHaveLength(1);
      await expectMails(world, promotionKey, ['approved', 'results']);
    }
    await expectSwept(world);
    world.site('test').actAs.deleteApp(standing);
  });

  it('goes on when the one that holds the target is skipped by an operator', async () => {
    const { standing, first, second } = await oneWaitingForTheOther();
    await resolve(first.id, 'skip');
    const skipped = await endedPromotion(world, first.id);
    mendAll(world);
    await promoted(world, second);

    expect(skipped.state).toBe('not-promoted');
    expect(world.site('dev').app(first.id)).toBeDefined();
    expect(contentOf(world, 'test', standing)).toEqual(second.content);
    await expectSwept(world);
    world.site('test').actAs.deleteApp(standing);
  });

  it('never send a replace again that is proven, though the end of the delivery has to wait', async () => {
    const standing = standingApp(world, 'test', NAME);
    const stuck = fault(world, 'test', {
      effect: { type: 'status', status: 503 },
      method: 'DELETE',
      path: APP,
      times: 0,
    });
    const first = send(world, NAME, { test: 'Overwrite' });
    await waitFor('the first to wait for the removal of its upload', () => stuck.struck > 1);

    const second = send(world, NAME, { test: 'Overwrite' });
    await waitFor('the second to replace the app', async () => {
      const [latest] = await world.ledger.listPromotions({ appId: second.id });
      const records = latest ? await world.ledger.recordsOf(latest.promotionKey) : [];
      return records.some(({ type }) => type === 'replaced');
    });
    mendAll(world);
    await Promise.all([promoted(world, first), promoted(world, second)]);

    expect(contentOf(world, 'test', standing)).toEqual(second.content);
    await expectSwept(world);
    world.site('test').actAs.deleteApp(standing);
  });

  it('end as one app where neither stood there when they were planned', async () => {
    const name = 'Newcomers';
    const stuck = fault(world, 'test', {
      effect: { type: 'status', status: 503 },
      method: 'PUT',
      path: '/publish',
      times: 0,
    });
    const first = send(world, name, { test: 'Overwrite' });
    await waitFor('the first to be about to publish', () => stuck.struck > 0);
    const second = send(world, name, { test: 'Overwrite' });
    await waitFor('the second to wait for it', async () => (await deliveryStatus(second.id)) === 'waiting-for-lock');
    mendAll(world);
    const [ended] = await Promise.all([promoted(world, second), promoted(world, first)]);

    const standing = standingOf(world, 'test', name);
    expect(standing).toMatchObject([{ name, stream: 'Sales', content: second.content }]);
    expect(ended.outcome).toMatchObject({
      deliveries: [{ items: [{ action: 'replaced', appId: standing[0]!.id }] }],
    });
    await expectMails(world, ended.promotionKey, ['approved', 'results']);
    await expectSwept(world);
    const staged = await world.ledger.listStagings({ promotionKey: ended.promotionKey, target: world.alias('test') });
    expect(staged).toMatchObject([{ state: 'removed' }]);
  });

  it('goes on when the one that holds the target was terminated', async () => {
    const { standing, first, second } = await oneWaitingForTheOther();
    const { client } = world.temporal;
    for (const id of [workflowIds.promotion(world.alias('dev'), first.id), (await deliverId(first.id))!]) {
      await client.workflow.getHandle(id).terminate('somebody did it');
    }
    mendAll(world);
    await promoted(world, second);

    expect(contentOf(world, 'test', standing)).toEqual(second.content);
    world.site('test').actAs.deleteApp(standing);
  });

  /** The replace of the first is refused, so that the second waits for it. */
  async function oneWaitingForTheOther(): Promise<{ standing: string; first: SentApp; second: SentApp }> {
    const standing = standingApp(world, 'test', NAME);
    const stuck = fault(world, 'test', {
      effect: { type: 'status', status: 400, text: 'Insufficient privileges' },
      method: 'PUT',
      path: '/replace',
      times: 0,
    });

    const first = send(world, NAME, { test: 'Overwrite' });
    await waitFor('the first to be stuck', () => stuck.struck > 0);
    const second = send(world, NAME, { test: 'Overwrite' });
    await waitFor('the second to wait', async () => (await deliveryStatus(second.id)) === 'waiting-for-lock');
    return { standing, first, second };
  }

  async function deliverId(appId: string): Promise<string | undefined> {
    const [latest] = await world.ledger.listPromotions({ appId });
    return latest && `deliver/${latest.promotionKey}/${world.alias('test')}`;
  }

  async function deliveryStatus(appId: string): Promise<string | undefined> {
    const id = await deliverId(appId);
    if (!id) return undefined;
    const status = await world.temporal.client.workflow
      .getHandle(id)
      .query<{ state: string }>('status')
      .catch(() => undefined);
    return status?.state;
  }

  async function resolve(appId: string, action: 'skip' | 'retry' | 'abort'): Promise<void> {
    const request = { action, by: { account: 'COMPANY\\operator', door: 'cli', asserted: true } };
    const handle = world.temporal.client.workflow.getHandle((await deliverId(appId))!);
    await handle.executeUpdate('resolve', { args: [request] });
  }

  /** From the first look at the target app to its proven replacement. */
  async function turnOf({ promotionKey }: { promotionKey: string }): Promise<{ from: string; to: string }> {
    const records = await world.ledger.recordsOf(promotionKey);
    const at = (type: string) => records.find((record) => record.type === type)!.atUtc;
    return { from: at('found'), to: at('replaced') };
  }
});
