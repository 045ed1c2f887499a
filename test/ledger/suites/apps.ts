import { beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

export function describeApps(store: StoreUnderTest): void {
  describe('waiting apps and memories', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    it('keeps one row for an app that waits, until it is taken away', async () => {
      const { site, appId } = someKeys();
      const row = {
        site,
        appId,
        appName: 'Größe',
        owner: 'CORP\\ann',
        stream: 'Sales',
        publishTimeUtc: noon,
        waitingSinceUtc: noon,
        missing: ['a target'],
        alertedTo: ['a@x.com'],
        facts: { changed: 3 },
      };
      await ledger.upsertAwaiting({ ...row, missing: ['a target', 'a stream'], stream: undefined });
      await ledger.upsertAwaiting(row);

      expect(await ledger.listAwaiting({ site })).toEqual([row]);
      expect(await ledger.getAwaiting(site, appId)).toEqual(row);
      expect(await ledger.listAwaiting({ site, text: 'GRÖSSE' })).toEqual([]);
      expect(await ledger.listAwaiting({ site, text: 'GRÖ', owner: 'CORP\\ann' })).toHaveLength(1);
      expect(await ledger.deleteAwaiting(site, appId)).toBe(true);
      expect(await ledger.deleteAwaiting(site, appId)).toBe(false);
      expect(await ledger.getAwaiting(site, appId)).toBeUndefined();
    });

    it('lists what is remembered of the apps of one site, and not of the site itself', async () => {
      const { site } = someKeys();
      await ledger.putAppMemory(site, 'b', { seen: 2 });
      await ledger.putAppMemory(site, 'a', { seen: 1 });
      await ledger.putAppMemory(`${site}-other`, 'c', { seen: 3 });
      await ledger.putSiteMemory(site, { watermark: noon });

      expect(await ledger.listAppMemories(site)).toEqual([
        { appId: 'a', memory: { seen: 1 }, revision: 1 },
        { appId: 'b', memory: { seen: 2 }, revision: 1 },
      ]);
    });

    it('remembers each app of a site by itself, for any number of apps', async () => {
      const { site } = someKeys();
      await ledger.putAppMemory(site, 'a', { seen: 1 });
      await ledger.putAppMemory(site, 'a', { seen: 2 });
      await ledger.putAppMemory('elsewhere', 'b', { seen: 9 });

      const many = Array.from({ length: 1200 }, (_, n) => `none-${n}`);
      const found = await ledger.getAppMemory(site, [...many, 'a', 'b']);

      expect([...found]).toEqual([['a', { memory: { seen: 2 }, revision: 2 }]]);
      expect((await ledger.getAppMemory(site, [])).size).toBe(0);
    });

    it('refuses to write over what somebody else wrote since', async () => {
      const { site } = someKeys();
      expect(await ledger.putAppMemory(site, 'a', 1, { revision: 0 })).toBe(true);
      expect(await ledger.putAppMemory(site, 'a', 2, { revision: 0 })).toBe(false);
      expect(await ledger.putAppMemory(site, 'a', 3, { revision: 1 })).toBe(true);
      expect(await ledger.putAppMemory(site, 'a', 4, { revision: 1 })).toBe(false);
      expect((await ledger.getAppMemory(site, ['a'])).get('a')).toEqual({ memory: 3, revision: 2 });
    });

    it('loses no change of many that are made at once', async () => {
      const { site, appId } = someKeys();
      const addOne = (count: number | undefined) => (count ?? 0) + 1;

      await Promise.all([
        ...Array.from({ length: 20 }, () => ledger.updateAppMemory<number>(site, appId, addOne)),
        ...Array.from({ length: 20 }, () => ledger.updateSiteMemory<number>(site, addOne)),
      ]);

      expect((await ledger.getAppMemory(site, [appId])).get(appId)?.memory).toBe(20);
      expect(await ledger.getSiteMemory(site)).toEqual({ memory: 20, revision: 20 });
    });

    it('remembers a site apart from its apps', async () => {
      const { site } = someKeys();
      expect(await ledger.getSiteMemory(site)).toBeUndefined();

      await ledger.putSiteMemory(site, { watermark: noon });

      expect(await ledger.getSiteMemory(site)).toEqual({ memory: { watermark: noon }, revision: 1 });
      expect(await ledger.putSiteMemory(site, {}, { revision: 7 })).toBe(false);
    });
  });
}
