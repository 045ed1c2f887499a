import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { proofOfDecision } from '../../../../common/proof.ts';
import type { AppMemory } from '../../../../activities/qrs/app-memory.ts';
import type { DecideRequest } from '../../../../workflows/contract.ts';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, assess, decided, fault, publishedApp, requestsTo, type SourceApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const targets = [{ site: 'prod', mode: 'duplicate', streams: ['Sales'] }] as const;

function decide({ id }: SourceApp, change: Partial<DecideRequest> = {}): Promise<{ promotionKey: string }> {
  const by = { account: MANAGER, door: 'cli', asserted: false } as const;
  const request: DecideRequest = { decisionId: `of ${id}`, verdict: 'approve', by, targets, ...change };
  return world.run((activities) => activities.recordOutsideDecision({ site: 'dev', appId: id, request }));
}

function approvers(approval: unknown): void {
  world.configure((yaml) => (yaml['sources'].dev.streams = { Sales: { approval } }));
}

/** The refusals of an app that an auditor finds. */
const refusals = ({ id }: SourceApp) => world.ledger.recordsOf(`dev.${id}`);

/** Ends the promotion of an app that was decided, as a delivery does. */
async function finish(promotionKey: string): Promise<void> {
  await world.ledger.updatePromotion(promotionKey, { state: 'promoted', endedAtUtc: new Date().toISOString() });
  await world.ledger.closeClaims({ promotionKey }, 'promoted');
}

const NOT_POSSIBLE = { code: 'WAYBILL_DECISION_NOT_POSSIBLE' };
const NOT_ALLOWED = { code: 'WAYBILL_DECISION_NOT_ALLOWED' };

describe('a decision that is refused', () => {
  it('is written down for an auditor: who wanted what, and why not', async () => {
    const app = await publishedApp(world);
    approvers({ approvers: { users: [REP], groups: [] } });
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    await expect(decide(app, { note: 'Please' })).rejects.toMatchObject(NOT_ALLOWED);

    expect(await refusals(app)).toMatchObject([
      {
        seq: `refused/of ${app.id}`,
        type: 'refused',
        atUtc: world.nowUtc,
        site: 'dev',
        appId: app.id,
        facts: {
          by: { account: MANAGER, door: 'cli', asserted: true },
          verdict: 'approve',
          targets,
          note: 'Please',
          ...NOT_ALLOWED,
          why: expect.any(String),
        },
      },
    ]);
  });

  it('is not written down where the site could not be asked, for the caller tries again', async () => {
    const app = await publishedApp(world);
    approvers({ approvers: { users: [], groups: ['Approvers'] } });
    fault(world.dev, { effect: { type: 'too-many', retryAfterSeconds: 1 }, path: '/user/full', times: 0 });

    await expect(decide(app)).rejects.toMatchObject({ retryable: true });

    expect(await refusals(app)).toEqual([]);
  });

  it('is not written down where it is taken', async () => {
    const app = await publishedApp(world);

    await decide(app);

    expect(await refusals(app)).toEqual([]);
  });
});

describe('a decision in the QMC that nobody has looked at yet', () => {
  it.each([
    ['approval', 'Approve', 'approve'],
    ['denial', 'Deny', 'deny'],
  ])('comes before one from elsewhere, which would take it away unheard: an %s', async (_, word, verdict) => {
    const app = await publishedApp(world);
    approve(world, app.id, { word });

    await expect(decide(app)).rejects.toMatchObject({
      ...NOT_POSSIBLE,
      facts: {
        app: app.name,
        site: 'dev',
        why: expect.stringContaining(`${MANAGER} decided on it in the QMC (${verdict})`),
      },
    });

    expect(await world.ledger.listPromotions({ appId: app.id })).toEqual([]);
    expect(await refusals(app)).toMatchObject([{ facts: NOT_POSSIBLE }]);
  });

  it('is no longer in the way once it was carried out, though its properties still stand', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    await finish((await decided(world, app.id)).promotionKey);

    await expect(decide(app)).resolves.toBeDefined();
  });

  it('is in the way again where targets were added to it', async () => {
    const app = await publishedApp(world);
    approve(world, app.id);
    await finish((await decided(world, app.id)).promotionKey);
    approve(world, app.id, { streams: ['Sales', 'Finance'] });

    await expect(decide(app)).rejects.toMatchObject(NOT_POSSIBLE);
  });

  it('is not in the way where it does not count', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { streams: [] });

    await expect(decide(app)).resolves.toBeDefined();
  });

  it('does not undo a decision that stands and is only sent again', async () => {
    const app = await publishedApp(world);
    const first = await decide(app);
    approve(world, app.id);

    expect(await decide(app)).toEqual(first);
    expect(await refusals(app)).toEqual([]);
  });
});

describe('a decision by command', () => {
  it('is the one that the next look at the app goes on with', async () => {
    const app = await publishedApp(world);

    const { promotionKey } = await decide(app);

    expect(await assess(world, app.id)).toMatchObject({ next: { kind: 'act', decision: { promotionKey } } });
  });

  it('leaves what is remembered of decisions by property as it was', async () => {
    const app = await publishedApp(world);
    const remembered = async () =>
      (await world.ledger.getAppMemory<AppMemory>('dev', [app.id])).get(app.id)?.memory.remembered;
    approve(world, app.id);
    await finish((await decided(world, app.id)).promotionKey);
    const before = await remembered();

    await decide(app);

    expect(await remembered()).toEqual(before);
  });

  it('counts no groups where the console did not sign for them', async () => {
    approvers({ approvers: { users: [], groups: ['Approvers'] } });
    const app = await publishedApp(world);
    const signed = { proof: 'made up', groups: ['Approvers'] };
    world.dev.requestLog.clear();

    for (const door of ['console', 'cli'] as const) {
      const by = { account: MANAGER, door, asserted: false, signed } as const;
      await expect(decide(app, { by })).rejects.toMatchObject(NOT_ALLOWED);
    }

    expect(requestsTo(world.dev)).toContain('GET /qrs/user/full');
  });

  it('is not proven by a right signature that came by another door than the console', async () => {
    const app = await publishedApp(world);
    const secret = await world.inside((deps) => deps.config().installation.secret.resolve());
    const facts = { decisionId: `of ${app.id}`, site: 'dev', appId: app.id, verdict: 'approve', account: MANAGER };
    const proof = proofOfDecision(secret, { ...facts, groups: [], targets, note: undefined });
    const by = { account: MANAGER, door: 'cli', asserted: false, signed: { proof, groups: [] } } as const;

    const { promotionKey } = await decide(app, { by });

    const { decision } = (await world.ledger.getPromotion<{ by: unknown }>(promotionKey))!;
    expect(decision.by).toEqual({ account: MANAGER, door: 'cli', asserted: true });
  });

  it('asks for the groups of an account by its directory and its user', async () => {
    approvers({ approvers: { users: [], groups: ['Approvers'] } });
    const app = await publishedApp(world);
    const filterFor = async (account: string): Promise<string | null> => {
      world.dev.requestLog.clear();
      const by = { account, door: 'cli', asserted: false } as const;
      await expect(decide(app, { decisionId: account, by })).rejects.toThrow();
      const [asked] = world.dev.requests().filter(({ path }) => path.includes('/user/full'));
      return new URL(asked!.path, 'https://qlik').searchParams.get('filter');
    };

    expect(await filterFor('A\\b')).toMatch(/userDirectory eq 'A'.*userId eq 'b'/);
    expect(await filterFor('alone')).toMatch(/userDirectory eq ''.*userId eq 'alone'/);
    expect(await filterFor('\\b')).toMatch(/userDirectory eq ''.*userId eq 'b'/);
  });
});
