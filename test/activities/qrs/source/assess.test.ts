import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AppMemory, SiteMemory } from '../../../../activities/qrs/app-memory.ts';
import type { StoredDecision } from '../../../../activities/qrs/source/stored-decision.ts';
import { messageIdOf } from '../../../../activities/mail/message-id.ts';
import type { OutgoingMail } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, assess, decided, later, mailsIn, publishedApp, requestsTo } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(async () => {
  world.mend();
  await firstStart('');
});
afterAll(async () => {
  await world?.close();
});

const DAY_MS = 86_400_000;
const APPROVE = '2026-05-04T10:00:00.000Z';

async function firstStart(firstStartUtc: string): Promise<void> {
  await world.ledger.updateSiteMemory<SiteMemory>('dev', () => ({ firstStartUtc, watermarkUtc: firstStartUtc }));
}

async function memoryOf(appId: string): Promise<AppMemory | undefined> {
  return (await world.ledger.getAppMemory<AppMemory>('dev', [appId])).get(appId)?.memory;
}

const publishTime = (appId: string): string => String(world.dev.app(appId)!['publishTime']);

/** Somebody took the mails up to send them. */
async function takeUp(mails: readonly OutgoingMail[]): Promise<void> {
  for (const mail of mails) {
    const messageId = messageIdOf({ installationId: 'test', ...mail });
    await world.ledger.upsertMail({
      messageId,
      promotionKey: mail.promotionKey,
      kind: mail.mail.kind,
      to: ['a@b.c'],
      subject: 'x',
      state: 'sent',
    });
  }
}

describe('an app that waits for a decision', () => {
  it('is shown as waiting, with when to remind and when to give up', async () => {
    const app = await publishedApp(world);
    world.nowUtc = APPROVE;

    const { pace, app: summary, problems, mails, next } = await assess(world, app.id);

    expect(summary).toEqual({ name: app.name, owner: REP, streamName: 'Sales' });
    expect({ problems, mails }).toEqual({ problems: [], mails: [] });
    expect(next).toEqual({ kind: 'wait', sinceUtc: APPROVE, remindInMs: 3 * DAY_MS, expireInMs: 30 * DAY_MS });
    expect(pace.readMs).toBe(30_000);
    expect(await world.ledger.getAwaiting('dev', app.id)).toEqual({
      site: 'dev',
      appId: app.id,
      appName: app.name,
      owner: REP,
      stream: 'Sales',
      publishTimeUtc: publishTime(app.id),
      waitingSinceUtc: APPROVE,
      missing: [],
      alertedTo: [],
      facts: { asked: false },
    });
  });

  it('goes on waiting since it was first seen, until it is published again', async () => {
    const app = await publishedApp(world);
    world.nowUtc = APPROVE;
    await assess(world, app.id);
    world.nowUtc = new Date(Date.parse(APPROVE) + 4 * DAY_MS).toISOString();

    expect((await assess(world, app.id)).next).toEqual({
      kind: 'wait',
      sinceUtc: APPROVE,
      remindInMs: 2 * DAY_MS,
      expireInMs: 26 * DAY_MS,
    });

    const row = (await world.ledger.getAwaiting('dev', app.id))!;
    await world.ledger.upsertAwaiting({ ...row, publishTimeUtc: APPROVE });
    expect((await assess(world, app.id)).next).toMatchObject({ sinceUtc: world.nowUtc });
  });

  it('is reminded and expires a second from now at the earliest', async () => {
    const app = await publishedApp(world);
    world.nowUtc = APPROVE;
    await assess(world, app.id);
    world.nowUtc = new Date(Date.parse(APPROVE) + 33 * DAY_MS - 1).toISOString();

    expect((await assess(world, app.id)).next).toMatchObject({ remindInMs: 1000, expireInMs: 1000 });
  });

  it('is never reminded and never expires where its stream says so, whatever the case of its name', async () => {
    const streams = { SALES: { approval: { reminder: '0s', expire: '0s' } } };
    world.configure((yaml) => (yaml['sources'].dev = { streams, approval: { reminder: '1d' } }));
    world.nowUtc = APPROVE;
    const app = await publishedApp(world);
    const other = await publishedApp(world, { stream: 'Finance' });

    expect((await assess(world, app.id)).next).toEqual({ kind: 'wait', sinceUtc: expect.any(String) });
    expect((await assess(world, other.id)).next).toMatchObject({ remindInMs: DAY_MS });
  });

  it('tells whoever asked what is in the way, and shows it', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { streams: [] });

    const { next, problems, mails } = await assess(world, app.id);

    expect(next.kind).toBe('wait');
    expect(problems).toEqual(['PromoteToStream is empty; choose at least one stream.']);
    expect(mailsIn(mails)).toEqual([
      { key: expect.stringMatching(/^decisionProblem\.[0-9a-f]{12}$/), kind: 'decisionProblem', to: MANAGER },
    ]);
    expect(mails[0]!.promotionKey).toBe(`dev.${app.id}`);
    expect(await world.ledger.getAwaiting('dev', app.id)).toMatchObject({ missing: problems, facts: { asked: true } });
  });

  it('tells the same problem once', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { streams: [] });
    const { mails } = await assess(world, app.id);
    await takeUp(mails);

    expect((await assess(world, app.id)).mails).toEqual([]);
  });

  it('tells nobody anything where mail is off', async () => {
    world.configure((yaml) => (yaml['mail'] = { enabled: false }));
    const app = await publishedApp(world);
    approve(world, app.id, { streams: [] });

    expect(await assess(world, app.id)).toMatchObject({ mails: [], next: { kind: 'wait' } });
  });

  it('has its content read only while it stands in a stream', async () => {
    const draft = world.dev.actAs.createApp({ name: 'Draft', owner: REP });
    world.dev.requestLog.clear();

    await assess(world, draft);

    expect(requestsTo(world.dev)).not.toContain('GET /qrs/app/object/full');
  });

  it('waits no more when it is gone', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    world.dev.actAs.deleteApp(app.id);

    const { next, mails, problems } = await assess(world, app.id);

    expect(next).toEqual({ kind: 'end', why: 'the app is gone', state: 'withdrawn' });
    expect({ mails, problems }).toEqual({ mails: [], problems: [] });
    expect(await world.ledger.getAwaiting('dev', app.id)).toBeUndefined();
  });

  it('waits for nobody when it was published before the first start, and is shown no more', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    await firstStart(publishTime(app.id));

    const { next } = await assess(world, app.id);

    expect(next).toMatchObject({ kind: 'end', state: 'withdrawn' });
    expect(await world.ledger.getAwaiting('dev', app.id)).toBeUndefined();
  });
});

describe('a decision by property', () => {
  it('is claimed, recorded and remembered, and its owner told', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    approve(world, app.id, { servers: ['prod - Overwrite'], streams: ['Sales', 'Finance'] });
    world.nowUtc = new Date().toISOString();

    const { next, mails, problems } = await assess(world, app.id);

    if (next.kind !== 'act') throw new Error(next.kind);
    const { decision } = next;
    const rows = world.dev.app(app.id)!['customProperties'] as { modifiedDate: string }[];
    expect(decision).toEqual({
      site: 'dev',
      appId: app.id,
      promotionKey: expect.stringMatching(/^[a-z2-7]{16}$/),
      decisionId: expect.stringMatching(/^[0-9a-f]{24}$/),
      verdict: 'approve',
      app: { name: app.name, owner: REP, streamName: 'Sales' },
      by: { account: MANAGER, door: 'qmc', asserted: false },
      decidedAtUtc: rows[0]!.modifiedDate,
      targets: [{ site: 'prod', mode: 'overwrite', streams: ['Finance', 'Sales'], data: 'carry' }],
      revisionKey: expect.stringMatching(/^[0-9a-f]{32}$/),
      sizeBytes: world.dev.app(app.id)!['fileSize'],
      cleanUp: 'unpublish',
      version: 'off',
      consumed: expect.arrayContaining([{ name: 'PromotionApproval', value: 'Approve' }]),
      tellsOwner: true,
    });
    expect(problems).toEqual([]);
    expect(mailsIn(mails)).toEqual([{ key: 'approved', kind: 'approved', to: REP }]);
    expect(await world.ledger.getAwaiting('dev', app.id)).toBeUndefined();
    const promotion = (await world.ledger.getPromotion<StoredDecision>(decision.promotionKey))!;
    expect(promotion).toMatchObject({
      site: 'dev',
      appId: app.id,
      appName: app.name,
      owner: REP,
      verdict: 'approve',
      startedAtUtc: world.nowUtc,
    });
    expect(promotion.decision.source).toMatchObject({
      description: 'What it is for',
      tags: [],
      ownerDirectory: 'COMPANY',
      ownerUserId: 'rep',
      ownerId: (world.dev.app(app.id)!['owner'] as { id: string }).id,
    });
    expect(promotion.decision.source.properties).toContainEqual({ name: 'PromoteToStream', value: 'Finance' });
    expect(promotion.decision.source.revision.objects.length).toBeGreaterThan(0);
    expect((await world.ledger.recordsOf(decision.promotionKey))[0]).toMatchObject({
      seq: 'decision',
      type: 'approve',
      atUtc: decision.decidedAtUtc,
      site: 'dev',
      appId: app.id,
      facts: { by: decision.by, targets: [{ site: 'prod' }], revisionKey: decision.revisionKey },
    });
    const claim = { kind: 'decision', site: 'dev', appId: app.id, key: decision.decisionId } as const;
    expect(await world.ledger.getClaim(claim)).toMatchObject({ state: 'open', promotionKey: decision.promotionKey });
    expect((await memoryOf(app.id))?.remembered).toMatchObject({
      decisionId: decision.decisionId,
      verdict: 'approve',
      stale: false,
      baseline: false,
      absentSeen: false,
      revisionKey: decision.revisionKey,
    });
  });

  it('is found again by every later look, without another reading or mail', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    const first = await assess(world, app.id);
    await takeUp(first.mails);
    // It looks once more whether the publish was told.
    await assess(world, app.id);
    world.dev.requestLog.clear();

    const second = await assess(world, app.id);

    expect(second.next).toEqual(first.next);
    expect(second.app).toEqual(first.app);
    expect({ mails: second.mails, problems: second.problems }).toEqual({ mails: [], problems: [] });
    expect(requestsTo(world.dev)).toEqual([]);
    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
  });

  it('ends without effect once it was carried out', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    const { promotionKey } = await decided(world, app.id);
    await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
    await world.ledger.closeClaims({ promotionKey }, 'promoted');

    expect(await assess(world, app.id)).toMatchObject({
      next: { kind: 'end', why: 'this decision was carried out before', state: 'withdrawn' },
      mails: [],
      problems: [],
    });
    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
  });

  it('is a new one when the approval was seen gone in between', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    const first = await decided(world, app.id);
    await world.ledger.updatePromotion(first.promotionKey, { state: 'not-promoted', endedAtUtc: APPROVE });
    await world.ledger.closeClaims({ promotionKey: first.promotionKey }, 'not-promoted');
    later(world.dev, app.id);
    world.dev.actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });
    expect((await assess(world, app.id)).next.kind).toBe('wait');
    expect((await memoryOf(app.id))?.remembered?.absentSeen).toBe(true);
    approve(world, app.id);

    const second = await decided(world, app.id);

    expect(second.promotionKey).not.toBe(first.promotionKey);
  });

  it('is a new one, of whoever set it, when two saves made all rows new while nobody looked', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { by: REP });
    const first = await decided(world, app.id);
    await world.ledger.updatePromotion(first.promotionKey, { state: 'aborted', endedAtUtc: APPROVE });
    await world.ledger.closeClaims({ promotionKey: first.promotionKey }, 'aborted');
    approve(world, app.id, { by: REP, word: 'Deny', servers: ['prod - Overwrite'], streams: ['Finance'] });
    approve(world, app.id, { servers: ['prod - Overwrite'] });

    const second = await decided(world, app.id);

    expect(second.promotionKey).not.toBe(first.promotionKey);
    expect(second).toMatchObject({
      by: { account: MANAGER },
      targets: [{ site: 'prod', mode: 'overwrite', streams: ['Sales'] }],
    });
  });

  it('delivers targets that were added to it, and those alone', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    const first = await decided(world, app.id);
    await world.ledger.updatePromotion(first.promotionKey, { state: 'promoted', endedAtUtc: APPROVE });
    await world.ledger.closeClaims({ promotionKey: first.promotionKey }, 'promoted');
    approve(world, app.id, { streams: ['Sales', 'Finance'] });

    const second = await decided(world, app.id);

    expect(second.targets).toEqual([{ site: 'prod', mode: 'duplicate', streams: ['Finance'], data: 'carry' }]);
    expect((await memoryOf(app.id))?.remembered).toMatchObject({
      decisionId: second.decisionId,
      targets: [{ site: 'prod', mode: 'duplicate', streams: ['Sales', 'Finance'] }],
    });
  });

  it('is a denial by the word for it', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { word: 'Deny', servers: [], streams: [] });

    const { next, mails } = await assess(world, app.id);

    expect(next).toMatchObject({ kind: 'act', decision: { verdict: 'deny', targets: [], version: 'off' } });
    expect(mailsIn(mails)).toEqual([{ key: 'denied', kind: 'denied', to: REP }]);
  });

  it('is bound to no more than what stood then: newer content has to be approved again', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id, { title: 'Edited' });

    const { next, problems, mails } = await assess(world, app.id);

    expect(next.kind).toBe('wait');
    expect(problems).toEqual([expect.stringContaining('sheet "Edited" was changed')]);
    expect(mailsIn(mails).map(({ kind, to }) => [kind, to])).toEqual([
      ['reapproval', MANAGER],
      ['reapproval', REP],
    ]);
    expect((await memoryOf(app.id))?.remembered).toMatchObject({
      verdict: 'approve',
      stale: true,
      decisionId: expect.stringMatching(/^stale [0-9a-f]{32} \d{4}-/),
    });
    expect(await world.ledger.listPromotions({ appId: app.id })).toEqual([]);
  });

  it('is asked for once more, and not again and again, where it missed what had been removed before', async () => {
    const app = await publishedApp(world);
    await assess(world, app.id);
    const [object] = world.dev.objects(app.id).filter(({ objectType }) => objectType === 'sheet');
    world.dev.actAs.edit(app.id, { removeObject: String(object!['engineObjectId']) });
    approveAndTouch(app.id);
    expect((await assess(world, app.id)).problems).toEqual([expect.stringContaining('was removed')]);
    expect((await assess(world, app.id)).next.kind).toBe('wait');

    approveAndTouch(app.id);

    expect((await assess(world, app.id)).next.kind).toBe('act');
  });

  /** Sets the approval anew, and saves the app once more after it. */
  function approveAndTouch(appId: string): void {
    approve(world, appId, { word: 'No' });
    approve(world, appId);
    later(world.dev, appId);
    world.dev.actAs.describe(appId, 'Touched');
  }

  it('asks again in one mail where the owner approved it himself', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { by: REP });
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);

    const { mails } = await assess(world, app.id);

    expect(mailsIn(mails).map(({ to }) => to)).toEqual([REP]);
  });

  it('keeps the row as it was first seen, whoever saves the app since', async () => {
    world.dev.switches.rowIdsOnResend = 'kept';
    const app = await publishedApp(world);
    approve(world, app.id, { streams: [] });
    await assess(world, app.id);

    const rows = (await memoryOf(app.id))?.rows ?? [];

    expect(rows.map(({ name, modifiedBy }) => [name, modifiedBy])).toContainEqual(['PromotionApproval', MANAGER]);
    const { revision } = (await world.ledger.getAppMemory('dev', [app.id])).get(app.id)!;
    await assess(world, app.id);
    expect((await world.ledger.getAppMemory('dev', [app.id])).get(app.id)!.revision).toBe(revision);
  });
});
