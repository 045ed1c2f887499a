import { beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { approval, noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

export function describeNews(store: StoreUnderTest): void {
  describe('news for open pages', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    it('changes with whatever is written about a promotion, and with nothing else', async () => {
      const keys = someKeys();
      const { promotionKey } = keys;
      const seen = async (): Promise<string> => (await ledger.newsOfPromotion(promotionKey)).seen;
      const start = {
        workflowId: 'w',
        runId: 'r',
        activityId: '1',
        attempt: 1,
        activityType: 'exportApp',
        promotionKey,
      };
      const writes: (() => Promise<unknown>)[] = [
        () => ledger.recordDecision(approval(keys)),
        () => ledger.record({ promotionKey, seq: 'export', type: 'exported', atUtc: noon }),
        () => ledger.upsertDelivery({ promotionKey, target: 'test', state: 'staging' }),
        () => ledger.writeAttempts([{ ...start, startedAtUtc: noon }]),
        () => ledger.writeAttempts([{ ...start, startedAtUtc: noon, endedAtUtc: noon, outcome: 'completed' }]),
        () =>
          ledger.upsertMail({
            messageId: promotionKey,
            promotionKey,
            kind: 'results',
            to: [],
            subject: 's',
            state: 'sent',
          }),
        () => ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: noon }),
      ];
      const all = [await seen()];
      for (const write of writes) {
        await write();
        all.push(await seen());
      }

      expect(new Set(all).size).toBe(all.length);
      await ledger.recordDecision(approval(someKeys()));
      expect(await seen()).toBe(all.at(-1));
      expect(all.at(-1)).toMatch(/^[\w.-]+$/);
    });

    it('tells whether something of an open promotion runs', async () => {
      const keys = someKeys();
      const { promotionKey } = keys;
      await ledger.recordDecision(approval(keys));
      const start = {
        workflowId: 'w2',
        runId: 'r',
        activityId: '1',
        attempt: 1,
        activityType: 'exportApp',
        promotionKey,
      };
      await ledger.writeAttempts([{ ...start, startedAtUtc: noon }]);

      expect(await ledger.newsOfPromotion(promotionKey)).toMatchObject({ running: 1 });
      await ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: noon });
      expect(await ledger.newsOfPromotion(promotionKey)).toMatchObject({ running: 0 });
    });

    it('changes with what waits, is stuck or is paused', async () => {
      const seen = async (): Promise<string> => (await ledger.newsOfOpenWork()).seen;
      const row = { site: 'dev', appId: 'app', appName: 'Sales', owner: 'rep', waitingSinceUtc: noon, alertedTo: [] };
      const { promotionKey } = someKeys();
      const by = { account: 'otto', door: 'console', asserted: false };
      const writes: (() => Promise<unknown>)[] = [
        () => ledger.upsertAwaiting({ ...row, missing: [] }),
        () => ledger.upsertAwaiting({ ...row, missing: ['a stream'] }),
        () => ledger.upsertDelivery({ promotionKey, target: 'test', state: 'needs-operator', trouble: { step: 's' } }),
        () => ledger.pauseSite({ site: 'test', why: 'why', by }),
        () => ledger.deleteAwaiting('dev', 'app'),
      ];
      const all = [await seen()];
      for (const write of writes) {
        await write();
        all.push(await seen());
      }

      expect(new Set(all).size).toBe(all.length);
    });
  });

  describe('the list of promotions by decider, day and page', () => {
    let ledger: Ledger;
    const at = (minute: number): string => new Date(Date.parse(noon) + minute * 60_000).toISOString();
    beforeAll(async () => {
      ledger = await store.fresh();
      for (const [index, account] of ['COMPANY\\anna', 'COMPANY\\bob', 'COMPANY\\anna', undefined].entries()) {
        await ledger.openPromotion({
          promotionKey: `key${index}`,
          site: 'dev',
          appId: `app${index}`,
          appName: 'Sales',
          owner: 'rep',
          verdict: 'approve',
          decision: account === undefined ? null : { by: { account } },
          // Two of them in the same millisecond.
          startedAtUtc: at(Math.max(0, index - 1)),
        });
      }
    });
    const keys = async (filter: Parameters<Ledger['listPromotions']>[0]): Promise<string[]> =>
      (await ledger.listPromotions(filter)).map(({ promotionKey }) => promotionKey);

    it('knows who decided from the decision itself', async () => {
      expect(await ledger.deciders()).toEqual(['COMPANY\\anna', 'COMPANY\\bob']);
      expect(await keys({ decidedBy: ['COMPANY\\anna'] })).toEqual(['key2', 'key0']);
      expect(await keys({ decidedBy: [] })).toEqual([]);
    });

    it('holds a time from its first moment to the one before its last', async () => {
      expect(await keys({ startedFromUtc: at(1), startedBeforeUtc: at(2) })).toEqual(['key2']);
    });

    it('goes on after a promotion, also where two began at once', async () => {
      const all = await keys({});
      const pages: string[] = [];
      for (const after of [undefined, ...(await ledger.listPromotions())])
        pages.push(...(await keys({ limit: 1, ...(after && { after }) })));

      expect(all).toEqual(['key3', 'key2', 'key0', 'key1']);
      expect(pages).toEqual(all);
    });

    it('gives the deliveries of several promotions at once', async () => {
      for (const promotionKey of ['key0', 'key1', 'key2'])
        await ledger.upsertDelivery({ promotionKey, target: 'test', state: 'planning' });

      const found = await ledger.listDeliveries({ promotionKeys: ['key0', 'key2'] });

      expect(found.map(({ promotionKey }) => promotionKey).toSorted()).toEqual(['key0', 'key2']);
      expect(await ledger.listDeliveries({ promotionKeys: [] })).toEqual([]);
    });
  });
}
