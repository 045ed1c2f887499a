import { beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { PromotionState } from '../../../ledger/states.ts';
import type { PromotionState as ContractState } from '../../../workflows/contract.ts';
import { approval, noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

/** Does not compile when a state of the contract or of the ledger is missing; the schema must take each. */
const everyState: Record<ContractState | PromotionState, true> = {
  assessing: true,
  'awaiting-decision': true,
  exporting: true,
  versioning: true,
  delivering: true,
  finishing: true,
  'needs-operator': true,
  promoted: true,
  'partly-promoted': true,
  'not-promoted': true,
  denied: true,
  expired: true,
  aborted: true,
  withdrawn: true,
};

export function describePromotions(store: StoreUnderTest): void {
  describe('promotions', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    it('writes claim, promotion and first record of a decision together, once', async () => {
      const keys = someKeys();

      const first = await ledger.recordDecision(approval(keys));
      const repeat = await ledger.recordDecision(approval({ ...keys, promotionKey: 'another' }));

      expect(first).toEqual({ fresh: true, state: 'open', promotionKey: keys.promotionKey });
      expect(repeat).toEqual({ ...first, fresh: false });
      expect(await ledger.getPromotion(keys.promotionKey)).toMatchObject({
        state: 'assessing',
        decision: { by: 'CORP\\bob', targets: ['test'] },
      });
      expect(await ledger.getPromotion('another')).toBeUndefined();
      expect(await ledger.recordsOf(keys.promotionKey)).toMatchObject([{ seq: 'decision', type: 'decided' }]);
    });

    it('takes no late word on what goes on once it has ended, unless it is opened again', async () => {
      const keys = someKeys();
      await ledger.recordDecision(approval(keys));
      await ledger.updatePromotion(keys.promotionKey, { state: 'withdrawn', endedAtUtc: noon });

      const wasTaken = await ledger.updatePromotion(keys.promotionKey, { state: 'delivering', waitingSinceUtc: null });
      const stillEnded = await ledger.getPromotion(keys.promotionKey);
      await ledger.updatePromotion(keys.promotionKey, { state: 'delivering', endedAtUtc: null });

      expect(wasTaken).toBe(false);
      expect(stillEnded).toMatchObject({ state: 'withdrawn', endedAtUtc: noon });
      expect(await ledger.getPromotion(keys.promotionKey)).toMatchObject({
        state: 'delivering',
        endedAtUtc: undefined,
      });
    });

    it('writes nothing of a decision of which one part is refused', async () => {
      const keys = someKeys();
      const bad = approval(keys);

      const refused = ledger.recordDecision({ ...bad, promotion: { ...bad.promotion, verdict: 'maybe' as 'approve' } });

      await expect(refused).rejects.toMatchObject({ code: 'WAYBILL_LEDGER_WRITE_REFUSED', retryable: false });
      expect(await ledger.openClaims(keys.site)).toEqual([]);
      expect(await ledger.recordsOf(keys.promotionKey)).toEqual([]);
    });

    it('writes one promotion of many equal decisions that come at once', async () => {
      const keys = someKeys();

      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          ledger.recordDecision(approval({ ...keys, promotionKey: `${keys.site}-${n}` })),
        ),
      );

      expect(results.filter((result) => result.fresh)).toHaveLength(1);
      expect(await ledger.listPromotions({ site: keys.site })).toHaveLength(1);
    });

    it('gives an open claim the promotion that it lacks, and a closed one nothing', async () => {
      const [open, closed] = [someKeys(), someKeys()];
      for (const keys of [open, closed]) await ledger.claim(approval(keys).claim);
      await ledger.closeClaims({ promotionKey: closed.promotionKey }, 'promoted');

      await ledger.recordDecision(approval(open));
      const late = await ledger.recordDecision(approval(closed));

      expect(late).toMatchObject({ fresh: false, state: 'closed' });
      expect(await ledger.getPromotion(open.promotionKey)).toBeDefined();
      expect(await ledger.getPromotion(closed.promotionKey)).toBeUndefined();
    });

    it('opens a promotion once and does not touch one that runs', async () => {
      const { promotionKey } = someKeys();
      const input = { ...approval(someKeys()).promotion, promotionKey };
      expect(await ledger.openPromotion(input)).toMatchObject({ fresh: true, state: 'assessing' });
      await ledger.updatePromotion(promotionKey, { state: 'delivering' });

      const again = await ledger.openPromotion({ ...input, appName: 'Renamed' });

      expect(again).toMatchObject({ fresh: false, state: 'delivering' });
      expect(await ledger.getPromotion(promotionKey)).toMatchObject({ appName: 'Sales' });
    });

    it('changes what a patch names, clears what it nulls and leaves the rest', async () => {
      const { promotionKey } = someKeys();
      await ledger.openPromotion({ ...approval(someKeys()).promotion, promotionKey });

      await ledger.updatePromotion(promotionKey, { waitingSinceUtc: noon, artifact: { sha256: 'aa', sizeBytes: 7 } });
      await ledger.updatePromotion(promotionKey, { state: 'promoted', outcome: { ok: true }, endedAtUtc: noon });
      await ledger.updatePromotion(promotionKey, { waitingSinceUtc: null });

      expect(await ledger.getPromotion(promotionKey)).toMatchObject({
        state: 'promoted',
        waitingSinceUtc: undefined,
        endedAtUtc: noon,
        artifact: { sha256: 'aa', sizeBytes: 7 },
        outcome: { ok: true },
      });
      expect(await ledger.updatePromotion('nobody', { state: 'promoted' })).toBe(false);
    });

    it('keeps a decision whose note holds what one of the databases cannot read, without that', async () => {
      const { promotionKey } = someKeys();
      const by = { account: 'CORP\\b\u0000ob' };
      const decision = { by, note: 'zero \u0000, half \ud800, \\u0000 as typed, whole 𝄞' };

      await ledger.openPromotion({ ...approval(someKeys()).promotion, promotionKey, decision });
      await ledger.updatePromotion(promotionKey, { decision: { ...decision, more: '\u0000' } });

      const kept = { note: 'zero , half \ufffd, \\u0000 as typed, whole 𝄞', by: { account: 'CORP\\bob' }, more: '' };
      expect(await ledger.getPromotion(promotionKey)).toMatchObject({ decision: kept });
      expect(await ledger.deciders()).toContain('CORP\\bob');
    });

    it('takes every state of the contract', async () => {
      const { promotionKey } = someKeys();
      await ledger.openPromotion({ ...approval(someKeys()).promotion, promotionKey });

      for (const state of Object.keys(everyState) as PromotionState[]) {
        await ledger.updatePromotion(promotionKey, { state });
        expect((await ledger.getPromotion(promotionKey))?.state).toBe(state);
      }
    });

    it('lists by site, app, state, end and text, latest first', async () => {
      const { site, appId } = someKeys();
      const names = ['Umsatz Süd', 'UMSATZ 100%_a', 'umsatz 1000'];
      for (const [n, appName] of names.entries()) {
        const promotion = { ...approval(someKeys(), appName).promotion, site, appId: n === 0 ? appId : `${appId}-2` };
        const startedAtUtc = `2026-11-2${n}T00:00:00.000Z`;
        await ledger.openPromotion({ ...promotion, promotionKey: `${site}-${n}`, startedAtUtc });
      }
      await ledger.updatePromotion(`${site}-2`, { state: 'denied', endedAtUtc: noon });
      const namesOf = async (filter: object) =>
        (await ledger.listPromotions({ site, ...filter })).map((promotion) => promotion.appName);

      expect(await namesOf({})).toEqual([...names].reverse());
      expect(await namesOf({ limit: 1 })).toEqual([names[2]]);
      expect(await namesOf({ startedBeforeUtc: '2026-11-22T00:00:00.000Z' })).toEqual([names[1], names[0]]);
      expect(await namesOf({ appId })).toEqual([names[0]]);
      expect(await namesOf({ state: 'denied' })).toEqual([names[2]]);
      expect(await namesOf({ open: true })).toEqual([names[1], names[0]]);
      expect(await namesOf({ open: false })).toEqual([names[2]]);
      expect(await namesOf({ text: 'umsatz' })).toHaveLength(3);
      expect(await namesOf({ text: 'SÜD' })).toEqual([names[0]]);
      expect(await namesOf({ text: '100%' })).toEqual([names[1]]);
      expect(await namesOf({ text: '%_A' })).toEqual([names[1]]);
      expect(await namesOf({ text: `${site}-1` })).toEqual([names[1]]);
      expect(await namesOf({ text: 'corp\\ANN' })).toHaveLength(3);
    });
  });
}
