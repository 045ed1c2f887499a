import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HintQueue, MOST_IDS_A_SIGNAL } from '../../../starter/listener/hint-queue.ts';

const callback = fc.array(fc.integer({ min: 0, max: 3000 }).map(String), { maxLength: 1500 });

it('carries every id of every callback before it is answered, in signals that are neither too large nor doubled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(callback, { maxLength: 12 }), async (scheduler, callbacks) => {
      const accepted: string[][] = [];
      const send = scheduler.scheduleFunction(async (appIds: readonly string[]) => void accepted.push([...appIds]));
      const queue = new HintQueue(send);
      const answered = callbacks.map(async (appIds) => {
        await queue.add(appIds);
        const seen = new Set(accepted.flat());
        expect(appIds.every((id) => seen.has(id))).toBe(true);
      });

      await scheduler.waitFor(Promise.all(answered));

      for (const ids of accepted) {
        expect(ids.length).toBeLessThanOrEqual(MOST_IDS_A_SIGNAL);
        expect(new Set(ids).size).toBe(ids.length);
      }
    }),
    { numRuns: 40 },
  );
});

it('sends the first hint at once, and what comes within the gathering time together', async () => {
  const signals: { appIds: readonly string[]; atMs: number }[] = [];
  const send = async (appIds: readonly string[]): Promise<void> =>
    void signals.push({ appIds, atMs: performance.now() });
  const queue = new HintQueue(send, 120);

  await queue.add(['first']);
  await Promise.all([queue.add(['second']), queue.add(['third', 'second'])]);

  expect(signals.map(({ appIds }) => appIds)).toEqual([['first'], ['second', 'third']]);
  expect(signals[1]!.atMs - signals[0]!.atMs).toBeGreaterThanOrEqual(100);
});
