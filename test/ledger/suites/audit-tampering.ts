import { beforeEach, describe, expect, it } from 'vitest';
import { type Ledger, type LedgerPlace, openLedger } from '../../../ledger/ledger.ts';
import { hashOfEntry } from '../../../ledger/audit-chain.ts';
import { verifyAudit } from '../../../views/audit/verify-audit.ts';
import type { AuditTable } from '../../../ledger/tables.ts';
import { noon, type StoreUnderTest } from './store-under-test.ts';

/** Somebody who may change the schema takes the protection away, and writes past Waybill. */
export function describeTampering(store: StoreUnderTest): void {
  describe('a check of the audit trail', () => {
    let place: LedgerPlace;
    let ledger: Ledger;
    beforeEach(async () => {
      place = await store.place();
      ledger = await openLedger(place);
      for (const seq of ['a', 'b', 'c', 'd', 'e']) {
        await ledger.record({ promotionKey: 'p', seq, type: 'planned', atUtc: noon, facts: { seq } });
      }
      const triggers = { sqlite: ['audit_no_update', 'audit_no_delete'], postgres: ['audit_append_only on audit'] };
      for (const trigger of triggers[store.kind]) await store.execute(place, `drop trigger ${trigger}`);
      return () => ledger.close();
    });

    const rowOf = async (n: number) => {
      const [row] = await store.execute(place, `select * from audit where n = ${n}`);
      return { ...row, n } as unknown as AuditTable;
    };

    it.each([
      [
        'a changed fact',
        `update audit set facts = '{"seq":"x"}' where n = 3`,
        { kind: 'changed', n: 3, type: 'planned' },
      ],
      ['a fact that is no JSON any more', `update audit set facts = '{' where n = 3`, { kind: 'changed', n: 3 }],
      ['a changed time', `update audit set at_utc = '2020' where n = 5`, { kind: 'changed', n: 5, atUtc: '2020' }],
      ['a changed hash', `update audit set hash = 'x' where n = 1`, { kind: 'changed', n: 1 }],
      ['an emptied account', `update audit set account = '' where n = 2`, { kind: 'changed', n: 2 }],
      ['a removed entry', 'delete from audit where n = 2', { kind: 'missing', n: 2, type: null }],
      ['a removed beginning', 'delete from audit where n < 3', { kind: 'missing', n: 1 }],
      ['a removed end', 'delete from audit where n > 3', { kind: 'tail-missing', n: 4 }],
      ['nothing left', 'delete from audit', { kind: 'tail-missing', n: 1 }],
      ['a lost head', 'delete from audit_head', { kind: 'head-changed', n: 5 }],
      ['a changed head', `update audit_head set hash = 'x'`, { kind: 'head-changed', n: 5 }],
      ['an entry before all others', `update audit set n = 0 where n = 1`, { kind: 'added', n: 0 }],
    ])('names %s', async (_what, statement, fault) => {
      await store.execute(place, statement);

      expect(await verifyAudit(ledger)).toMatchObject({ holds: false, fault });
    });

    it('names an entry that was written anew with a hash that fits, and one added at the end', async () => {
      const second = { ...(await rowOf(2)), facts: '{"seq":"x"}' };
      const added = { ...(await rowOf(5)), n: 6, previous_hash: (await rowOf(5)).hash };
      const columns = Object.keys(added);
      const values = Object.values({ ...added, hash: hashOfEntry(added) }).map((value) =>
        value === null ? 'null' : `'${String(value)}'`,
      );

      await store.execute(place, `insert into audit (${columns.join(', ')}) values (${values.join(', ')})`);
      expect(await verifyAudit(ledger)).toMatchObject({ holds: false, entries: 6, fault: { kind: 'added', n: 6 } });

      await store.execute(
        place,
        `update audit set facts = '${second.facts}', hash = '${hashOfEntry(second)}' where n = 2`,
      );
      expect(await verifyAudit(ledger)).toMatchObject({ holds: false, entries: 2, fault: { kind: 'replaced', n: 3 } });
    });

    it('finds a hash that was written down earlier, and misses one of a trail that was put back', async () => {
      const { lastHash } = await verifyAudit(ledger);
      await ledger.record({ promotionKey: 'p', seq: 'f', type: 'planned', atUtc: noon });

      expect(await verifyAudit(ledger, lastHash)).toMatchObject({ holds: true, expected: { hash: lastHash, n: 5 } });

      const fourth = (await rowOf(4)).hash;
      await store.execute(place, 'delete from audit where n > 4');
      await store.execute(place, `update audit_head set n = 4, hash = '${fourth}'`);
      await ledger.record({ promotionKey: 'p', seq: 'g', type: 'planned', atUtc: noon });
      expect(await verifyAudit(ledger)).toMatchObject({ holds: true, entries: 5 });
      expect(await verifyAudit(ledger, lastHash)).toMatchObject({ holds: false, fault: null, expected: { n: null } });
    });
  });
}
