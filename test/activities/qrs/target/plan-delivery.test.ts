import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PlanInput, PlanOutcome } from '../../../../activities/delivery-types.ts';
import type { TargetChoice } from '../../../../workflows/contract.ts';
import { type ActivityWorld, MANAGER, startActivityWorld } from '../activity-world.ts';
import { approve, approvedApp, code, decided, fault, newName, requestsTo, standingApp, streamId } from '../acts.ts';

let world: ActivityWorld;
const streams: Record<string, string> = {};
beforeAll(async () => {
  world = await startActivityWorld();
  for (const name of ['Sales', 'Finance']) streams[name] = streamId(world.prod, name);
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const nothing = { type: 'status', status: 200, json: [] } as const;

type Asked = Partial<TargetChoice> & { name?: string; owner?: string; chosenAppIds?: string[] };

/** The plan for a decision of one choice at prod. */
async function plan({ name = newName(), owner, chosenAppIds = [], ...choice }: Asked = {}): Promise<PlanOutcome> {
  const { decision } = await approvedApp(world, { app: { name, ...(owner ? { owner } : {}) } });
  const choices = [{ site: 'prod', mode: 'duplicate', streams: ['Sales'], data: 'carry', ...choice } as TargetChoice];
  return planOf({ decision, site: 'prod', choices, chosenAppIds });
}

function planOf(input: PlanInput): Promise<PlanOutcome> {
  return world.run((activities) => activities.planDelivery(input));
}

describe('planning a delivery', () => {
  it('adds nothing where the stream was asked for before by its id', async () => {
    const { app, decision } = await approvedApp(world, { streams: [`id:${streams['Sales']}`] });
    await world.ledger.closeClaims({ promotionKey: decision.promotionKey }, 'promoted');
    await world.ledger.updatePromotion(decision.promotionKey, { state: 'promoted', endedAtUtc: decision.decidedAtUtc });
    approve(world, app.id, { streams: ['Sales', 'Finance', `id:${streams['Sales']}`] });
    const added = await decided(world, app.id);

    const outcome = await planOf({ decision: added, site: 'prod', choices: added.targets, chosenAppIds: [] });

    expect(outcome.steps).toMatchObject([{ action: 'publish', streamName: 'Finance' }]);
    expect(outcome.warnings).toEqual([
      'Stream "Sales" of prod was asked for before under another name; nothing was added there.',
    ]);
    expect(JSON.stringify(added)).not.toContain('addedTo');
  });

  it('publishes to the streams asked for, and writes the plan down', async () => {
    world.nowUtc = '2026-05-04T10:00:00.000Z';
    const { decision } = await approvedApp(world);
    const choices = [{ site: 'prod', mode: 'duplicate', streams: ['sales', 'Finance'], data: 'withoutData' }] as const;

    const outcome = await planOf({ decision, site: 'prod', choices, chosenAppIds: [] });

    expect(outcome).toEqual({
      steps: [
        { action: 'publish', streamId: streams['Sales'], streamName: 'Sales' },
        { action: 'publish', streamId: streams['Finance'], streamName: 'Finance' },
      ],
      missingStreams: [],
      warnings: [],
      ownerId: expect.any(String),
      data: 'withoutData',
    });
    const { promotionKey } = decision;
    expect(await world.ledger.listDeliveries({ promotionKey })).toMatchObject([
      { target: 'prod', state: 'staging', items: [{ action: 'publish' }, { action: 'publish' }] },
    ]);
    expect((await world.ledger.recordsOf(promotionKey)).at(-1)).toMatchObject({
      seq: expect.stringMatching(/^deliver\/prod\/planned\/[0-9a-f]{8}$/),
      type: 'planned',
      site: 'prod',
      facts: { missingStreams: [] },
    });
  });

  it('replaces the app of the name where there is one, and asks for no owner then', async () => {
    const name = newName();
    const targetAppId = standingApp(world, name);
    world.prod.requestLog.clear();

    const outcome = await plan({ name, mode: 'overwrite' });

    expect(outcome.steps).toEqual([
      { action: 'replace', streamId: streams['Sales'], streamName: 'Sales', targetAppId },
    ]);
    expect(outcome.ownerId).toBeUndefined();
    expect(requestsTo(world.prod)).not.toContain('GET /qrs/user/full');
    expect(requestsTo(world.prod).filter((request) => request === 'GET /qrs/stream/full')).toHaveLength(1);
  });

  it('reads no apps for a Duplicate', async () => {
    world.prod.requestLog.clear();
    await plan();
    expect(requestsTo(world.prod)).toEqual(['GET /qrs/stream/full', 'GET /qrs/user/full']);
  });

  it('publishes anew where an Overwrite finds none, after a second look', async () => {
    world.prod.requestLog.clear();

    const { steps } = await plan({ mode: 'overwrite' });

    expect(steps).toMatchObject([{ action: 'publish', streamName: 'Sales' }]);
    expect(requestsTo(world.prod).filter((request) => request === 'GET /qrs/app/full')).toHaveLength(2);
  });

  it('replaces no unpublished app of the name', async () => {
    const name = newName();
    world.prod.actAs.createApp({ name, owner: MANAGER });

    expect((await plan({ name, mode: 'overwrite' })).steps).toMatchObject([{ action: 'publish' }]);
  });

  it.each([
    ['an app', '/app/full'],
    ['a stream', '/stream/full'],
  ])('is not led astray by one empty answer: %s', async (_, path) => {
    const name = newName();
    const targetAppId = standingApp(world, name);
    const struck = fault(world.prod, { effect: nothing, method: 'GET', path });

    const { steps, missingStreams } = await plan({ name, mode: 'overwrite' });

    expect(struck()).toBe(1);
    expect(missingStreams).toEqual([]);
    expect(steps).toMatchObject([{ action: 'replace', targetAppId }]);
  });

  it('names streams that are not there', async () => {
    const { steps, missingStreams } = await plan({ streams: ['Nowhere', 'Sales'] });

    expect(missingStreams).toEqual(['Nowhere']);
    expect(steps).toMatchObject([{ streamName: 'Sales' }]);
  });

  it.each([
    ['by its id', () => [`id:${streams['Finance']}`], ['Finance']],
    ['by its id, in any form', () => [` ID: ${streams['Finance']!.toUpperCase()} `], ['Finance']],
    ['by id and another by name', () => [`id:${streams['Finance']}`, ' Sales '], ['Finance', 'Sales']],
  ])('finds a stream %s', async (_, asked, found) => {
    const { steps } = await plan({ streams: asked() });

    expect(steps.map(({ streamName }) => streamName)).toEqual(found);
  });

  it('asks the site for the streams that were named, by name and by id, and for no others', async () => {
    const filterFor = async (...asked: string[]) => {
      world.prod.requestLog.clear();
      await plan({ streams: asked });
      const { path } = world.prod.requests().find((request) => request.path.includes('/stream/full'))!;
      return new URL(path, 'https://qlik').searchParams.get('filter');
    };
    const id = streams['Finance']!;

    expect(await filterFor(' Sales ')).toBe("name eq 'Sales'");
    expect(await filterFor(`id: ${id}`)).toBe(`id eq ${id}`);
    expect(await filterFor('Sales', `id:${id}`)).toBe(`id eq ${id} or name eq 'Sales'`);
    expect(await filterFor(`Not an id:${id}`)).toBe(`name eq 'Not an id:${id}'`);
  });

  it('replaces at one place and adds at another, and looks for an owner then', async () => {
    const name = newName();
    const targetAppId = standingApp(world, name);
    world.configure((yaml) => (yaml['targets'].prod = { newAppOwner: { sameUser: false, fallback: 'NO\\body' } }));
    const { decision } = await approvedApp(world, { app: { name } });
    const choices = [
      { site: 'prod', mode: 'overwrite', streams: ['Sales'], data: 'carry' },
      { site: 'prod', mode: 'duplicate', streams: ['Finance'], data: 'carry' },
    ] as const;

    const { steps, warnings } = await planOf({ decision, site: 'prod', choices, chosenAppIds: [] });

    expect(steps).toEqual([
      { action: 'replace', streamId: streams['Sales'], streamName: 'Sales', targetAppId },
      { action: 'publish', streamId: streams['Finance'], streamName: 'Finance' },
    ]);
    expect(warnings).toEqual([expect.stringContaining('is not known at prod')]);
    const alone = await planOf({ decision, site: 'prod', choices: [choices[0]], chosenAppIds: [] });
    expect(alone.warnings).toEqual([]);
  });

  it('asks an operator which of several apps is to be replaced, and does as told', async () => {
    const name = newName();
    const ids = [standingApp(world, name), standingApp(world, name)];
    const { decision } = await approvedApp(world, { app: { name } });
    const choices = [{ site: 'prod', mode: 'overwrite', streams: ['Sales'], data: 'carry' }] as const;
    const input = { decision, site: 'prod', choices };

    const question = await planOf({ ...input, chosenAppIds: [] }).catch((error: unknown) => error);
    expect(question).toMatchObject({
      code: 'WAYBILL_PROMOTION_UNDECIDED',
      facts: { question: expect.stringMatching(/^stream "Sales" holds 2 apps of that name/) },
    });
    const { facts } = question as { facts: { question: string; choices: string } };
    for (const id of ids) expect(facts.question).toContain(id);
    expect(new Set(facts.choices.split(' '))).toEqual(new Set(ids));
    expect(await world.ledger.listDeliveries({ promotionKey: decision.promotionKey })).toEqual([]);

    const one = await planOf({ ...input, chosenAppIds: [ids[1]!] });
    expect(one.steps.map(({ targetAppId }) => targetAppId)).toEqual([ids[1]]);
    const all = await planOf({ ...input, chosenAppIds: ['all'] });
    expect(new Set(all.steps.map(({ targetAppId }) => targetAppId))).toEqual(new Set(ids));
    expect(all.steps).toHaveLength(2);
  });

  it('replaces all of several where the target says so', async () => {
    world.configure((yaml) => (yaml['targets'].prod = { whenSeveral: 'all' }));
    const name = newName();
    const ids = [standingApp(world, name), standingApp(world, name)];

    const { steps } = await plan({ name, mode: 'overwrite' });

    expect(new Set(steps.map(({ targetAppId }) => targetAppId))).toEqual(new Set(ids));
  });

  it('asks which of two streams of one name is meant', async () => {
    const ids = [world.prod.actAs.createStream('Twice'), world.prod.actAs.createStream('Twice')];

    const question = plan({ streams: ['Twice'] });

    await expect(question).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_UNDECIDED',
      facts: { question: expect.stringMatching(/^2 streams are called "Twice"; .*"id:[0-9a-f-]{36}" or "id:/) },
    });
    expect((await plan({ streams: [`id:${ids[1]}`] })).steps).toMatchObject([{ streamId: ids[1] }]);
  });

  it('knows no target that the configuration does not name', async () => {
    const { decision } = await approvedApp(world);

    await expect(planOf({ decision, site: 'nowhere', choices: [], chosenAppIds: [] })).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NO_TARGET',
      facts: { site: 'nowhere' },
    });
  });

  it('fails for a decision that the ledger does not know', async () => {
    const { decision } = await approvedApp(world);
    const input = { decision: { ...decision, promotionKey: 'unknown' }, site: 'prod', choices: [], chosenAppIds: [] };

    await expect(planOf(input)).rejects.toEqual(code('WAYBILL_PROMOTION_RECORD_MISSING'));
  });
});

describe('a delivery whose workflow Temporal has lost', () => {
  const items = [{ action: 'published', streamName: 'Sales', appId: 'an-app', verified: true }] as const;

  it('has nothing left to do where it ended, and ends as it did', async () => {
    const { decision } = await approvedApp(world);
    const outcome = { site: 'prod', state: 'skipped', items, missingStreams: [], warnings: ['w'] } as const;
    await world.run((activities) => activities.closeDelivery({ decision, outcome }));
    world.prod.requestLog.clear();

    const plan = await planOf({ decision, site: 'prod', choices: [], chosenAppIds: [] });

    expect(plan).toEqual({ steps: [], missingStreams: [], warnings: [], data: 'carry', ended: outcome });
    expect(requestsTo(world.prod)).toEqual([]);
    expect(await world.ledger.listDeliveries({ promotionKey: decision.promotionKey })).toMatchObject([
      { state: 'skipped' },
    ]);
  });

  it('goes on with the plan that it had begun: what it published itself is nothing to replace', async () => {
    const name = newName();
    const { decision } = await approvedApp(world, { app: { name } });
    const choices = [{ site: 'prod', mode: 'overwrite', streams: ['Sales', 'Nowhere'], data: 'carry' }] as const;
    const input = { decision, site: 'prod', choices, chosenAppIds: [] };
    const first = await planOf(input);
    const { promotionKey } = decision;
    await world.ledger.upsertStaging({
      promotionKey,
      target: 'prod',
      n: 1,
      name: 'x',
      purpose: 'upload',
      state: 'published',
    });
    standingApp(world, name);

    const second = await planOf(input);

    expect(second.steps).toEqual(first.steps);
    expect(second.steps).toMatchObject([{ action: 'publish' }]);
    expect(second.missingStreams).toEqual(['Nowhere']);
  });

  it('plans anew where nothing was begun, and each plan is on record', async () => {
    const name = newName();
    const { decision } = await approvedApp(world, { app: { name } });
    const choices = [{ site: 'prod', mode: 'overwrite', streams: ['Sales'], data: 'carry' }] as const;
    const input = { decision, site: 'prod', choices, chosenAppIds: [] };
    const { promotionKey } = decision;
    await planOf(input);
    await world.ledger.upsertDelivery({
      promotionKey,
      target: 'prod',
      state: 'needs-operator',
      trouble: { code: 'X' } as never,
      waitingSinceUtc: '2026-05-04T10:00:00.000Z',
    });
    const targetAppId = standingApp(world, name);

    expect((await planOf(input)).steps).toMatchObject([{ action: 'replace', targetAppId }]);

    const planned = (await world.ledger.recordsOf(promotionKey)).filter(({ type }) => type === 'planned');
    expect(planned).toHaveLength(2);
    const [delivery] = await world.ledger.listDeliveries({ promotionKey });
    expect(delivery).toMatchObject({ state: 'staging' });
    expect(delivery?.trouble ?? undefined).toBeUndefined();
    expect(delivery?.waitingSinceUtc).toBeUndefined();
  });

  it('goes by the plan of its own site', async () => {
    const { decision } = await approvedApp(world);
    const choices = [{ site: 'prod', mode: 'duplicate', streams: ['Sales'], data: 'carry' }] as const;
    const { promotionKey } = decision;
    await world.ledger.upsertDelivery({ promotionKey, target: 'prod', state: 'staging' });
    await world.ledger.upsertStaging({
      promotionKey,
      target: 'prod',
      n: 1,
      name: 'x',
      purpose: 'upload',
      state: 'open',
    });
    const facts = { items: [], missingStreams: ['Of another site'] };
    await world.ledger.record({
      promotionKey,
      seq: 'deliver/test/planned/1',
      type: 'planned',
      atUtc: decision.decidedAtUtc,
      site: 'test',
      facts,
    });

    expect(await planOf({ decision, site: 'prod', choices, chosenAppIds: [] })).toMatchObject({
      missingStreams: [],
      steps: [{ streamName: 'Sales' }],
    });
  });
});

describe('the owner of a new app', () => {
  let number = 0;

  /** A user of both sites; his id at prod. */
  function newUser(more: { inactive?: boolean; atProd?: boolean } = {}): { account: string; id: string | undefined } {
    number += 1;
    const user = { directory: 'COMPANY', id: `owner${number}`, name: 'Owner' };
    world.dev.actAs.createUser(user);
    const { atProd = true, inactive } = more;
    return {
      account: `COMPANY\\owner${number}`,
      id: atProd ? world.prod.actAs.createUser({ ...user, inactive }) : undefined,
    };
  }

  it('is the same user, where the target knows him', async () => {
    const { account, id } = newUser();

    expect(await plan({ owner: account })).toMatchObject({ ownerId: id, warnings: [] });
  });

  it('is looked for once more when he is not found', async () => {
    const { account, id } = newUser();
    fault(world.prod, { effect: nothing, method: 'GET', path: '/user/full' });

    expect(await plan({ owner: account })).toMatchObject({ ownerId: id, warnings: [] });
  });

  it.each([{ atProd: false }, { inactive: true }])('is the configured one, where the user is %o', async (more) => {
    const fallback = newUser();
    world.configure((yaml) => (yaml['targets'].prod = { newAppOwner: { fallback: fallback.account } }));

    expect(await plan({ owner: newUser(more).account })).toMatchObject({ ownerId: fallback.id, warnings: [] });
  });

  it('is the configured one, where nobody is to keep his own', async () => {
    const fallback = newUser();
    world.configure(
      (yaml) => (yaml['targets'].prod = { newAppOwner: { sameUser: false, fallback: fallback.account } }),
    );

    expect(await plan({ owner: newUser().account })).toMatchObject({ ownerId: fallback.id, warnings: [] });
  });

  it('stays the account of Waybill, with a warning, where nobody is found', async () => {
    const { account } = newUser({ atProd: false });

    const { ownerId, warnings } = await plan({ owner: account });

    expect(ownerId).toBeUndefined();
    expect(warnings).toEqual([`${account} is not known at prod; the app belongs to INTERNAL\\sa_api there.`]);
  });

  it('names both in the warning, where the configured one is not known either', async () => {
    world.configure((yaml) => (yaml['targets'].prod = { newAppOwner: { fallback: 'COMPANY\\nobody' } }));
    const { account } = newUser({ atProd: false });

    expect((await plan({ owner: account })).warnings).toEqual([
      `${account} and COMPANY\\nobody is not known at prod; the app belongs to INTERNAL\\sa_api there.`,
    ]);
  });
});
