import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAttemptSink } from '../../../ledger/attempt-sink.ts';
import type { AttemptEnd, AttemptStart } from '../../../ledger/attempts.ts';
import type { Ledger } from '../../../ledger/ledger.ts';
import { noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

function attempt(workflowId: string, number = 1): AttemptStart {
  return {
    workflowId,
    runId: 'run',
    activityId: '1',
    attempt: number,
    activityType: 'exportApp',
    taskQueue: 'site-dev',
    worker: 'w1',
    site: 'dev',
    startedAtUtc: `2026-11-21T12:00:0${number % 10}.000Z`,
  };
}

const end = { endedAtUtc: '2026-11-21T13:00:00.000Z', outcome: 'completed', sizeBytes: 2 ** 35 } as const;

export function describeAttempts(store: StoreUnderTest): void {
  describe('attempts', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    it('shows an attempt from start to end, with size and error', async () => {
      const { promotionKey, site } = someKeys();
      const first = { ...attempt(`promotion/${site}/a`, 1), promotionKey };
      const second = { ...attempt(`promotion/${site}/a`, 2), promotionKey };
      const failed = { ...first, ...end, outcome: 'failed', errorCode: 'WAYBILL_X', errorMessage: 'no' } as const;

      await ledger.writeAttempts([first, second]);
      await ledger.writeAttempts([failed]);

      expect(await ledger.attemptsOf({ promotionKey })).toMatchObject([
        { attempt: 1, state: 'failed', errorCode: 'WAYBILL_X', sizeBytes: 2 ** 35, taskQueue: 'site-dev' },
        { attempt: 2, state: 'running', endedAtUtc: undefined },
      ]);
    });

    it('reads an old attempt without an end as a lost worker', async () => {
      const workflowId = someKeys().appId;
      await ledger.writeAttempts([attempt(workflowId), { ...attempt(workflowId, 2), ...end }]);

      const at = async (lostBeforeUtc?: string) =>
        (await ledger.attemptsOf({ workflowIdPrefix: workflowId, lostBeforeUtc })).map(({ state }) => state);

      expect(await at()).toEqual(['running', 'completed']);
      expect(await at(noon)).toEqual(['running', 'completed']);
      expect(await at('2026-11-21T14:00:00.000Z')).toEqual(['worker lost', 'completed']);
    });

    it('finds attempts by the beginning of a workflow id, and forgets old ones', async () => {
      const own = await store.fresh();
      const ids = ['deliver/p1/test', 'deliver/p1/test-𝄞', 'deliver/p10/test', 'Deliver/p1/x', 'deliver/p'];
      await own.writeAttempts(ids.map((id) => attempt(id)));

      const found = await own.attemptsOf({ workflowIdPrefix: 'deliver/p1/' });

      expect(found.map(({ workflowId }) => workflowId).sort()).toEqual(['deliver/p1/test', 'deliver/p1/test-𝄞']);
      expect(await own.forgetAttempts(noon)).toBe(0);
      expect(await own.forgetAttempts('2026-11-22T00:00:00.000Z')).toBe(5);
    });

    it('keeps an end, in whatever order and batches starts and ends arrive', async () => {
      const events = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean()), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(events, async (sequence) => {
          const workflowId = someKeys().appId;
          const ended = new Set<number>();
          let batch: (AttemptStart | AttemptEnd)[] = [];
          for (const [number, isEnd, isFlush] of sequence) {
            batch.push(isEnd ? { ...attempt(workflowId, number), ...end } : attempt(workflowId, number));
            if (isEnd) ended.add(number);
            if (isFlush) await ledger.writeAttempts(batch.splice(0));
          }
          await ledger.writeAttempts(batch);
          batch = [];
          for (const row of await ledger.attemptsOf({ workflowIdPrefix: workflowId })) {
            expect(row.state).toBe(ended.has(row.attempt) ? 'completed' : 'running');
          }
        }),
        { numRuns: 20 },
      );
    });

    it('writes what the sink gathered, all of it, and by itself', async () => {
      const workflowId = someKeys().appId;
      const sink = createAttemptSink(ledger, { flushEveryMs: 5, flushAtRows: 50 });

      for (let n = 1; n <= 230; n++) {
        sink.attemptStarted(attempt(workflowId, n));
        if (n % 2 === 0) sink.attemptFinished({ ...attempt(workflowId, n), ...end });
      }

      await expect
        .poll(async () => (await ledger.attemptsOf({ workflowIdPrefix: workflowId })).length, { timeout: 5000 })
        .toBe(230);
      await sink.close();
      expect((await ledger.attemptsOf({ workflowIdPrefix: workflowId })).filter((row) => row.endedAtUtc)).toHaveLength(
        115,
      );
      expect(sink.lostRows()).toBe(0);
    });

    it('never throws from a sink whose ledger fails, and says how much was lost', async () => {
      const broken = await store.fresh();
      await broken.close();
      const told: [unknown, number][] = [];
      const sink = createAttemptSink(broken, {
        maxBufferedRows: 3,
        onLost(error, rows) {
          told.push([error, rows]);
          throw new Error('the reporter fails as well');
        },
      });

      for (let n = 1; n <= 5; n++) sink.attemptStarted(attempt('w', n));
      await sink.flush();
      await sink.close();
      sink.attemptFinished({ ...attempt('w'), ...end });

      expect(sink.lostRows()).toBe(6);
      expect(told.map(([error, rows]) => [(error as { code?: string } | undefined)?.code, rows])).toEqual([
        [undefined, 1],
        [undefined, 1],
        ['WAYBILL_LEDGER_CLOSED', 3],
        [undefined, 1],
      ]);
    });
  });
}
