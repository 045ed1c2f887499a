import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStory } from '../../views/promotion-story.ts';
import { recordLine } from '../../views/record-line.ts';
import { findApp } from '../../views/find-app.ts';
import { createClock } from '../../common/clock.ts';
import { approve, endedPromotion } from '../harness/acts.ts';
import { publishedApp, standingApp } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { hiddenFields, startWorkingConsole, type WorkingConsole } from './signed-in-world.ts';

describe('orders on the console', () => {
  let room: WorkingConsole;
  let to: (name: string) => string;
  beforeAll(async () => {
    room = await startWorkingConsole({
      change: (yaml) => {
        // So that nothing goes on by itself, and only an order can be what made it go on.
        yaml['retry'].recheck = '1h';
      },
    });
    to = room.world.alias;
  });
  afterAll(() => room?.close());

  /** A promotion that is verified at test and stuck at prod; `mend` ends the cause. */
  async function stuckAtProd(name: string) {
    const { world } = room;
    const board = world.site('prod').faults;
    const fault = board.add({
      effect: { type: 'status', status: 403, text: 'Forbidden' },
      path: 'app/upload',
      times: 0,
    });
    const appId = publishedApp(world, name);
    approve(world, appId, { test: 'Overwrite', prod: 'Duplicate' }, ['Sales']);
    const promotionKey = await waitFor('prod to be stuck', async () => {
      const [delivery] = await world.ledger.listDeliveries({ target: to('prod'), state: 'needs-operator', open: true });
      return delivery?.promotionKey;
    });
    await waitFor('test to be verified', async () => {
      const [delivery] = await world.ledger.listDeliveries({ promotionKey, target: to('test') });
      return delivery?.state === 'verified';
    });
    return { appId, promotionKey, page: `/promotions/${promotionKey}`, mend: () => board.clear(fault) };
  }

  it('go on at the one target that failed, and say the same as the command line', async () => {
    const { world } = room;
    const { appId, promotionKey, page, mend } = await stuckAtProd('Retried by button');
    const otto = await room.signedIn('otto');
    const inbox = await otto.open('/');
    expect(inbox.text).toContain('Retried by button');
    expect(inbox.text).toContain('Stuck (1)');
    mend();

    const fields = { action: 'retry', target: to('prod'), back: '/' };
    const after = await otto.send(`${page}/orders`, fields);

    expect(after).toMatchObject({ status: 200, path: '/' });
    expect(after.text).toContain('it is tried again now');
    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'promoted' });
    const [order] = (await world.ledger.recordsOf(promotionKey)).filter(({ type }) => type === 'order');
    expect(order?.facts).toMatchObject({
      action: 'retry',
      by: { account: 'COMPANY\\otto', door: 'console', asserted: false },
    });
    const finding = { ledger: world.ledger, clock: createClock('UTC') };
    const { promotion } = await readStory(world.ledger, world.config, await findApp(finding, promotionKey));
    const shown = (await otto.open(page)).text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
    for (const record of promotion?.records ?? []) expect(shown).toContain(recordLine(record));
  });

  it('skip a target after saying what is left behind', async () => {
    const { world } = room;
    const { appId, page, mend } = await stuckAtProd('Skipped by button');
    const otto = await room.signedIn('otto');

    const asked = await otto.open(`${page}/orders?action=skip&target=${to('prod')}`);
    expect(asked.text).toContain(`${to('prod')} stays as it is`);
    expect((await world.ledger.getPromotion(page.split('/').at(-1) ?? ''))?.endedAtUtc).toBeUndefined();
    await otto.send(`${page}/orders`, { ...hiddenFields(asked.text), note: 'prod is rebuilt' });

    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'partly-promoted' });
    mend();
    const shown = await otto.open(page);
    expect(shown.text).toContain('prod is rebuilt');
    expect(shown.text).toContain('The promotion has ended.');
  });

  it('are refused to who may not give them, and leave everything as it is', async () => {
    const { world } = room;
    const { appId, promotionKey, page, mend } = await stuckAtProd('Not theirs');
    const fields = { action: 'abort', target: to('prod') };
    for (const person of ['vera', 'anna'] as const) {
      const browser = await room.signedIn(person);
      const shown = await browser.open(page);
      expect(shown.text).toContain('Only operators and administrators may do this.');
      expect(await browser.send(`${page}/orders`, fields)).toMatchObject({ status: 403 });
    }
    const otto = await room.signedIn('otto');
    await otto.open(page);
    expect(await otto.sendRaw(`${page}/orders`, fields)).toMatchObject({ status: 403 });
    await otto.open(page);
    expect(await otto.send(`${page}/orders`, { action: 'skip', target: '' })).toMatchObject({ status: 409 });
    expect(await otto.send(`${page}/orders`, { action: 'skip', target: to('test') })).toMatchObject({ status: 409 });
    expect((await world.ledger.recordsOf(promotionKey)).some(({ type }) => type === 'order')).toBe(false);

    mend();
    await otto.open(page);
    await otto.send(`${page}/orders`, { action: 'retry', target: to('prod') });
    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'promoted' });
  });

  it('replace the app that was chosen where several bear the name', async () => {
    const { world } = room;
    const [first, second] = [standingApp(world, 'test', 'Of two'), standingApp(world, 'test', 'Of two')];
    const appId = publishedApp(world, 'Of two');
    const exported = world.site('dev').contentHash(appId);
    approve(world, appId, { test: 'Overwrite' }, ['Sales']);
    const delivery = await waitFor('somebody to be asked', async () => {
      const all = await world.ledger.listDeliveries({ target: to('test'), state: 'needs-operator', open: true });
      return all[0];
    });
    const otto = await room.signedIn('otto');
    const page = `/promotions/${delivery.promotionKey}`;

    const asked = await otto.open(`${page}/orders?action=retry&target=${to('test')}`);
    expect(asked.text).toContain(`name="choose" value="${first}"`);
    expect(
      await otto.send(`${page}/orders`, { action: 'retry', target: to('test'), choose: crypto.randomUUID() }),
    ).toMatchObject({ status: 400 });
    await otto.open(page);
    await otto.send(`${page}/orders`, { action: 'retry', target: to('test'), choose: first });

    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'promoted' });
    expect(world.site('test').contentHash(first)).toBe(exported);
    expect(world.site('test').contentHash(second)).not.toBe(exported);
  });

  it('pause a site and resume it: what was approved waits, and goes on', async () => {
    const { world } = room;
    const otto = await room.signedIn('otto');
    await otto.open('/pause');
    expect(await otto.send('/pause', { site: to('test'), why: '' })).toMatchObject({ status: 400 });
    await otto.open('/pause');
    const paused = await otto.send('/pause', { site: to('test'), why: 'moving to a new server' });
    expect(paused.text).toMatch(/is paused<\/strong>, by COMPANY\\otto/);
    const appId = publishedApp(world, 'Held');
    approve(world, appId, { test: 'Overwrite' }, ['Sales']);
    await waitFor('the promotion to begin', async () => {
      const [promotion] = await world.ledger.listPromotions({ site: to('dev'), appId });
      return promotion?.artifact !== undefined;
    });
    expect((await (await room.signedIn('vera')).open('/promotions')).text).toContain('moving to a new server');
    const vera = await room.signedIn('vera');
    await vera.open('/pause');
    expect(await vera.send('/resume', { site: to('test') })).toMatchObject({ status: 403 });

    await otto.open('/pause');
    const resumed = await otto.send('/resume', { site: to('test') });

    expect(resumed.text).not.toContain('moving to a new server');
    expect(await endedPromotion(world, appId)).toMatchObject({ state: 'promoted' });
  });
});
