import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClaimId } from '../../../ledger/claims.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import { someKeys, type StoreUnderTest } from './store-under-test.ts';

export function describeClaims(store: StoreUnderTest): void {
  describe('claims', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    it('hands a claim that stands to whoever comes later', async () => {
      const { site, appId, key } = someKeys();
      const id = { kind: 'publish', site, appId, key } as const;

      const first = await ledger.claim({ ...id, promotionKey: 'one', facts: { publishTime: key } });
      const second = await ledger.claim({ ...id, promotionKey: 'two', facts: 'other' });

      expect(first).toMatchObject({ fresh: true, state: 'open', promotionKey: 'one' });
      expect(second).toEqual({ ...first, fresh: false });
      expect(await ledger.getClaim(id)).toMatchObject({ ...id, facts: { publishTime: key }, promotionKey: 'one' });
    });

    it('keeps the first outcome of a closed claim and never opens it again', async () => {
      const { site, appId, key } = someKeys();
      const id = { kind: 'reload', site, appId, key } as const;
      await ledger.claim({ ...id, promotionKey: 'one' });

      expect(await ledger.closeClaims(id, 'promoted')).toBe(1);
      expect(await ledger.closeClaims(id, 'aborted')).toBe(0);

      const again = await ledger.claim({ ...id, promotionKey: 'two' });
      expect(again).toMatchObject({ fresh: false, state: 'closed', promotionKey: 'one', outcome: 'promoted' });
    });

    it('closes every claim of a promotion and lists what is still open', async () => {
      const { site, appId, promotionKey } = someKeys();
      for (const key of ['1', '2']) await ledger.claim({ kind: 'decision', site, appId, key, promotionKey });
      await ledger.claim({ kind: 'publish', site, appId, key: '3', promotionKey: 'other' });

      expect(await ledger.closeClaims({ promotionKey }, 'denied')).toBe(2);

      expect((await ledger.openClaims(site)).map((claim) => claim.promotionKey)).toEqual(['other']);
      expect((await ledger.openClaims()).some((claim) => claim.site === site)).toBe(true);
    });

    it('makes one claim of many that come at once through several connections', async () => {
      const place = await store.place();
      const ledgers = await Promise.all([1, 2, 3].map(() => openLedger(place)));
      const { site, appId, key } = someKeys();

      const results = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          ledgers[n % 3]!.claim({ kind: 'decision', site, appId, key, promotionKey: `p${n}` }),
        ),
      );

      expect(results.filter((result) => result.fresh)).toHaveLength(1);
      expect(new Set(results.map((result) => result.promotionKey)).size).toBe(1);
      await Promise.all(ledgers.map((each) => each.close()));
    });

    it('does the same as a simple model, whatever the order of claims and closes', async () => {
      const step = fc.record({
        action: fc.constantFrom('claim', 'claim', 'close', 'closePromotion'),
        kind: fc.constantFrom('publish', 'reload', 'decision'),
        key: fc.constantFrom('a', 'b', 'A'),
        promotionKey: fc.constantFrom('p', 'q'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { site, appId } = someKeys();
          const model = new Map<string, { promotionKey: string; state: string; outcome?: string }>();
          for (const [n, { action, kind, key, promotionKey: wanted }] of steps.entries()) {
            const id = { kind, site, appId, key } as ClaimId;
            const promotionKey = wanted + site;
            if (action === 'claim') {
              const known = model.get(kind + key);
              const expected = known ?? { promotionKey, state: 'open' };
              expect(await ledger.claim({ ...id, promotionKey })).toMatchObject({ fresh: !known, ...expected });
              model.set(kind + key, expected);
              continue;
            }
            const which = action === 'close' ? id : { promotionKey };
            const hit = [...model].filter(
              ([name, claim]) =>
                claim.state === 'open' &&
                (action === 'close' ? name === kind + key : claim.promotionKey === promotionKey),
            );
            expect(await ledger.closeClaims(which, `outcome ${n}`)).toBe(hit.length);
            for (const [, claim] of hit) Object.assign(claim, { state: 'closed', outcome: `outcome ${n}` });
          }
          const open = [...model.values()].filter((claim) => claim.state === 'open');
          expect(await ledger.openClaims(site)).toHaveLength(open.length);
        }),
        { numRuns: 25 },
      );
    });
  });
}
