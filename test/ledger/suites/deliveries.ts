import { beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { DeliveryState } from '../../../ledger/states.ts';
import type { StagingInput } from '../../../ledger/stagings.ts';
import type { DeliveryState as ContractState } from '../../../workflows/contract.ts';
import { approval, noon, someKeys, type StoreUnderTest, steppedClock } from './store-under-test.ts';

/** Does not compile when a state of the contract or of the ledger is missing; the schema must take each. */
const everyState: Record<ContractState | DeliveryState, true> = {
  planning: true,
  staging: true,
  publishing: true,
  verifying: true,
  'waiting-for-export': true,
  'waiting-for-lock': true,
  'needs-operator': true,
  verified: true,
  skipped: true,
  aborted: true,
  superseded: true,
};

export function describeDeliveries(store: StoreUnderTest): void {
  describe('deliveries', () => {
    let ledger: Ledger;
    const clock = steppedClock();
    beforeAll(async () => {
      ledger = await store.fresh(clock.now);
    });

    it('makes a delivery and changes only what a later call names', async () => {
      const { promotionKey } = someKeys();
      const trouble = { code: 'WAYBILL_QRS_DOWN', message: 'no answer' };
      const key = { promotionKey, target: 'test' };

      await ledger.upsertDelivery({ ...key, state: 'staging', items: [{ stream: 'Sales' }] });
      await ledger.upsertDelivery({ ...key, state: 'needs-operator', trouble, waitingSinceUtc: noon });
      expect(await ledger.listDeliveries({ promotionKey })).toMatchObject([
        { state: 'needs-operator', trouble, waitingSinceUtc: noon, items: [{ stream: 'Sales' }], startedAtUtc: noon },
      ]);

      await ledger.upsertDelivery({
        ...key,
        state: 'verified',
        trouble: null,
        waitingSinceUtc: null,
        endedAtUtc: noon,
      });
      const [ended] = await ledger.listDeliveries({ promotionKey, open: false });
      expect(ended).toMatchObject({ state: 'verified', trouble: undefined, waitingSinceUtc: undefined });
    });

    it('takes no late word on what goes on once it has ended', async () => {
      const key = { promotionKey: someKeys().promotionKey, target: 'test' };
      await ledger.upsertDelivery({ ...key, state: 'verified', endedAtUtc: noon });

      await ledger.upsertDelivery({ ...key, state: 'publishing', trouble: null, waitingSinceUtc: null });

      const found = await ledger.listDeliveries({ promotionKey: key.promotionKey });
      expect(found).toMatchObject([{ state: 'verified', endedAtUtc: noon }]);
    });

    it('takes every state of the contract and lists by target and state', async () => {
      const { promotionKey, site } = someKeys();

      for (const state of Object.keys(everyState) as DeliveryState[]) {
        await ledger.upsertDelivery({ promotionKey, target: `${site}-${state}`, state });
        expect(await ledger.listDeliveries({ target: `${site}-${state}`, state, open: true })).toHaveLength(1);
      }
    });

    it('tells of what waits in trouble, with the name of its app', async () => {
      const keys = someKeys();
      await ledger.recordDecision(approval(keys));
      const trouble = { code: 'X' };
      await ledger.upsertDelivery({
        promotionKey: keys.promotionKey,
        target: 'test',
        state: 'needs-operator',
        trouble,
      });
      await ledger.upsertDelivery({ promotionKey: keys.promotionKey, target: 'prod', state: 'staging' });
      const orphan = someKeys().promotionKey;
      await ledger.upsertDelivery({ promotionKey: orphan, target: 'test', state: 'needs-operator', trouble });

      const mine = (await ledger.troubles()).filter((row) => [keys.promotionKey, orphan].includes(row.promotionKey));

      expect(mine).toHaveLength(2);
      expect(mine.find((row) => row.promotionKey === keys.promotionKey)).toMatchObject({
        target: 'test',
        trouble,
        site: keys.site,
        appName: 'Sales',
      });
    });

    it('lets one caller send the mail about a trouble of a site, and again only after the window', async () => {
      const { site } = someKeys();
      const claims = await Promise.all(Array.from({ length: 20 }, () => ledger.claimTroubleMail(site, 'DOWN', 60_000)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await ledger.claimTroubleMail(site, 'OTHER', 60_000)).toBe(true);

      clock.advance(59_999);
      expect(await ledger.claimTroubleMail(site, 'DOWN', 60_000)).toBe(false);
      clock.advance(1);
      expect(await ledger.claimTroubleMail(site, 'DOWN', 60_000)).toBe(true);
    });

    it('follows a staging from its intention to its end and never forgets its app', async () => {
      const { promotionKey, site, appId } = someKeys();
      const key = { promotionKey, target: site, n: 1 };
      const staging: StagingInput = { ...key, name: `~waybill/${site}/1`, purpose: 'upload', state: 'intended' };

      await ledger.upsertStaging(staging);
      await ledger.upsertStaging({ ...staging, state: 'open', appId });
      await ledger.upsertStaging({ ...staging, state: 'published', closedAtUtc: noon });

      expect(await ledger.getStaging(key)).toMatchObject({ state: 'published', appId, closedAtUtc: noon });
    });

    it('lists stagings by site, state, name and age', async () => {
      const { promotionKey, site } = someKeys();
      const base = { promotionKey, target: site, purpose: 'copy' } as const;
      const early = '2026-11-01T00:00:00.000Z';
      await ledger.upsertStaging({ ...base, n: 1, name: 'a', state: 'open', createdAtUtc: early });
      await ledger.upsertStaging({ ...base, n: 2, name: 'b', state: 'abandoned', createdAtUtc: noon });
      await ledger.upsertStaging({ ...base, n: 3, name: 'c', state: 'removed', createdAtUtc: noon });
      const numbersOf = async (filter: object) =>
        (await ledger.listStagings({ target: site, ...filter })).map(({ n }) => n);

      expect(await numbersOf({})).toEqual([1, 2, 3]);
      expect(await numbersOf({ states: ['open', 'abandoned'] })).toEqual([1, 2]);
      expect(await numbersOf({ name: 'b' })).toEqual([2]);
      expect(await numbersOf({ createdBeforeUtc: noon })).toEqual([1]);
      expect(await numbersOf({ promotionKey, states: [] })).toEqual([]);
    });

    it('lists stagings of the ended promotions of a source app, and of no other', async () => {
      const [ended, open, foreign] = [someKeys(), someKeys(), someKeys()];
      const { site, appId } = ended;
      const promote = (promotionKey: string, more: object) =>
        ledger.openPromotion({ ...approval(ended).promotion, promotionKey, site, appId, ...more });
      await promote(ended.promotionKey, {});
      await promote(open.promotionKey, {});
      await promote(foreign.promotionKey, { appId: foreign.appId });
      for (const { promotionKey } of [ended, foreign]) {
        await ledger.updatePromotion(promotionKey, { endedAtUtc: noon });
      }
      for (const { promotionKey } of [ended, open, foreign]) {
        await ledger.upsertStaging({ promotionKey, target: site, n: 1, name: 'x', purpose: 'upload', state: 'open' });
      }

      const found = await ledger.listStagings({ target: site, endedOf: { site, appId } });

      expect(found.map(({ promotionKey }) => promotionKey)).toEqual([ended.promotionKey]);
    });
  });
}
