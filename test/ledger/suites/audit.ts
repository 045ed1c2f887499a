import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditRows, type AuditFilter } from '../../../ledger/audit.ts';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import { verifyAudit } from '../../../views/audit/verify-audit.ts';
import { approval, dropAudit, noon, someKeys, type StoreUnderTest, steppedClock } from './store-under-test.ts';

const by = { account: 'COMPANY\\operator', door: 'cli', asserted: true };
const racer = join(import.meta.dirname, '..', 'processes', 'audit-racer.ts');

export function describeAudit(store: StoreUnderTest): void {
  describe('the audit trail', () => {
    it('tells each record once, with who did it and the name of the app', async () => {
      const ledger = await store.fresh();
      const keys = someKeys();
      const { promotionKey } = keys;
      const replaced = { seq: 'deliver/test/replaced', type: 'replaced', atUtc: noon, site: 'test', appId: 'there' };

      await ledger.recordDecision(approval(keys));
      await ledger.recordDecision(approval(keys));
      await ledger.record({ promotionKey, ...replaced, facts: { stream: 'Sales' } });
      await ledger.record({ promotionKey, ...replaced });

      const app = { appId: keys.appId, appName: 'Sales', promotionKey };
      expect(await ledger.listAudit()).toMatchObject([
        {
          n: 2,
          kind: 'delivery',
          type: 'replaced',
          site: 'test',
          targetAppId: 'there',
          facts: { stream: 'Sales' },
          ...app,
        },
        { n: 1, kind: 'promotion', type: 'decided', seq: 'decision', atUtc: noon, site: keys.site, ...app },
      ]);
    });

    it('names the account of a decision, and the app of one that was refused while it waited', async () => {
      const ledger = await store.fresh();
      const { site, appId } = someKeys();
      const waiting = { site, appId, appName: 'Margin', owner: 'o', waitingSinceUtc: noon, missing: [], alertedTo: [] };
      await ledger.upsertAwaiting(waiting);

      const facts = { by: { account: 'CORP\\eve', door: 'temporal', asserted: true }, why: 'not allowed' };
      await ledger.record({ promotionKey: 'x', seq: 'refused/1', type: 'refused', atUtc: noon, site, appId, facts });

      expect(await ledger.listAudit()).toMatchObject([
        { kind: 'decision', account: 'CORP\\eve', door: 'temporal', asserted: true, appName: 'Margin', appId },
      ]);
    });

    it('tells each pause that began or ended, and what others append, in the order of writing', async () => {
      const clock = steppedClock();
      const ledger = await store.fresh(clock.now);

      await ledger.pauseSite({ site: 'test', why: 'it moves', by });
      await ledger.pauseSite({ site: 'test', why: 'me too', by });
      await ledger.resumeSite({ site: 'test', by });
      await ledger.resumeSite({ site: 'test', by });
      await ledger.appendAudit({ kind: 'sign-in', type: 'signed-in', atUtc: noon, by });

      const told = await ledger.listAudit({ order: 'oldest' });
      expect(told.map(({ type, site, account }) => [type, site, account])).toEqual([
        ['paused', 'test', by.account],
        ['resumed', 'test', by.account],
        ['signed-in', undefined, by.account],
      ]);
      expect(told[1]?.facts).toEqual({ why: 'it moves', sinceUtc: noon });
    });

    it('has nothing of a transaction that failed', async () => {
      const ledger = await store.fresh();
      const { promotionKey } = someKeys();
      const failing = ledger.withTransaction(async (tx) => {
        await tx.record({ promotionKey, seq: 'a', type: 'exported', atUtc: noon });
        await tx.appendAudit({ kind: 'settings', type: 'changed', atUtc: noon });
        throw new Error('changed my mind');
      });

      await expect(failing).rejects.toThrow('changed my mind');

      expect(await ledger.listAudit()).toEqual([]);
      expect(await verifyAudit(ledger)).toMatchObject({ holds: true, entries: 0 });
    });

    it('holds with any text, also what a database would not give back as it was', async () => {
      const ledger = await store.fresh();
      const text = '\u0000 \ud800 "\'; drop table audit; -- ☃ 𝄞 \u2028';
      const odd = { account: text, door: text };

      await ledger.appendAudit({ kind: 'sign-in', type: text, atUtc: noon, by: odd, appName: text, facts: { text } });

      expect(await verifyAudit(ledger)).toMatchObject({ holds: true, entries: 1 });
      expect(await ledger.listAudit({ text: 'DROP TABLE' })).toMatchObject([{ facts: { text } }]);
    });

    it('refuses to change, delete or replace an entry, even past Waybill', async () => {
      const place = await store.place();
      const own = await openLedger(place);
      await own.record({ promotionKey: 'p', seq: 's', type: 't', atUtc: noon });

      for (const statement of [`update audit set facts = 'x'`, 'delete from audit']) {
        await expect(store.execute(place, statement)).rejects.toThrow('append-only');
      }

      expect(await verifyAudit(own)).toMatchObject({ holds: true, entries: 1 });
      await own.close();
    });

    it('has no gap and no fork when several processes write at the same time', async () => {
      const place = await store.place();
      const ledger = await openLedger(place);
      const racers = ['a', 'b', 'c'].map((name) =>
        spawn(process.execPath, [racer, JSON.stringify(place), name, '40'], { stdio: ['pipe', 'pipe', 'inherit'] }),
      );
      await Promise.all(racers.map(({ stdout }) => once(stdout, 'readable')));

      const ends = racers.map((process) => once(process, 'close'));
      for (const { stdin } of racers) stdin.end();
      const own = Array.from({ length: 40 }, (_, n) =>
        ledger.record({ promotionKey: 'own', seq: String(n), type: 'planned', atUtc: noon }),
      );
      await Promise.all(own);

      expect((await Promise.all(ends)).map(([code]) => code as number)).toEqual([0, 0, 0]);
      const expected = 3 * (40 + 14 + 2) + 40;
      expect(await verifyAudit(ledger)).toMatchObject({ holds: true, entries: expected, fault: null });
      await ledger.close();
    });

    it('holds for what an earlier ledger had recorded, in the order of its time', async () => {
      const place = await store.place();
      const clock = steppedClock();
      const keys = someKeys();
      const before = await openLedger({ ...place, now: clock.now });
      await before.recordDecision(approval(keys));
      await before.pauseSite({ site: 'test', why: 'it moves', by });
      const steps = (from: number, to: number) =>
        before.withTransaction(async (tx) => {
          for (let n = from; n < to; n++) {
            clock.advance(1000);
            const atUtc = clock.now().toISOString();
            await tx.record({ promotionKey: keys.promotionKey, seq: `step ${n}`, type: 'planned', atUtc });
          }
        });
      await steps(0, 600);
      await before.resumeSite({ site: 'test', by });
      await steps(600, 1200);
      await before.close();
      await dropAudit(store, place);

      const after = await openLedger(place);
      await after.record({ promotionKey: keys.promotionKey, seq: 'after', type: 'exported', atUtc: noon });

      expect(await verifyAudit(after)).toMatchObject({ holds: true, entries: 1204 });
      const rows = [];
      for await (const row of auditRows(after)) rows.push(row);
      const times = rows.slice(0, -1).map(({ atUtc }) => atUtc);
      expect(times).toEqual(times.toSorted());
      expect(rows.every(({ kind, appName }) => kind === 'pause' || appName === 'Sales')).toBe(true);
      expect(await after.listAudit({ text: 'it moves' })).toHaveLength(2);
      await after.close();
    });
  });

  describe('reading the audit trail', () => {
    let ledger: Ledger;
    const keys = someKeys();
    beforeAll(async () => {
      ledger = await store.fresh();
      await ledger.recordDecision(approval(keys));
      const { promotionKey } = keys;
      for (const [n, type] of ['planned', 'replaced', 'verified'].entries()) {
        const atUtc = `2026-11-2${n + 2}T00:00:00.000Z`;
        const facts = { by: { account: `CORP\\U${n}` }, note: `50%_of ${type} "Größe"` };
        await ledger.record({ promotionKey, seq: type, type, atUtc, site: 'prod', appId: `there-${n}`, facts });
      }
      await ledger.pauseSite({ site: 'prod', why: 'release night', by });
    });

    const found = async (filter: AuditFilter) =>
      (await ledger.listAudit({ toUtc: '2026-11-30T00:00:00.000Z', ...filter })).map(({ type }) => type);

    it('finds by place, app, account, kind, event, promotion and time', async () => {
      expect(await found({})).toEqual(['verified', 'replaced', 'planned', 'decided']);
      expect(await found({ site: keys.site })).toEqual(['decided']);
      expect(await found({ appId: keys.appId })).toHaveLength(4);
      expect(await found({ appId: 'there-1' })).toEqual(['replaced']);
      expect(await found({ account: 'corp\\u2' })).toEqual(['verified']);
      expect(await found({ kinds: ['promotion', 'pause'], order: 'oldest' })).toEqual(['decided']);
      expect(await found({ types: ['planned', 'verified'] })).toEqual(['verified', 'planned']);
      expect(await found({ promotionKey: keys.promotionKey, site: 'prod', limit: 2 })).toEqual([
        'verified',
        'replaced',
      ]);
      const day = { fromUtc: '2026-11-22T00:00:00.000Z', toUtc: '2026-11-23T00:00:00.000Z' };
      expect(await found(day)).toEqual(['planned']);
      expect(await found({ fromUtc: '2026-11-24T00:00:00.000Z' })).toEqual(['verified']);
      expect(await found({ kinds: [] })).toEqual([]);
    });

    it.each([
      ['a word in any case', 'SALES', 4],
      ['a letter that is not of ASCII', 'größe', 3],
      ['several words', 'of replaced', 1],
      ['the text of a pause', 'release n', 0],
      ['nothing that is there', 'nothing like this', 0],
      ['two letters', 'sa', 4],
      ['what a pattern would take for anything', '0%_o', 3],
      ['a part of a key', keys.promotionKey.slice(2, 9), 4],
      ['a quotation mark', '"größe"', 3],
    ])('finds %s', async (_what, text, count) => {
      expect(await found({ text })).toHaveLength(count);
    });

    it('finds text together with all else, page by page in both directions', async () => {
      expect(await found({ text: 'sales', site: 'prod', types: ['planned', 'verified'] })).toEqual([
        'verified',
        'planned',
      ]);
      const [, second] = await ledger.listAudit({ text: 'sales' });
      expect(await found({ text: 'sales', beforeN: second?.n })).toEqual(['planned', 'decided']);
      expect(await found({ text: 'sales', afterN: second?.n, order: 'oldest' })).toEqual(['verified']);
      expect(await found({ text: 'sales', order: 'oldest', limit: 1 })).toEqual(['decided']);
      expect(await found({ text: 'of ', fromUtc: '2026-11-23T00:00:00.000Z' })).toEqual(['verified', 'replaced']);
    });
  });
}
