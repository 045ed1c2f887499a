import { beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { approval, noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

export function describeBackupsAndMails(store: StoreUnderTest): void {
  describe('backups and mails', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    it('keeps the first backup of an app that a promotion replaces', async () => {
      const { promotionKey, site: target, appId: targetAppId } = someKeys();
      const first = {
        target,
        targetAppId,
        promotionKey,
        sha256: 'f1',
        sizeBytes: 2 ** 40,
        withData: true,
        atUtc: noon,
      };

      expect(await ledger.recordBackup(first)).toEqual({ fresh: true, backup: first });
      expect(await ledger.recordBackup({ ...first, sha256: 'f2', withData: false })).toEqual({
        fresh: false,
        backup: first,
      });

      expect(await ledger.getBackup(target, targetAppId, promotionKey)).toEqual(first);
      expect(await ledger.listBackups({ target, targetAppId })).toEqual([first]);
      expect(await ledger.listBackups({ promotionKey: 'none' })).toEqual([]);
    });

    it('lets one promotion at a time replace an app, and each of its targets apart', async () => {
      const { promotionKey, site: target, appId: targetAppId } = someKeys();
      const mine = { target, targetAppId, promotionKey };
      const other = { ...mine, promotionKey: someKeys().promotionKey };

      const taken = await Promise.all([mine, other, mine, other].map((key) => ledger.takeOverwriteLock(key)));
      const holder = taken[0] === promotionKey ? mine : other;
      const loser = holder === mine ? other : mine;
      expect(new Set(taken).size).toBe(1);
      expect(await ledger.noteOverwriteBegun(holder)).toBe(false);
      expect(await ledger.noteOverwriteBegun(holder)).toBe(true);
      await ledger.releaseOverwriteLock(loser);
      await ledger.releaseOverwriteLock({ target: 'elsewhere', promotionKey: holder.promotionKey });
      expect(await ledger.takeOverwriteLock(loser)).toBe(holder.promotionKey);
      await ledger.releaseOverwriteLock({ target, promotionKey: holder.promotionKey });
      expect(await ledger.takeOverwriteLock(loser)).toBe(loser.promotionKey);
      expect(await ledger.noteOverwriteBegun(loser)).toBe(false);
    });

    it('names every file that must not be collected', async () => {
      const own = await store.fresh();
      const open = async (promotionKey: string) => {
        await own.openPromotion({ ...approval(someKeys()).promotion, promotionKey });
        await own.updatePromotion(promotionKey, {
          artifact: { sha256: `${promotionKey}-file` },
          version: { sha256: `${promotionKey}-version`, versionId: '7' },
        });
      };
      const backup = {
        target: 'test',
        targetAppId: 'a',
        sizeBytes: 1,
        withData: true,
        atUtc: '2026-01-01T00:00:00.000Z',
      };
      for (const key of ['running', 'ended']) {
        await open(key);
        await own.recordBackup({ ...backup, promotionKey: key, sha256: `${key}-backup` });
      }
      await own.updatePromotion('ended', { endedAtUtc: '2026-01-02T00:00:00.000Z' });
      const running = ['running-backup', 'running-file', 'running-version'];

      expect([...(await own.artifactsInUse())].sort()).toEqual(['ended-backup', 'ended-version', ...running]);
      expect([...(await own.artifactsInUse({ keepFromUtc: '2026-02-01T00:00:00.000Z' }))].sort()).toEqual(running);
    });

    it('follows a mail through its tries, and a sent one stays sent', async () => {
      const { promotionKey } = someKeys();
      const mail = {
        messageId: `<${promotionKey}@waybill>`,
        promotionKey,
        kind: 'alert',
        to: ['a@x.com'],
        subject: 'S',
      };

      expect(await ledger.upsertMail({ ...mail, state: 'queued', text: 'Hello' })).toEqual({ state: 'queued' });
      await ledger.upsertMail({ ...mail, state: 'failed', attempts: 1, lastError: '451 later' });
      expect(await ledger.listMails({ promotionKey, state: 'failed' })).toMatchObject([
        { text: 'Hello', attempts: 1, lastError: '451 later', to: ['a@x.com'] },
      ]);
      await ledger.upsertMail({ ...mail, state: 'sent', attempts: 2, lastError: null });

      expect(await ledger.upsertMail({ ...mail, state: 'queued' })).toEqual({ state: 'sent' });
      expect(await ledger.getMail(mail.messageId)).toMatchObject({ state: 'sent', attempts: 2, lastError: undefined });
      expect(await ledger.getMail('<none>')).toBeUndefined();
    });
  });
}
