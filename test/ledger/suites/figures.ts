import { beforeAll, describe, expect, it } from 'vitest';
import { type Ledger, openLedger } from '../../../ledger/ledger.ts';
import type { PromotionState } from '../../../ledger/states.ts';
import { dropAudit, type StoreUnderTest } from './store-under-test.ts';

const MINUTE_MS = 60_000;
const slices = ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'];

interface Facts {
  readonly key: string;
  /** When it began and was decided. */
  readonly atUtc: string;
  readonly state?: PromotionState;
  readonly verdict?: 'approve' | 'deny' | 'reload';
  readonly stream?: string;
  readonly owner?: string;
  /** Minutes from publish to decision. */
  readonly waited?: number;
  /** Minutes from decision to end. */
  readonly took?: number;
  readonly publishedAtUtc?: string;
}

async function promote(ledger: Ledger, facts: Facts): Promise<void> {
  const { key, atUtc, state = 'promoted', verdict = 'approve', stream = 'Sales', owner = 'CORP\\ann' } = facts;
  const later = (minutes: number) => new Date(Date.parse(atUtc) + minutes * MINUTE_MS).toISOString();
  const publishedAtUtc = facts.publishedAtUtc ?? later(-(facts.waited ?? 60));
  await ledger.openPromotion({
    promotionKey: key,
    site: 'dev',
    appId: key,
    appName: key,
    owner,
    verdict,
    decision: { app: { streamName: stream }, decidedAtUtc: atUtc, source: { revision: { publishedAtUtc } } },
    startedAtUtc: atUtc,
  });
  const endedAtUtc = state === 'delivering' ? undefined : later(facts.took ?? 30);
  await ledger.updatePromotion(key, { state, endedAtUtc });
}

async function fill(ledger: Ledger): Promise<void> {
  for (let n = 1; n <= 20; n += 1)
    await promote(ledger, { key: `p${n}`, atUtc: '2026-03-01T12:00:00.000Z', waited: n, took: 10 });
  await promote(ledger, { key: 'open', atUtc: '2026-03-02T00:00:00.000Z', state: 'delivering', owner: 'CORP\\bob' });
  await promote(ledger, { key: 'denied', atUtc: '2026-03-02T01:00:00.000Z', state: 'denied', verdict: 'deny' });
  await promote(ledger, { key: 'again', atUtc: '2026-03-02T02:00:00.000Z', verdict: 'reload', stream: 'Finance' });
  await promote(ledger, { key: 'odd', atUtc: '2026-03-02T03:00:00.000Z', publishedAtUtc: 'never' });
  await promote(ledger, { key: 'late', atUtc: '2026-03-03T00:00:00.000Z' });
  await ledger.updatePromotion('p1', { version: { versionId: 'v1', sha256: 'aa' } });
  const delivered = { state: 'verified', items: [{ action: 'replaced' }] } as const;
  await ledger.upsertDelivery({ promotionKey: 'p1', target: 'test', ...delivered });
  await ledger.upsertDelivery({ promotionKey: 'p2', target: 'test', ...delivered });
  await ledger.upsertDelivery({ promotionKey: 'again', target: 'prod', ...delivered });
  await ledger.upsertDelivery({ promotionKey: 'p3', target: 'prod', state: 'verified' });
  await ledger.upsertDelivery({ promotionKey: 'open', target: 'prod', state: 'staging' });
  for (const [promotionKey, seq, code] of [
    ['p1', 'trouble/a', 'WAYBILL_QRS_FORBIDDEN'],
    ['p1', 'trouble/b', 'WAYBILL_QRS_FORBIDDEN'],
    ['again', 'trouble/a', 'WAYBILL_QRS_UNREACHABLE'],
  ] as const)
    await ledger.record({
      promotionKey,
      seq,
      type: 'trouble',
      atUtc: '2026-03-02T05:00:00.000Z',
      facts: { code, message: 'a \u0000, \\u0000 and \ud800 in it' },
    });
}

export function describeFigures(store: StoreUnderTest): void {
  describe('figures', () => {
    let ledger: Ledger;
    beforeAll(async () => {
      ledger = await store.fresh(() => new Date('2026-03-02T05:00:00.000Z'));
      await fill(ledger);
    });

    it('count promotions by the slice in which they began, and by state', async () => {
      const found = await ledger.promotionsBegun({ slices });

      expect(found).toHaveLength(4);
      expect(found).toEqual(
        expect.arrayContaining([
          { slice: 0, state: 'promoted', count: 20 },
          { slice: 1, state: 'delivering', count: 1 },
          { slice: 1, state: 'denied', count: 1 },
          { slice: 1, state: 'promoted', count: 2 },
        ]),
      );
    });

    it('give the median and the 95th of a hundred of lead times, by the nearest rank', async () => {
      const ofFirst = { count: 20, p50Ms: 20 * MINUTE_MS, p95Ms: 29 * MINUTE_MS };

      // What was reloaded was published for another promotion, and what has no time of publish has no lead time.
      expect(await ledger.leadTimes({ slices })).toEqual({ slices: [{ slice: 0, ...ofFirst }], whole: ofFirst });
      expect(await ledger.leadTimes({ slices, stream: 'Nowhere' })).toEqual({ slices: [], whole: undefined });
    });

    it.each(['2026-02-30T00:00:00.000Z', '', '1753-01-01', '9'.repeat(400)])(
      'never keep a promotion from being recorded, published at %j',
      async (publishedAtUtc) => {
        const key = `odd ${publishedAtUtc.length}`;
        await promote(ledger, { key, atUtc: '2026-06-01T00:00:00.000Z', publishedAtUtc });
        expect(await ledger.getPromotion(key)).toMatchObject({ state: 'promoted' });
      },
    );

    it('give the times to a decision, denials among them', async () => {
      const { slices: bySlice, whole } = await ledger.decisionTimes({ slices });

      expect(bySlice.find(({ slice }) => slice === 1)).toMatchObject({ count: 2, p50Ms: 60 * MINUTE_MS });
      expect(whole).toMatchObject({ count: 22, p50Ms: 11 * MINUTE_MS });
    });

    it('count troubles by their cause, versions, and what came from whom to where', async () => {
      expect(await ledger.failureCauses({ slices })).toEqual([
        { code: 'WAYBILL_QRS_FORBIDDEN', times: 2, promotions: 1 },
        { code: 'WAYBILL_QRS_UNREACHABLE', times: 1, promotions: 1 },
      ]);
      expect(await ledger.versionsKept({ slices })).toEqual([{ slice: 0, count: 1 }]);
      expect(await ledger.flows({ slices })).toEqual([
        { owner: 'CORP\\ann', stream: 'Sales', target: 'test', count: 2 },
        { owner: 'CORP\\ann', stream: 'Finance', target: 'prod', count: 1 },
      ]);
    });

    it('count mails that were sent; narrowed, those of promotions', async () => {
      const mail = { kind: 'results', to: [], subject: 's' } as const;
      await ledger.upsertMail({ ...mail, messageId: 'a@x', promotionKey: 'p1', state: 'sent' });
      await ledger.upsertMail({ ...mail, messageId: 'b@x', promotionKey: 'p1', state: 'queued' });
      await ledger.upsertMail({ ...mail, messageId: 'c@x', promotionKey: 'dev.app', kind: 'reminder', state: 'sent' });

      expect(await ledger.mailsSent({ slices })).toEqual([
        { kind: 'reminder', count: 1 },
        { kind: 'results', count: 1 },
      ]);
      expect(await ledger.mailsSent({ slices, owner: 'CORP\\ann' })).toEqual([{ kind: 'results', count: 1 }]);
    });

    it('are narrowed by site, stream and owner, each of which can be chosen', async () => {
      expect(await ledger.figureChoices()).toEqual({
        sites: ['dev'],
        streams: ['Finance', 'Sales'],
        owners: ['CORP\\ann', 'CORP\\bob'],
      });
      expect(await ledger.promotionsBegun({ slices, owner: 'CORP\\bob', site: 'dev' })).toEqual([
        { slice: 1, state: 'delivering', count: 1 },
      ]);
      expect(await ledger.failureCauses({ slices, stream: 'Finance' })).toHaveLength(1);
      expect(await ledger.promotionsBegun({ slices, site: 'elsewhere' })).toEqual([]);
    });

    it('stand in a transaction or do not, as what they are of', async () => {
      const atUtc = '2026-05-01T00:00:00.000Z';
      const filter = { slices: [atUtc, '2026-05-02T00:00:00.000Z'] };
      const fails = ledger.withTransaction(async (inside) => {
        await inside.openPromotion({
          promotionKey: 'undone',
          site: 'dev',
          appId: 'x',
          appName: 'x',
          owner: 'x',
          verdict: 'approve',
          decision: {},
          startedAtUtc: atUtc,
        });
        expect(await inside.promotionsBegun(filter)).toHaveLength(1);
        throw new Error('changed my mind');
      });

      await expect(fails).rejects.toThrow('changed my mind');
      expect(await ledger.promotionsBegun(filter)).toEqual([]);
    });

    it('are made of what a ledger of before holds', async () => {
      const place = await store.place();
      const before = await openLedger(place);
      await fill(before);
      await before.close();
      await dropAudit(store, place);

      const after = await openLedger(place);

      expect(await after.promotionsBegun({ slices })).toEqual(await ledger.promotionsBegun({ slices }));
      expect(await after.leadTimes({ slices })).toEqual(await ledger.leadTimes({ slices }));
      expect(await after.failureCauses({ slices })).toHaveLength(2);
      expect(await after.versionsKept({ slices })).toHaveLength(1);
      await after.close();
    });
  });
}
