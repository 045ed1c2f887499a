import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../ledger/ledger.ts';
import { approval, dropAudit, noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

export function describeLifecycle(store: StoreUnderTest): void {
  describe('opening, transactions and closing', () => {
    it('opens the same new ledger from many callers at once', async () => {
      const place = await store.place();

      const ledgers = await Promise.all(Array.from({ length: 8 }, () => openLedger(place)));

      await ledgers[0]!.record({ promotionKey: 'p', seq: 's', type: 't', atUtc: noon });
      for (const ledger of ledgers) expect(await ledger.recordsOf('p')).toHaveLength(1);
      await Promise.all(ledgers.map((ledger) => ledger.close()));
    });

    it('finds everything again after it was closed', async () => {
      const place = await store.place();
      const keys = someKeys();
      const first = await openLedger(place);
      await first.recordDecision(approval(keys));
      await first.close();

      const second = await openLedger(place);

      expect(await second.recordDecision(approval(keys))).toMatchObject({ fresh: false, state: 'open' });
      await second.close();
    });

    it('brings a ledger of an earlier schema up to date and keeps what it holds', async () => {
      const place = await store.place();
      const keys = someKeys();
      const before = await openLedger(place);
      await before.recordDecision(approval(keys));
      await before.close();
      for (const table of [
        'mails',
        'attempts',
        'reload_failures',
        'reload_parts',
        'alert_sends',
        'pauses',
        'console_people',
        'settings_versions',
        'console_links',
        'processes',
      ])
        await store.execute(place, `drop table ${table}`);
      await dropAudit(store, place);
      await store.execute(place, `delete from waybill_migrations where name >= '0003'`);

      const [after, other] = await Promise.all([openLedger(place), openLedger(place)]);

      expect(await after.getPromotion(keys.promotionKey)).toMatchObject({ appName: 'Sales' });
      expect(await other.listMails()).toEqual([]);
      await Promise.all([after.close(), other.close()]);
    });

    it('refuses a ledger that a newer program wrote, and leaves it alone', async () => {
      const place = await store.place();
      await (await openLedger(place)).close();
      await store.execute(
        place,
        `insert into waybill_migrations values ('0999-of-tomorrow', '2099-01-01T00:00:00.000Z')`,
      );

      await expect(openLedger(place)).rejects.toMatchObject({
        code: 'WAYBILL_LEDGER_NEWER_SCHEMA',
        retryable: false,
        facts: { migration: '0999-of-tomorrow' },
      });
    });

    it('says so when the schema cannot be brought up to date, and changes nothing', async () => {
      const place = await store.place();
      await store.execute(place, 'create table memories (mine integer)');

      await expect(openLedger(place)).rejects.toMatchObject({ code: 'WAYBILL_LEDGER_MIGRATION_FAILED' });

      await expect(store.execute(place, 'select * from claims')).rejects.toThrow(/claims/);
    });

    it('writes all of a transaction or nothing', async () => {
      const ledger = await store.fresh();
      const { promotionKey } = someKeys();
      const write = (fails: boolean) =>
        ledger.withTransaction(async (tx) => {
          await tx.record({ promotionKey, seq: 'a', type: 't', atUtc: noon });
          await tx.upsertDelivery({ promotionKey, target: 'test', state: 'planning' });
          await tx.recordDecision(approval({ ...someKeys(), promotionKey }));
          if (fails) throw new Error('changed my mind');
          return 'done';
        });

      await expect(write(true)).rejects.toThrow(/^changed my mind$/);
      expect(await ledger.recordsOf(promotionKey)).toEqual([]);
      expect(await ledger.listDeliveries({ promotionKey })).toEqual([]);

      expect(await write(false)).toBe('done');
      expect(await ledger.recordsOf(promotionKey)).toHaveLength(2);
    });

    it('refuses a call past the transaction instead of waiting for ever', async () => {
      const ledger = await store.fresh();

      const misuse = ledger.withTransaction(async () => ledger.openClaims());

      await expect(misuse).rejects.toMatchObject({ code: 'WAYBILL_LEDGER_OUTSIDE_TRANSACTION' });
      expect(await ledger.openClaims()).toEqual([]);
    });

    it('answers a ping until it is closed, and then refuses every call by name', async () => {
      const ledger = await store.fresh();
      await ledger.ping();

      await ledger.close();
      await ledger.close();

      await expect(ledger.ping()).rejects.toMatchObject({ code: 'WAYBILL_LEDGER_CLOSED' });
      await expect(ledger.openClaims()).rejects.toMatchObject({ facts: { operation: 'openClaims' } });
    });
  });
}
