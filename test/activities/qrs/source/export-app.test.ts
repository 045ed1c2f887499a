import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import { fetchExport } from '../../../../activities/qrs/source/fetch-export.ts';
import type { DecisionRecord, ExportOutcome } from '../../../../activities/promotion-types.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, assess, code, fault, later, loseReply, mailsIn, requestsTo } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const DOWNLOAD = '/tempcontent/';

function exportApp(
  decision: DecisionRecord,
  { withData = true, attempt = 1, signal }: { withData?: boolean; attempt?: number; signal?: AbortSignal } = {},
): Promise<ExportOutcome> {
  return world.run((activities) => activities.exportApp({ ...decision, withData }), { attempt, signal });
}

async function tokensOf(appId: string): Promise<readonly string[]> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [appId])).get(appId)?.memory.exportTokens ?? [];
}

const looks = (): number => requestsTo(world.dev).filter((request) => request === 'GET /qrs/app/object/full').length;

describe('exporting an app', () => {
  it('keeps the file, and writes down what it holds', async () => {
    const { app, decision } = await approvedApp(world);
    world.nowUtc = new Date().toISOString();

    const outcome = await exportApp(decision);

    const counts: Record<string, number> = {};
    for (const object of world.dev.objects(app.id))
      counts[String(object['objectType'])] = (counts[String(object['objectType'])] ?? 0) + 1;
    const { storeId } = world.artifacts;
    expect(outcome).toEqual({
      outcome: 'exported',
      artifact: {
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        storeId,
        sizeBytes: expect.any(Number),
        sizeComparable: false,
        objects: Object.entries(counts)
          .map(([type, count]) => ({ type, count }))
          .toSorted((a, b) => (a.type < b.type ? -1 : 1)),
      },
    });
    if (outcome.outcome !== 'exported') throw new Error('not exported');
    const { stream, sizeBytes } = await world.artifacts.open(outcome.artifact.sha256);
    const bytes = await buffer(stream);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(outcome.artifact.sha256);
    expect(sizeBytes).toBe(outcome.artifact.sizeBytes);
    const promotion = await world.ledger.getPromotion(decision.promotionKey);
    expect(promotion).toMatchObject({ state: 'delivering', artifact: outcome.artifact });
    expect((await world.ledger.recordsOf(decision.promotionKey)).at(-1)).toMatchObject({
      seq: 'export',
      type: 'exported',
      atUtc: world.nowUtc,
      site: 'dev',
      appId: app.id,
      facts: { sha256: outcome.artifact.sha256, sizeBytes },
    });
  });

  it('leaves the data out where asked, and writes that down beside the other', async () => {
    const { decision } = await approvedApp(world, { app: { dataSizeBytes: 50_000 } });
    const whole = await exportApp(decision);

    const bare = await exportApp(decision, { withData: false });

    if (whole.outcome !== 'exported' || bare.outcome !== 'exported') throw new Error('not exported');
    expect(bare.artifact.sizeBytes).toBeLessThan(whole.artifact.sizeBytes);
    const records = await world.ledger.recordsOf(decision.promotionKey);
    expect(records.map(({ seq }) => seq)).toEqual(['decision', 'export', 'export-without-data']);
  });

  it('finds sizes comparable where the site shows that of the file', async () => {
    const { app, decision } = await approvedApp(world);
    const input = { site: 'dev', appId: app.id, appName: app.name, skipData: false };
    const { sizeBytes } = await world.inside((deps) => fetchExport(deps, input));
    fault(world.dev, {
      effect: { type: 'status', status: 200, json: { ...world.dev.app(app.id), fileSize: sizeBytes } },
      method: 'GET',
      path: /\/app\/[0-9a-f-]{36}\?/,
    });

    expect(await exportApp(decision)).toMatchObject({ artifact: { sizeComparable: true, sizeBytes } });
  });

  it.each([
    [59_999, 1, 1],
    [60_000, 1, 2],
    [0, 2, 2],
  ])('looks at the content of a decision that is %i ms old, at attempt %i, %i times', async (ageMs, attempt, times) => {
    const { decision } = await approvedApp(world);
    const startedMs = Date.parse((await world.ledger.getPromotion(decision.promotionKey))!.startedAtUtc);
    world.nowUtc = new Date(startedMs + ageMs).toISOString();
    world.dev.requestLog.clear();

    await exportApp(decision, { attempt });

    expect(looks()).toBe(times);
  });

  it('takes the file of an earlier run, whatever became of the app since', async () => {
    const { app, decision } = await approvedApp(world);
    const first = await exportApp(decision);
    world.dev.actAs.deleteApp(app.id);
    world.dev.requestLog.clear();

    expect(await exportApp(decision)).toEqual(first);
    expect(requestsTo(world.dev)).toEqual([]);
  });

  it('does not take a file with data for one without', async () => {
    const { decision } = await approvedApp(world, { app: { dataSizeBytes: 50_000 } });
    const whole = await exportApp(decision);

    const bare = await exportApp(decision, { withData: false });

    expect(bare).not.toEqual(whole);
  });

  it.each([
    ['of another store', { storeId: 'another' }],
    ['that is gone', { sha256: '0'.repeat(64) }],
    ['that is not told whole', { storeId: undefined }],
  ])('exports anew where the file of the earlier run is one %s', async (_, change) => {
    const { app, decision } = await approvedApp(world);
    const { storeId } = world.artifacts;
    const known = { sha256: '1'.repeat(64), storeId, sizeBytes: 1, sizeComparable: false, objects: [], ...change };
    const { promotionKey } = decision;
    await world.ledger.record({
      promotionKey,
      seq: 'export',
      type: 'exported',
      atUtc: decision.decidedAtUtc,
      site: 'dev',
      appId: app.id,
      facts: known,
    });

    const outcome = await exportApp(decision);

    expect(outcome).toMatchObject({ outcome: 'exported', artifact: { storeId } });
    expect(outcome).not.toMatchObject({ artifact: { sha256: known.sha256 } });
  });

  it('says bytes as they come', async () => {
    const { decision } = await approvedApp(world, { app: { dataSizeBytes: 200_000 } });
    await exportApp(decision);
    expect(await tokensOf(decision.appId)).toEqual([]);
  });
});

describe('an app whose content changed after the decision', () => {
  it.each([
    ['before the export, where that is looked at', 2, 0],
    ['while it was exported', 1, 1],
  ])('is not promoted: %s', async (_, attempt, exports) => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    const objectId = world.dev.objects(app.id).find(({ objectType }) => objectType === 'sheet')!['engineObjectId'];
    world.dev.actAs.edit(app.id, { objectId: String(objectId), title: 'Edited' });
    world.dev.requestLog.clear();
    world.nowUtc = new Date().toISOString();

    const outcome = await exportApp(decision, { attempt });

    expect(outcome.outcome).toBe('changed');
    expect(
      requestsTo(world.dev).filter((request) => request.startsWith('POST') && request.includes('/export/')),
    ).toHaveLength(exports);
    const { promotionKey } = decision;
    expect(await world.ledger.getPromotion(promotionKey)).toMatchObject({
      state: 'withdrawn',
      endedAtUtc: world.nowUtc,
      outcome: { changes: ['sheet "Edited" was changed'] },
    });
    expect((await world.ledger.recordsOf(promotionKey)).at(-1)).toMatchObject({
      seq: 'changed',
      type: 'changed',
      site: 'dev',
      appId: app.id,
      facts: { changes: ['sheet "Edited" was changed'] },
    });
    const [claim] = (await world.ledger.openClaims()).filter((one) => one.promotionKey === promotionKey);
    expect(claim).toBeUndefined();
    if (outcome.outcome !== 'changed') return;
    expect(mailsIn(outcome.mails)).toEqual(
      [MANAGER, REP].map((to, index) => ({
        key: `reapproval.${Date.parse(decision.decidedAtUtc)}.${index}`,
        kind: 'reapproval',
        to,
      })),
    );
  });

  it('waits for another approval, which the same rows are not', async () => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);
    await exportApp(decision);

    const { next, problems } = await assess(world, app.id);

    expect(next.kind).toBe('wait');
    expect(problems).toEqual([expect.stringContaining('changed after COMPANY\\manager approved it')]);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });
    await assess(world, app.id);
    approve(world, app.id);
    const again = await assess(world, app.id);
    expect(again.next).toMatchObject({ kind: 'act', decision: { verdict: 'approve' } });
  });

  it('is remembered as stale, with what the app asks for', async () => {
    const { app, decision } = await approvedApp(world);
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);

    await exportApp(decision);

    const memory = (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)?.memory;
    expect(memory?.remembered).toMatchObject({
      decisionId: decision.decisionId,
      verdict: 'approve',
      targets: decision.targets.map(({ site, mode, streams }) => ({ site, mode, streams })),
      stale: true,
    });
  });

  it('is named as deleted where it was', async () => {
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.deleteApp(app.id);

    const outcome = await exportApp(decision, { attempt: 2 });

    if (outcome.outcome !== 'changed') throw new Error(outcome.outcome);
    expect(mailsIn(outcome.mails)).toMatchObject([{ kind: 'aborted', to: REP }]);
    expect(await world.ledger.getPromotion(decision.promotionKey)).toMatchObject({
      outcome: { changes: ['the app was deleted'] },
    });
  });

  it('is promoted as it is now where the source says so', async () => {
    world.configure((yaml) => (yaml['sources'].dev.whenChanged = 'promoteLatest'));
    const { app, decision } = await approvedApp(world);
    world.dev.actAs.edit(app.id);

    expect(await exportApp(decision)).toMatchObject({ outcome: 'exported' });
  });

  it.each([
    [false, 'exported'],
    [true, 'changed'],
  ])('counts a reload as a change: %s', async (dataCountsAsContent, expected) => {
    world.configure((yaml) => (yaml['sources'].dev.dataCountsAsContent = dataCountsAsContent));
    const { app, decision } = await approvedApp(world);
    await world.dev.actAs.reload(app.id);

    expect(await exportApp(decision)).toMatchObject({ outcome: expected });
  });

  it('remembers nothing stale of a decision that was made elsewhere', async () => {
    const { app } = await approvedApp(world, { word: 'Approve' });
    const open = (await world.ledger.listPromotions({ appId: app.id, open: true }))[0]!;
    await world.ledger.updatePromotion(open.promotionKey, { endedAtUtc: new Date().toISOString() });
    const { promotionKey } = await world.run((activities) =>
      activities.recordOutsideDecision({
        site: 'dev',
        appId: app.id,
        request: {
          decisionId: 'by-console',
          verdict: 'approve',
          by: { account: MANAGER, door: 'console', asserted: false },
          targets: [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }],
        },
      }),
    );
    const decision = (await world.ledger.getPromotion<DecisionRecord>(promotionKey))!.decision;
    world.dev.actAs.edit(app.id);

    const outcome = await exportApp(decision, { attempt: 2 });

    expect(outcome.outcome).toBe('changed');
    const memory = (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)?.memory;
    expect(memory?.remembered?.stale).toBe(false);
  });
});

describe('fetching an export', () => {
  it.each([
    [
      'it says that it was cancelled',
      { exportToken: 't', appId: 'a', downloadPath: '/tempcontent/x', cancelled: true },
    ],
    ['it gives no path', { exportToken: 't', appId: 'a', downloadPath: '', cancelled: false }],
  ])('fails where the site exports nothing: %s', async (_, json) => {
    const { app, decision } = await approvedApp(world);
    fault(world.dev, { effect: { type: 'status', status: 201, json }, method: 'POST', path: '/export/' });

    await expect(exportApp(decision)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_EXPORT_EMPTY',
      facts: { app: app.name, site: 'dev' },
    });
  });

  it('is begun under a token of its own at each attempt, and ends those of earlier ones first', async () => {
    const { app, decision } = await approvedApp(world);
    loseReply(world.dev, 'POST', '/export/');
    await expect(exportApp(decision)).rejects.toThrow();
    const [first] = await tokensOf(app.id);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    world.dev.requestLog.clear();

    await exportApp(decision, { attempt: 2 });

    const exports = world.dev.requests().filter(({ path }) => path.includes('/export/'));
    expect(exports.map(({ method }) => method)).toEqual(['DELETE', 'POST']);
    expect(exports[0]!.path).toContain(first);
    expect(exports[1]!.path).not.toContain(first);
    expect(await tokensOf(app.id)).toEqual([]);
    expect(world.dev.openExports()).toEqual([]);
  });

  it('goes on beside an export that the site will not end', async () => {
    const { app, decision } = await approvedApp(world);
    loseReply(world.dev, 'POST', '/export/');
    await expect(exportApp(decision)).rejects.toThrow();
    const [first] = await tokensOf(app.id);
    fault(world.dev, { effect: { type: 'status', status: 500 }, method: 'DELETE', path: '/export/', times: 0 });

    expect(await exportApp(decision, { attempt: 2 })).toMatchObject({ outcome: 'exported' });

    expect(await tokensOf(app.id)).toEqual([first]);
    world.mend();
    await exportApp(decision, { withData: false });
    expect(await tokensOf(app.id)).toEqual([]);
  });

  it('is tried again later where ending an earlier one fails for a reason that passes', async () => {
    const { decision, app } = await approvedApp(world);
    loseReply(world.dev, 'POST', '/export/');
    await expect(exportApp(decision)).rejects.toThrow();
    fault(world.dev, { effect: { type: 'too-many', retryAfterSeconds: 1 }, method: 'DELETE', path: '/export/' });

    await expect(exportApp(decision, { attempt: 2 })).rejects.toEqual(code('WAYBILL_QRS_BUSY'));
    expect(await tokensOf(app.id)).toHaveLength(1);
  });

  it('remembers the last twenty tokens of a site that never ends an export', async () => {
    const { app, decision } = await approvedApp(world);
    const tokens = Array.from(
      { length: 20 },
      (_, nth) => `00000000-0000-4000-8000-0000000000${String(nth).padStart(2, '0')}`,
    );
    await world.ledger.updateAppMemory<AppMemory>('dev', app.id, (memory) => ({ ...memory, exportTokens: tokens }));
    fault(world.dev, { effect: { type: 'status', status: 500 }, method: 'DELETE', path: '/export/', times: 0 });
    loseReply(world.dev, 'POST', '/export/');

    await expect(exportApp(decision)).rejects.toThrow();

    const kept = await tokensOf(app.id);
    expect(kept.slice(0, 19)).toEqual(tokens.slice(1));
    expect(kept).toHaveLength(20);
  });

  it.each([
    ['ends early', { type: 'short', afterBytes: 1000 } as const],
    ['is a web page', { type: 'html', status: 200 } as const],
  ])('is made anew when the file %s', async (_, effect) => {
    const { app, decision } = await approvedApp(world);
    fault(world.dev, { effect, method: 'GET', path: DOWNLOAD });

    await expect(exportApp(decision)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_EXPORT_CUT',
      facts: { app: app.name, site: 'dev' },
    });
    expect(await exportApp(decision, { attempt: 2 })).toMatchObject({ outcome: 'exported' });
  });

  it('takes what looks cut each time as the way the site writes files', async () => {
    const { decision } = await approvedApp(world);
    fault(world.dev, { effect: { type: 'short', afterBytes: 1000 }, method: 'GET', path: DOWNLOAD, times: 2 });

    await expect(exportApp(decision, { attempt: 9 })).rejects.toEqual(code('WAYBILL_PROMOTION_EXPORT_CUT'));
    expect(await exportApp(decision, { attempt: 10 })).toMatchObject({ artifact: { sizeBytes: 1000 } });
  });

  it.each([
    ['a web page', { type: 'html', status: 200 } as const],
    ['nothing', { type: 'status', status: 200, text: '' } as const],
  ])('never takes %s for an app', async (_, effect) => {
    const { decision } = await approvedApp(world);
    fault(world.dev, { effect, method: 'GET', path: DOWNLOAD });

    await expect(exportApp(decision, { attempt: 10 })).rejects.toEqual(code('WAYBILL_PROMOTION_EXPORT_CUT'));
  });

  it.each(['', '\n <!DOCTYPE html><html>', '<?xml version="1.0"?>', '  <HTML>'])(
    'is made anew for what begins with %j',
    async (text) => {
      const { decision } = await approvedApp(world);
      fault(world.dev, { effect: { type: 'status', status: 200, text }, method: 'GET', path: DOWNLOAD });

      await expect(exportApp(decision)).rejects.toThrow();
    },
  );

  it('leaves what is no app file at all to the target to judge', async () => {
    const { decision } = await approvedApp(world);
    const text = 'x<html>, and no app';
    fault(world.dev, { effect: { type: 'status', status: 200, text }, method: 'GET', path: DOWNLOAD });

    expect(await exportApp(decision)).toMatchObject({ outcome: 'exported', artifact: { sizeBytes: text.length } });
  });

  it('ends when the step is cancelled', async () => {
    const { decision } = await approvedApp(world);
    const struck = fault(world.dev, { effect: { type: 'hang' }, method: 'POST', path: '/export/' });
    const stop = new AbortController();
    const exporting = exportApp(decision, { signal: stop.signal }).catch((error: unknown) => error);
    await waitFor('the export to hang', () => struck() > 0);
    stop.abort();

    expect(await exporting).toBeInstanceOf(Error);
  });
});
