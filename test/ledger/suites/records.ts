import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import { noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

export function describeRecords(store: StoreUnderTest): void {
  describe('records', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    it('keeps the first of each name, in the order of writing, whatever is repeated', async () => {
      const names = fc.array(fc.constantFrom('decision', 'export', 'deliver/test/verified', 'Export', 'end'), {
        maxLength: 15,
      });
      await fc.assert(
        fc.asyncProperty(names, fc.jsonValue(), async (seqs, facts) => {
          const { promotionKey } = someKeys();
          const seen: string[] = [];
          for (const seq of seqs) {
            const { fresh } = await ledger.record({ promotionKey, seq, type: 'step', atUtc: noon, facts });
            expect(fresh).toBe(!seen.includes(seq));
            if (fresh) seen.push(seq);
          }
          const records = await ledger.recordsOf(promotionKey);
          expect(records.map((record) => record.seq)).toEqual(seen);
          for (const record of records) expect(record.facts).toEqual(JSON.parse(JSON.stringify(facts)));
        }),
        { numRuns: 25 },
      );
    });

    it('keeps any text as it was, control characters and all', async () => {
      const { promotionKey } = someKeys();
      const facts = { text: '\u0000 \ud800 "\'; drop table records; -- ☃ 𝄞', list: [null, 1.5, true] };

      await ledger.record({ promotionKey, seq: 'a', type: 'step', atUtc: noon, facts });

      const [kept] = await ledger.recordsOf<typeof facts>(promotionKey);
      expect(kept?.facts).toEqual(facts);
    });

    it('writes one record of many that come at once', async () => {
      const { promotionKey } = someKeys();

      const results = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          ledger.record({ promotionKey, seq: 's', type: 't', atUtc: noon, facts: n }),
        ),
      );

      expect(results.filter((result) => result.fresh)).toHaveLength(1);
      expect(await ledger.recordsOf(promotionKey)).toHaveLength(1);
    });

    it('lists for the audit by site, app, type and time, page by page', async () => {
      const { site, appId, promotionKey } = someKeys();
      for (const [n, type] of ['decided', 'exported', 'verified', 'ended'].entries()) {
        const atUtc = `2026-11-2${n}T00:00:00.000Z`;
        await ledger.record({ promotionKey, seq: type, type, atUtc, site, appId: n === 3 ? 'other' : appId });
      }
      const typesOf = async (filter: object) => (await ledger.listRecords({ site, ...filter })).map(({ type }) => type);

      expect(await typesOf({})).toEqual(['decided', 'exported', 'verified', 'ended']);
      expect(await typesOf({ appId, types: ['decided', 'verified', 'ended'] })).toEqual(['decided', 'verified']);
      expect(await typesOf({ fromUtc: '2026-11-21T00:00:00.000Z', toUtc: '2026-11-22T00:00:00.000Z' })).toEqual([
        'exported',
      ]);
      const page = await ledger.listRecords({ site, limit: 3 });
      expect(await typesOf({ afterId: page.at(-1)?.id })).toEqual(['ended']);
    });

    it('refuses to change or delete a record, even past Waybill', async () => {
      const place = await store.place();
      const own = await openLedger(place);
      await own.record({ promotionKey: 'p', seq: 's', type: 't', atUtc: noon });

      for (const statement of [`update records set facts = 'x'`, 'delete from records']) {
        await expect(store.execute(place, statement)).rejects.toThrow('append-only');
      }

      expect(await own.recordsOf('p')).toHaveLength(1);
      await own.close();
    });
  });
}
