import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { proofOfDecision } from '../../../../common/proof.ts';
import type { StoredDecision } from '../../../../activities/qrs/source/stored-decision.ts';
import type { DecideRequest } from '../../../../workflows/contract.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { fault, publishedApp, requestsTo } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const by = { account: MANAGER, door: 'console', asserted: false } as const;

function decide(appId: string, change: Partial<DecideRequest> = {}): Promise<{ promotionKey: string }> {
  const targets = [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }] as const;
  const request: DecideRequest = { decisionId: `of ${appId}`, verdict: 'approve', by, targets, ...change };
  return world.run((activities) => activities.recordOutsideDecision({ site: 'dev', appId, request }));
}

function approvers(approval: unknown): void {
  world.configure((yaml) => (yaml['sources'].dev.streams = { Sales: { approval } }));
}

function refusal(code: string, why: string) {
  return { code, facts: { site: 'dev', why: expect.stringContaining(why) } };
}

describe('a decision by console, CLI or Temporal', () => {
  it('is recorded over the content of now, as asserted whatever it says of itself', async () => {
    const app = await publishedApp(world);
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    const { promotionKey } = await decide(app.id, { note: 'Seen on Monday' });

    const promotion = (await world.ledger.getPromotion<StoredDecision>(promotionKey))!;
    expect(promotion).toMatchObject({ appName: app.name, verdict: 'approve', startedAtUtc: world.nowUtc });
    expect(promotion.decision).toMatchObject({
      decisionId: `of ${app.id}`,
      by: { account: MANAGER, door: 'console', asserted: true },
      decidedAtUtc: world.nowUtc,
      note: 'Seen on Monday',
      targets: [{ site: 'prod', mode: 'duplicate', streams: ['Sales'], data: 'carry' }],
    });
    const objects = world.dev.objects(app.id).filter((object) => object['approved']);
    expect(promotion.decision.source.revision.objects).toHaveLength(objects.length);
    expect((await world.ledger.recordsOf(promotionKey))[0]).toMatchObject({ facts: { note: 'Seen on Monday' } });
  });

  it('is proven where the console signed it, and only as it signed it', async () => {
    const app = await publishedApp(world);
    const secret = await world.inside((deps) => deps.config().installation.secret.resolve());
    const targets = [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }] as const;
    const facts = { site: 'dev', appId: app.id, verdict: 'approve', account: MANAGER, groups: [], note: undefined };
    const proofFor = (decisionId: string) => proofOfDecision(secret, { ...facts, decisionId, targets });
    const signed = (proof: string) =>
      ({ account: MANAGER, door: 'console', asserted: false, signed: { proof, groups: [] } }) as const;
    world.configure((yaml) => (yaml['targets'].prod = { acceptAsserted: false }));

    await expect(decide(app.id, { decisionId: 'one', by: signed(proofFor('another')) })).rejects.toMatchObject(
      refusal('WAYBILL_DECISION_NOT_ALLOWED', 'nobody proved'),
    );
    await expect(
      decide(app.id, { decisionId: 'one', note: 'slipped in', by: signed(proofFor('one')) }),
    ).rejects.toThrow();
    const { promotionKey } = await decide(app.id, { decisionId: 'one', by: signed(proofFor('one')) });

    const { decision } = (await world.ledger.getPromotion<StoredDecision>(promotionKey))!;
    expect(decision.by).toEqual({ account: MANAGER, door: 'console', asserted: false });
  });

  it('counts the groups that the console signed for', async () => {
    const app = await publishedApp(world);
    const secret = await world.inside((deps) => deps.config().installation.secret.resolve());
    const groups = ['Approvers'];
    const targets = [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }] as const;
    const proof = proofOfDecision(secret, {
      decisionId: 'one',
      site: 'dev',
      appId: app.id,
      verdict: 'approve',
      account: MANAGER,
      groups,
      targets,
      note: undefined,
    });
    approvers({ approvers: { groups } });

    await expect(decide(app.id, { decisionId: 'two' })).rejects.toMatchObject({ code: 'WAYBILL_DECISION_NOT_ALLOWED' });
    const by = { account: MANAGER, door: 'console', asserted: false, signed: { proof, groups } } as const;
    await expect(decide(app.id, { decisionId: 'one', by })).resolves.toBeDefined();
  });

  it('is one, however often it is sent', async () => {
    const app = await publishedApp(world);

    const first = await decide(app.id);
    const second = await decide(app.id);

    expect(second).toEqual(first);
    expect(await world.ledger.listPromotions({ appId: app.id })).toHaveLength(1);
  });

  it('is refused while another one is being carried out, and says whose', async () => {
    const app = await publishedApp(world);
    const { promotionKey } = await decide(app.id);
    const { decidedAtUtc } = (await world.ledger.getPromotion<StoredDecision>(promotionKey))!.decision;

    await expect(decide(app.id, { decisionId: 'second', by: { ...by, account: REP } })).rejects.toMatchObject({
      code: 'WAYBILL_DECISION_NOT_POSSIBLE',
      facts: {
        app: app.name,
        why: `${MANAGER} decided on it (approve) at ${decidedAtUtc}, and that is being carried out`,
      },
    });
    await world.ledger.updatePromotion(promotionKey, { endedAtUtc: new Date().toISOString() });
    await expect(decide(app.id, { decisionId: 'second' })).resolves.toBeDefined();
  });

  it('is refused for an app that is gone', async () => {
    const app = await publishedApp(world);
    world.dev.actAs.deleteApp(app.id);

    await expect(decide(app.id)).rejects.toMatchObject({
      code: 'WAYBILL_DECISION_NOT_POSSIBLE',
      facts: { app: app.id, site: 'dev', why: 'it is no longer there' },
    });
  });

  it('is refused for an app that is not published', async () => {
    const id = world.dev.actAs.createApp({ name: 'Draft', owner: REP });

    await expect(decide(id)).rejects.toMatchObject({
      code: 'WAYBILL_DECISION_NOT_POSSIBLE',
      facts: { app: 'Draft', why: 'it is not published' },
    });
  });

  it('by the Temporal UI is refused where that door is shut', async () => {
    const app = await publishedApp(world);
    const byTemporal = { by: { ...by, door: 'temporal' } } as const;
    world.configure((yaml) => (yaml['temporal'] = { decisionsBySignal: false }));

    await expect(decide(app.id, byTemporal)).rejects.toMatchObject(
      refusal('WAYBILL_DECISION_NOT_ALLOWED', 'switched off'),
    );
    await expect(decide(app.id)).resolves.toBeDefined();
  });

  it('by the Temporal UI is taken where that door is open', async () => {
    const app = await publishedApp(world);
    world.configure((yaml) => (yaml['temporal'] = { decisionsBySignal: true }));

    await expect(decide(app.id, { by: { ...by, door: 'temporal' } })).resolves.toBeDefined();
  });

  it('is refused for a target that the source does not have', async () => {
    const app = await publishedApp(world);
    const targets = [
      { site: 'prod', mode: 'duplicate', streams: ['Sales'] },
      { site: 'mars', mode: 'duplicate', streams: ['Sales'] },
      { site: 'moon', mode: 'overwrite', streams: ['Sales'] },
    ] as const;

    await expect(decide(app.id, { targets })).rejects.toMatchObject({
      code: 'WAYBILL_DECISION_NOT_POSSIBLE',
      facts: { app: app.name, why: 'mars, moon is no target of dev; known are prod' },
    });
  });

  it('is refused by whoever may not approve', async () => {
    approvers({ approvers: { users: [REP], groups: [] } });
    const app = await publishedApp(world);
    world.dev.requestLog.clear();

    await expect(decide(app.id)).rejects.toMatchObject({
      code: 'WAYBILL_DECISION_NOT_ALLOWED',
      facts: { account: MANAGER, app: app.name, why: expect.stringContaining('is not among the approvers') },
    });
    expect(requestsTo(world.dev)).not.toContain('GET /qrs/user/full');
    expect(await world.ledger.listPromotions({ appId: app.id })).toEqual([]);
    await expect(decide(app.id, { by: { ...by, account: REP } })).resolves.toBeDefined();
  });

  it('is taken of a member of a group that may', async () => {
    approvers({ approvers: { users: [], groups: ['Approvers'] } });
    const app = await publishedApp(world);
    const attributes = [{ attributeType: 'group', attributeValue: 'approvers' }];
    fault(world.dev, {
      effect: { type: 'status', status: 200, json: [{ id: 'u', attributes }] },
      method: 'GET',
      path: /user\/full.*manager/,
    });

    await expect(decide(app.id)).resolves.toBeDefined();
    await expect(decide(app.id, { by: { ...by, account: 'nodirectory' } })).rejects.toMatchObject({
      code: 'WAYBILL_DECISION_NOT_ALLOWED',
    });
  });

  it('is refused for targets that take none whose author nobody proved', async () => {
    world.configure((yaml) => (yaml['targets'].prod = { acceptAsserted: false }));
    const app = await publishedApp(world);

    await expect(decide(app.id)).rejects.toMatchObject(
      refusal('WAYBILL_DECISION_NOT_ALLOWED', 'takes no decision whose author nobody proved'),
    );
    await expect(decide(app.id, { verdict: 'deny', targets: [] })).resolves.toBeDefined();
  });
});
