import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { EVERY_SITE } from '../../../ledger/pauses.ts';
import { noon, type StoreUnderTest, steppedClock } from './store-under-test.ts';

const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
const other = { account: 'COMPANY\\admin', door: 'cli', asserted: true };

export function describePauses(store: StoreUnderTest): void {
  describe('pauses', () => {
    let ledger: Ledger;
    const clock = steppedClock();
    beforeAll(async () => {
      ledger = await store.fresh(clock.now);
    });
    beforeEach(() => ledger.resumeSite({ site: EVERY_SITE, by }));

    it('keeps who paused a site first, since when and why', async () => {
      const pause = await ledger.pauseSite({ site: 'test', why: 'it moves', by });
      const again = await ledger.pauseSite({ site: 'test', why: 'me too', by: other });

      expect(pause).toEqual({ site: 'test', why: 'it moves', by, sinceUtc: noon, isNew: true });
      expect(again).toEqual({ ...pause, isNew: false });
      expect(await ledger.pausesInForce()).toHaveLength(1);
    });

    it('holds the site by its own pause or by that of all, and no other', async () => {
      await ledger.pauseSite({ site: 'test', why: 'it moves', by });
      expect(await ledger.pauseOf('test')).toMatchObject({ site: 'test' });
      expect(await ledger.pauseOf('prod')).toBeUndefined();

      await ledger.pauseSite({ site: EVERY_SITE, why: 'release night', by });
      expect(await ledger.pauseOf('prod')).toMatchObject({ site: EVERY_SITE, why: 'release night' });
    });

    it('resumes a site once, and all of them together', async () => {
      await ledger.pauseSite({ site: 'test', why: 'it moves', by });
      await ledger.pauseSite({ site: 'prod', why: 'it moves too', by });
      expect(await ledger.resumeSite({ site: 'test', by })).toMatchObject([{ site: 'test' }]);
      expect(await ledger.resumeSite({ site: 'test', by })).toEqual([]);
      expect(await ledger.pausesInForce()).toMatchObject([{ site: 'prod' }]);

      await ledger.pauseSite({ site: 'test', why: 'again', by: other });
      const ended = await ledger.resumeSite({ site: EVERY_SITE, by });
      expect(ended.map(({ site }) => site).toSorted()).toEqual(['prod', 'test']);
      expect(await ledger.pauseOf('test')).toBeUndefined();
    });

    it('makes one pause of many callers at a time', async () => {
      const callers = Array.from({ length: 20 }, (_, index) => ({ ...by, account: `caller ${index}` }));
      const made = await Promise.all(callers.map((one) => ledger.pauseSite({ site: 'test', why: 'at once', by: one })));

      expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(new Set(made.map((one) => one.by.account)).size).toBe(1);
    });
  });
}
