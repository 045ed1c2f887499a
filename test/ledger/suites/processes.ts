import { beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { noon, type StoreUnderTest, steppedClock } from './store-under-test.ts';

const MINUTE_MS = 60_000;

const worker = {
  processId: 'p1',
  name: 'worker',
  host: 'qlik-app1',
  pid: 4711,
  startedAtUtc: noon,
  configFile: '/etc/waybill/waybill.yaml',
  configFingerprint: '0123456789abcdef',
  configSinceUtc: noon,
  isWatching: true,
  waiting: [],
  problems: [],
};

export function describeProcesses(store: StoreUnderTest): void {
  describe('processes', () => {
    let ledger: Ledger;
    let clock: ReturnType<typeof steppedClock>;
    beforeEach(async () => {
      clock = steppedClock();
      ledger = await store.fresh(clock.now);
    });

    it('keeps the last that a process told of itself', async () => {
      await ledger.tellProcess(worker);
      const next = { ...worker, waiting: ['temporal.address'], problems: ['line 3'], isWatching: false };
      await ledger.tellProcess(next);

      expect(await ledger.runningProcesses(MINUTE_MS)).toEqual([{ ...next, seenAtUtc: clock.now().toISOString() }]);
    });

    it('leaves out a process that has not told of itself for a while, and one that ended', async () => {
      await ledger.tellProcess(worker);
      await ledger.tellProcess({ ...worker, processId: 'p2', name: 'listener' });
      await ledger.forgetProcess('p2');
      await ledger.forgetProcess('p2');
      expect((await ledger.runningProcesses(MINUTE_MS)).map(({ processId }) => processId)).toEqual(['p1']);

      clock.advance(2 * MINUTE_MS);
      expect(await ledger.runningProcesses(MINUTE_MS)).toEqual([]);
      expect(await ledger.runningProcesses(3 * MINUTE_MS)).toHaveLength(1);
    });

    it('forgets those that fell silent', async () => {
      await ledger.tellProcess(worker);
      clock.advance(2 * MINUTE_MS);
      await ledger.tellProcess({ ...worker, processId: 'p2' });

      expect(await ledger.forgetSilentProcesses(MINUTE_MS)).toBe(1);
      expect((await ledger.runningProcesses(10 * MINUTE_MS)).map(({ processId }) => processId)).toEqual(['p2']);
    });
  });
}
