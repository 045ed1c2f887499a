import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityWorld, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import { approve, assess, decided, fault, publishedApp, requestsTo } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

describe('what a decision carries of the settings', () => {
  async function decisionUnder(
    change: (source: Record<string, unknown>, yaml: Record<string, never>) => void,
    more: Record<string, string[]> = {},
  ) {
    world.configure((yaml) => change(yaml['sources'].dev, yaml as never));
    const app = await publishedApp(world);
    approve(world, app.id, { more });
    return decided(world, app.id);
  }

  it.each([
    ['always', {}, 'unpublish'],
    ['never', { PromotionUnpublish: ['True'] }, 'strip'],
    ['byProperty', {}, 'strip'],
    ['byProperty', { PromotionUnpublish: ['True'] }, 'unpublish'],
  ])('is what becomes of the app: unpublish %s, %o', async (unpublish, more, cleanUp) => {
    const decision = await decisionUnder((source) => (source['afterPromotion'] = { unpublish }), more);

    expect(decision.cleanUp).toBe(cleanUp);
  });

  const bucket = { bucket: 'versions', endpoint: 'http://127.0.0.1:1', region: 'x' };

  it.each([
    ['off', false, {}, 'off'],
    ['byProperty', false, {}, 'off'],
    ['byProperty', false, { PromotionS3Versioning: ['True'] }, 'wanted'],
    ['byProperty', true, { PromotionS3Versioning: ['True'] }, 'required'],
    ['always', false, {}, 'wanted'],
    ['always', true, {}, 'required'],
  ])('is whether a version is kept: %s, required %s, %o', async (mode, required, more, version) => {
    const decision = await decisionUnder(
      (_, yaml) => Object.assign(yaml, { versioning: { ...bucket, mode, required } }),
      more,
    );

    expect(decision.version).toBe(version);
  });

  it('is what becomes of the data at a target', async () => {
    const decision = await decisionUnder((_, yaml) =>
      Object.assign(yaml, { targets: { prod: { data: 'reloadAfter' } } }),
    );

    expect(decision.targets).toMatchObject([{ data: 'reloadAfter' }]);
  });

  it('is whether the owner gets mails', async () => {
    world.configure((yaml) => (yaml['mail'].ownerMails = false));
    const app = await publishedApp(world);
    approve(world, app.id);

    const { next, mails } = await assess(world, app.id);

    expect(next).toMatchObject({ decision: { tellsOwner: false } });
    expect(mails).toEqual([]);
  });

  it('is a source that the configuration knows', async () => {
    const app = await publishedApp(world);
    world.configure((yaml) => {
      yaml['sources'] = { prod: {} };
      yaml['targets'] = { dev: {} };
    });

    await expect(assess(world, app.id)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NO_SOURCE',
      facts: { site: 'dev' },
    });
  });
});

describe('who may decide', () => {
  function approvers(approval: unknown): void {
    world.configure((yaml) => (yaml['sources'].dev.streams = { Sales: { approval } }));
  }

  const groupAnswer = (...groups: [type: string, value: string][]) => ({
    effect: {
      type: 'status',
      status: 200,
      json: [
        { id: 'u', attributes: groups.map(([attributeType, attributeValue]) => ({ attributeType, attributeValue })) },
      ],
    } as const,
    method: 'GET',
    path: '/user/full',
  });

  it('is told by the groups of the user at the site', async () => {
    approvers({ approvers: { users: [], groups: ['Approvers'] } });
    const app = await publishedApp(world);
    approve(world, app.id);

    expect((await assess(world, app.id)).problems).toEqual([`${MANAGER} is not among the approvers of this stream.`]);
    fault(world.dev, groupAnswer(['email', 'Approvers']));
    expect((await assess(world, app.id)).next.kind).toBe('wait');
    fault(world.dev, groupAnswer(['email', 'x'], ['Group', 'approvers']));
    expect((await assess(world, app.id)).next.kind).toBe('act');
  });

  it('asks for the groups of each author once, by directory and user', async () => {
    approvers({ approvers: { users: [], groups: ['Approvers'] } });
    const app = await publishedApp(world);
    approve(world, app.id);
    world.dev.requestLog.clear();

    await assess(world, app.id);

    const asked = world.dev.requests().filter(({ path }) => path.includes('/user/full'));
    expect(asked).toHaveLength(1);
    const filter = new URL(asked[0]!.path, 'https://qlik').searchParams.get('filter');
    expect(filter).toContain("userDirectory eq 'COMPANY'");
    expect(filter).toContain("userId eq 'manager'");
  });

  it.each([{ approvers: 'anyone' }, { approvers: { users: [MANAGER], groups: [] } }])(
    'asks the site for no groups where none are named: %o',
    async (approval) => {
      approvers(approval);
      const app = await publishedApp(world);
      approve(world, app.id);
      world.dev.requestLog.clear();

      expect((await assess(world, app.id)).next.kind).toBe('act');
      expect(requestsTo(world.dev)).not.toContain('GET /qrs/user/full');
    },
  );

  it('is not the owner where he may not', async () => {
    approvers({ ownerMayApprove: false });
    const app = await publishedApp(world);
    approve(world, app.id, { by: REP });

    expect((await assess(world, app.id)).problems).toEqual([`${REP} owns the app; the owner may not approve it.`]);
  });

  it('is never the account that Waybill itself acts as', async () => {
    const app = await publishedApp(world);
    approve(world, app.id, { by: 'INTERNAL\\sa_api' });

    expect((await assess(world, app.id)).problems).toEqual([expect.stringContaining('is a service account')]);
  });
});
