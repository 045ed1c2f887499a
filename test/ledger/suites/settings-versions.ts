import { beforeAll, describe, expect, it } from 'vitest';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import type { StoreUnderTest } from './store-under-test.ts';

export function describeSettingsVersions(store: StoreUnderTest): void {
  describe('versions of the settings', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    const version = (fingerprint: string) => ({ what: ['mail.host'], fingerprint, yaml: `# ${fingerprint}` });

    it('are numbered in the order of saving, newest first, and found with their text', async () => {
      await ledger.addSettingsVersion({ ...version('a'), savedBy: 'CORP\\ann' });
      const n = await ledger.addSettingsVersion(version('b'));

      const [latest, before] = await ledger.listSettingsVersions({ limit: 2 });
      expect(latest).toMatchObject({ n, what: ['mail.host'], fingerprint: 'b', savedBy: undefined });
      expect(before).toMatchObject({ n: n - 1, fingerprint: 'a', savedBy: 'CORP\\ann' });
      expect((await ledger.listSettingsVersions({ beforeN: n, limit: 1 }))[0]).toMatchObject({ fingerprint: 'a' });
      expect(await ledger.findSettingsVersion(n)).toMatchObject({ yaml: '# b' });
      expect(await ledger.findSettingsVersion(n + 1)).toBeUndefined();
    });

    it('of two who save at the same moment become two, one after the other, and none of one who turns back', async () => {
      const place = await store.place();
      const [one, other] = [await openLedger(place), await openLedger(place)];
      const save = (by: Ledger, fingerprint: string): Promise<number> =>
        by.withTransaction(async (inside) => {
          const n = await inside.addSettingsVersion(version(fingerprint));
          if (fingerprint === 'regretted') throw new Error('turned back');
          return n;
        });

      const ended = await Promise.allSettled([
        save(one, 'a'),
        save(other, 'b'),
        save(one, 'regretted'),
        save(other, 'c'),
      ]);

      expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      const versions = await one.listSettingsVersions({ limit: 10 });
      expect(versions.map(({ n }) => n)).toEqual([3, 2, 1]);
      expect(versions.map(({ fingerprint }) => fingerprint).toSorted()).toEqual(['a', 'b', 'c']);
      await Promise.all([one.close(), other.close()]);
    });
  });
}
