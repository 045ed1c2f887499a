import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HintQueue, MOST_IDS_A_SIGNAL } from '../../../starter/listener/hint-queue.ts';
import { waitFor } from '../../harness/wait-for.ts';

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

it('gathers for a while after a signal for several callers, and never slows down one that waits for each answer', async () => {
  const signals: { appIds: readonly string[]; atMs: number }[] = [];
  const send = async (appIds: readonly string[]): Promise<void> =>
    void signals.push({ appIds, atMs: performance.now() });
  const queue = new HintQueue(send, 120);

  await queue.add(['alone']);
  await queue.add(['alone again']);
  await Promise.all([queue.add(['first']), queue.add(['second']), queue.add(['third', 'second'])]);
  await queue.add(['later']);

  expect(signals.map(({ appIds }) => appIds)).toEqual([
    ['alone'],
    ['alone again'],
    ['first'],
    ['second', 'third'],
    ['later'],
  ]);
  const gaps = signals.slice(1).map(({ atMs }, index) => atMs - signals[index]!.atMs);
  expect(gaps[1]).toBeLessThan(100);
  expect(gaps[3]).toBeGreaterThanOrEqual(100);
});

it('passes on what was refused as soon as it can, without another callback, and nothing once it is closed', async () => {
  const accepted: string[] = [];
  let isAway = true;
  const send = async (appIds: readonly string[]): Promise<void> => {
    if (isAway) throw new Error('away');
    accepted.push(...appIds);
  };
  const [queue, closed] = [new HintQueue(send), new HintQueue(send)];

  await expect(queue.add(['first', 'second'])).rejects.toThrow('away');
  await expect(queue.add(['second', 'third'])).rejects.toThrow('away');
  await expect(closed.add(['never'])).rejects.toThrow('away');
  closed.close();
  isAway = false;
  await waitFor('what was refused', () => accepted.length > 0);

  expect(accepted).toEqual(['first', 'second', 'third']);
  queue.close();
});
