import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { approve } from '../harness/acts.ts';
import { isPublished, nthPromotion } from '../harness/scenes.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { berlinTime, edges } from './calendar.ts';
import { findTestServer } from '../harness/find-test-server.ts';
import { askedApp, dateOf, DAY, eventsOf, expectSoundWaits, HOUR, mailsOfKind, MINUTE } from './shared.ts';
import { type SkippingWorld, startSkippingWorld } from './skipping-world.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const server = await findTestServer();
const missing = 'problem' in server ? server.problem : undefined;
const BOSS = 'manager@company.example';
const HEAD = 'head@company.example';
/**
 * Eleven mails take 194 events; a Workflow Task that timed out while the time was skipped adds three. A run that did not
 * bound its own history would pass this by weeks of timers.
 */
const MOST_EVENTS = 260;
/** As `toBeCloseTo` counts it: within 10^5 / 2 milliseconds. Activities, mails and timers take moments. */
const CLOSE = -5;

describe.skipIf(missing)(`an approval that takes weeks${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let world: SkippingWorld;

  beforeAll(async () => {
    if ('problem' in server) return;
    world = await startSkippingWorld(server.program, {
      targets: ['test'],
      change: (yaml, alias) => {
        yaml['timeZone'] = 'Europe/Berlin';
        yaml['locale'] = 'en-GB';
        const source = yaml['sources'][alias('dev')];
        source.approval = { reminder: '7d', escalate: '10d', escalateTo: [HEAD], expire: '60d' };
        source.streams.Finance = { alert: [BOSS], approval: { reminder: '12h', escalate: '0s', expire: '24h' } };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  it('is reminded of each week, escalated once after ten days, and expires after sixty', async () => {
    const app = await askedApp(world, 'Sixty days');
    const { waitingSinceUtc = '' } = (await world.ledger.getAwaiting(world.alias('dev'), app)) ?? {};

    await world.pass(60 * DAY + HOUR);

    const days = (kind: string): number[] =>
      mailsOfKind(world, 'Sixty days', kind).map((mail) => (dateOf(mail) - Date.parse(waitingSinceUtc)) / DAY);
    const to = (kind: string): string[][] =>
      mailsOfKind(world, 'Sixty days', kind).map(({ envelopeTo }) => [...envelopeTo]);
    await vi.waitFor(() => expect(days('expired')).toHaveLength(1));
    const near = (day: number) => expect.closeTo(day, 2);
    expect(days('reminder')).toEqual([7, 14, 21, 28, 35, 42, 49, 56].map(near));
    expect(days('escalation')).toEqual([near(10)]);
    expect(days('expired')).toEqual([near(60)]);
    expect(new Set(to('reminder').flat())).toEqual(new Set([BOSS]));
    expect([to('escalation'), to('expired')]).toEqual([[[HEAD]], [['rep@company.example']]]);
    expect(isPublished(world, 'dev', app)).toBe(true);
    expect(await world.ledger.getAwaiting(world.alias('dev'), app)).toBeUndefined();
    expect(await eventsOf(world, workflowIds.promotion(world.alias('dev'), app))).toBeLessThan(MOST_EVENTS);
    await expectSoundWaits(world);
  });

  it('still counts on the fifty-ninth day', async () => {
    const app = await askedApp(world, 'Late approval');
    await world.pass(59 * DAY);

    approve(world, app, { test: 'Overwrite' }, ['Sales']);
    await world.hint(app);

    expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted' });
    await expectSoundWaits(world);
  });

  it.each(edges)(
    'reminds and expires after 12 and 24 hours across $name, with the times as people read them',
    async (edge) => {
      const { atMs, offsetBefore, offsetAfter, name } = edge.next(await world.nowMs());
      await world.pass(atMs + 30 * MINUTE - DAY - (await world.nowMs()));
      const app = await askedApp(world, name, 'Finance');
      const { waitingSinceUtc = '' } = (await world.ledger.getAwaiting(world.alias('dev'), app)) ?? {};
      const sinceMs = Date.parse(waitingSinceUtc);

      await world.pass(DAY + HOUR);

      const [reminder] = mailsOfKind(world, name, 'reminder');
      const [expired] = await vi.waitFor(() => {
        const mails = mailsOfKind(world, name, 'expired');
        expect(mails).toHaveLength(1);
        return mails;
      });
      expect(dateOf(reminder!) - sinceMs).toBeCloseTo(12 * HOUR, CLOSE);
      expect(dateOf(expired!) - sinceMs).toBeCloseTo(DAY, CLOSE);
      expect(reminder!.text).toContain(`Waiting since: ${berlinTime(sinceMs, offsetBefore)}\n`);
      expect(reminder!.text).toContain(`the request ends ${berlinTime(sinceMs + DAY, offsetAfter)}.\n`);
      expect(expired!.text).toContain(`Waited since: ${berlinTime(sinceMs, offsetBefore)}\n`);
    },
  );
});
