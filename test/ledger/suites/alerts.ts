import { beforeAll, describe, expect, it } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import { noon, someKeys, type StoreUnderTest } from './store-under-test.ts';

export function describeAlerts(store: StoreUnderTest): void {
  describe('alerts of failed reloads', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh();
    });

    function failure() {
      const { site: tenant, appId, promotionKey: reloadId } = someKeys();
      return { tenant, reloadId, appId, status: 'FAILED', event: { eventId: 'e' } };
    }

    it('notes a failed reload once, and keeps what the first call said', async () => {
      const input = failure();

      const noted = await Promise.all([1, 2, 3].map(() => ledger.noteReloadFailure(input)));

      expect(new Set(noted.map(({ foundAtUtc }) => foundAtUtc)).size).toBe(1);
      expect(await ledger.noteReloadFailure({ ...input, status: 'CANCELED' })).toMatchObject({
        ...input,
        state: 'open',
      });
      expect(await ledger.getReloadFailure({ ...input, reloadId: 'none' })).toBeUndefined();
    });

    it('amends and ends one that is open, and lets its end stand', async () => {
      const input = failure();
      await ledger.noteReloadFailure(input);
      await ledger.amendReloadFailure(input, { status: 'EXCEEDED_LIMIT', event: { eventId: 'later' } });
      await ledger.endReloadFailure(input, 'alerted');
      await ledger.endReloadFailure(input, 'passed');
      await ledger.amendReloadFailure(input, { status: 'FAILED', event: null });

      expect(await ledger.getReloadFailure(input)).toMatchObject({
        state: 'alerted',
        status: 'EXCEEDED_LIMIT',
        event: { eventId: 'later' },
        endedAtUtc: expect.any(String),
      });
    });

    it('keeps of each part the latest answer, and facts rather than a reason why there are none', async () => {
      const key = failure();
      await ledger.putReloadPart(key, { part: 'app', missingWhy: 'no answer' });
      await ledger.putReloadPart(key, { part: 'app', facts: { name: 'Sales' } });
      await ledger.putReloadPart(key, { part: 'app', missingWhy: 'no answer' });
      await ledger.putReloadPart(key, { part: 'log', missingWhy: 'first' });
      await ledger.putReloadPart(key, { part: 'log', missingWhy: 'second' });

      expect(await ledger.reloadParts(key)).toEqual([
        { part: 'app', facts: { name: 'Sales' }, missingWhy: undefined },
        { part: 'log', facts: undefined, missingWhy: 'second' },
      ]);
    });

    it('finds failed reloads by app, what became of them and their alerts, page by page', async () => {
      const tenant = `tenant-${someKeys().promotionKey}`;
      for (const reloadId of ['a', 'b', 'c']) {
        const key = { ...failure(), tenant, reloadId };
        await ledger.noteReloadFailure({ ...key, event: { appName: `Found ${reloadId} 100%` } });
        const alert = { ...key, kind: 'failed', destination: 'slack/team', recipient: '' } as const;
        await ledger.claimAlert(alert);
        await ledger.noteAlert(alert, reloadId === 'b' ? 'held' : 'sent');
        if (reloadId !== 'c') await ledger.endReloadFailure(key, 'alerted');
      }
      await ledger.putReloadPart({ tenant, reloadId: 'a' }, { part: 'app', facts: { name: 'Kept Name' } });
      await ledger.noteRecovery(tenant, ['a'], noon);
      const ids = async (search: Parameters<Ledger['searchReloadFailures']>[0]) =>
        (await ledger.searchReloadFailures({ tenant, ...search })).map(({ reloadId }) => reloadId);
      const all = await ids({});

      expect(all.toSorted()).toEqual(['a', 'b', 'c']);
      expect(await ids({ app: 'kept nAME' })).toEqual(['a']);
      expect(await ids({ app: 'found b 100%' })).toEqual(['b']);
      expect(await ids({ app: '_' })).toEqual([]);
      expect(await ids({ outlook: 'recovered' })).toEqual(['a']);
      expect(await ids({ outlook: 'standing' })).toEqual(['b']);
      expect(await ids({ outlook: 'open' })).toEqual(['c']);
      expect(await ids({ alert: 'held', destination: 'slack/team' })).toEqual(['b']);
      expect(await ids({ alert: 'held', destination: 'mail/team' })).toEqual([]);
      const [first] = await ledger.searchReloadFailures({ tenant, limit: 1 });
      expect([first?.reloadId, ...(await ids({ after: first }))]).toEqual(all);
      expect((await ledger.searchReloadFailures({ tenant, app: 'Kept' }))[0]).toMatchObject({
        parts: { app: { name: 'Kept Name' } },
        alerts: [{ destination: 'slack/team', state: 'sent' }],
      });
      expect(await ledger.alertDestinations()).toContain('slack/team');
    });

    it('knows which of some reloads it holds, of that tenant', async () => {
      const [one, other] = [failure(), failure()];
      await ledger.noteReloadFailure(one);
      await ledger.noteReloadFailure(other);

      expect(await ledger.knownReloads(one.tenant, [one.reloadId, other.reloadId, 'none'])).toEqual(
        new Set([one.reloadId]),
      );
      expect(await ledger.knownReloads(one.tenant, [])).toEqual(new Set());
    });

    it('notes a recovery once, for what was alerted before', async () => {
      const [first, open] = [failure(), failure()];
      const second = { ...first, reloadId: 'second' };
      const late = { ...open, tenant: first.tenant, appId: first.appId };
      for (const one of [first, second, late]) await ledger.noteReloadFailure(one);
      for (const one of [first, second]) await ledger.endReloadFailure(one, 'alerted');

      const { tenant, appId } = first;
      expect(await ledger.standingFailures(tenant, appId)).toMatchObject([{}, {}]);
      const ids = [first.reloadId, 'second', late.reloadId];
      expect(await ledger.noteRecovery(tenant, [], noon)).toEqual([]);
      const over = await ledger.noteRecovery(tenant, ids, noon);

      expect(over.map(({ reloadId }) => reloadId).toSorted()).toEqual([first.reloadId, 'second'].toSorted());
      expect(over).toMatchObject([{ recoveredAtUtc: noon }, { recoveredAtUtc: noon }]);
      expect(await ledger.noteRecovery(tenant, ids, noon)).toEqual([]);
      expect(await ledger.standingFailures(tenant, appId)).toEqual([]);
      expect(await ledger.failingApps(tenant, { after: '', limit: 5 })).toEqual([]);
      expect(await ledger.listReloadFailures({ tenant, appId, limit: 2 })).toHaveLength(2);
    });

    it('lists each app with failures that were alerted and are not over once, page by page', async () => {
      const { tenant, ...input } = failure();
      for (const [appId, ids] of Object.entries({ a: ['a1', 'a2'], b: ['b1'], c: ['c1'], open: ['o1'] }))
        for (const reloadId of ids) {
          await ledger.noteReloadFailure({ ...input, tenant, appId, reloadId: `${tenant}.${reloadId}` });
          if (appId !== 'open') await ledger.endReloadFailure({ tenant, reloadId: `${tenant}.${reloadId}` }, 'alerted');
        }
      await ledger.noteRecovery(tenant, [`${tenant}.b1`], noon);

      expect(await ledger.failingApps(tenant, { after: '', limit: 1 })).toEqual(['a']);
      expect(await ledger.failingApps(tenant, { after: 'a', limit: 5 })).toEqual(['c']);
    });

    it('claims an alert once for a destination and recipient, and lets what was sent stand', async () => {
      const { tenant, reloadId, appId } = failure();
      const key = { tenant, reloadId, kind: 'failed', destination: 'slack/bi', recipient: '' } as const;

      const claims = await Promise.all([1, 2, 3].map(() => ledger.claimAlert({ ...key, appId })));
      expect(claims.filter(({ fresh }) => fresh)).toHaveLength(1);
      expect(await ledger.claimAlert({ ...key, recipient: 'a@b.example', appId })).toMatchObject({ fresh: true });
      expect(await ledger.claimAlert({ ...key, kind: 'recovered', appId })).toMatchObject({ fresh: true });

      await ledger.noteAlert(key, 'waiting', 'no answer');
      await ledger.noteAlert(key, 'held');
      await ledger.noteAlert(key, 'sent');
      await ledger.noteAlert(key, 'given-up', 'too late');

      expect(await ledger.getAlert(key)).toMatchObject({ state: 'sent', attempts: 2, lastError: undefined });
      expect(await ledger.claimAlert({ ...key, appId })).toEqual({ fresh: false, state: 'sent' });
      expect(await ledger.listAlerts({ tenant, reloadId })).toHaveLength(3);
      expect(await ledger.listAlerts({ tenant, state: 'waiting' })).toHaveLength(2);
    });
  });
}
