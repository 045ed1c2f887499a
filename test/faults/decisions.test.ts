import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { approve, endedPromotion } from '../harness/acts.ts';
import { mailKindsAbout, nthPromotion, quiet, swept } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';
import {
  mendAll,
  promoted,
  promotionsOf,
  publishedApp,
  send,
  type SentApp,
  standingApp,
  standingOf,
  startEffectsWorld,
} from '../effects/effects.ts';
import { decideOutside, type Outside, whyRefused } from './outside-decisions.ts';
import { expectSound } from './expect-sound.ts';

const OTHER = 'COMPANY\\other';

describe.each(['kept', 'renewed'] as const)('row 6: with rows %s,', (rowIdsOnResend) => {
  let world: World;
  const outside: Outside[] = [];

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'], switches: { rowIdsOnResend } });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  const set = ({ id }: SentApp, properties: Record<string, string[]>, by = MANAGER): void =>
    world.site('dev').actAs.setProperties(id, by, properties);
  const sound = (): Promise<void> => expectSound(world, { expected: { decisions: outside.map(({ facts }) => facts) } });
  const copiesOf = (app: SentApp): number => standingOf(world, 'test', app.name).length;

  it('a denial that replaces an approval before Waybill looks is what counts', async () => {
    const app = send(world, 'Approved, then denied', { test: 'Duplicate' }, { unpublish: false });
    set(app, { PromotionApproval: ['Deny'] }, OTHER);

    expect(await nthPromotion(world, app.id, 1)).toMatchObject({
      state: 'denied',
      decision: { by: { account: OTHER } },
    });
    expect(copiesOf(app)).toBe(0);
    await sound();
  });

  it('an approval beside a denial waits until one of them goes', async () => {
    const app = publishedApp(world, 'Both at once');
    approve(world, app.id, { test: 'Duplicate' }, ['Sales'], { PromotionApproval: ['Approve', 'Deny'] });
    expect(await quiet(world, app.id)).toMatchObject({ state: 'awaiting-decision' });
    expect(await promotionsOf(world, app)).toEqual([]);
    set(app, { PromotionApproval: ['Deny'] });

    expect(await nthPromotion(world, app.id, 1)).toMatchObject({ state: 'denied' });
    expect(copiesOf(app)).toBe(0);
    await sound();
  });

  it('a denial that comes during the export is too late, and is recorded', async () => {
    world.site('dev').faults.add({ method: 'POST', path: '/export/', effect: { type: 'delay', delayMs: 700 } });
    const app = send(world, 'Denied too late', { test: 'Duplicate' });
    await waitFor('the decision', async () => (await promotionsOf(world, app)).length === 1);
    set(app, { PromotionApproval: ['Deny'] }, OTHER);

    const { promotionKey } = await promoted(world, app);
    const records = await world.ledger.recordsOf(promotionKey);
    expect(records.find(({ type }) => type === 'too-late')?.facts).toEqual({ denier: OTHER });
    expect(copiesOf(app)).toBe(1);
    await sound();
  });

  it('properties that are set twice at once, and again while it is promoted, are one approval', async () => {
    world.site('dev').faults.add({ method: 'POST', path: '/export/', effect: { type: 'delay', delayMs: 500 } });
    const app = publishedApp(world, 'Double click');
    const click = (): void => approve(world, app.id, { test: 'Duplicate' }, ['Sales']);
    click();
    click();
    await waitFor('the decision', async () => (await promotionsOf(world, app)).length === 1);
    click();
    await endedPromotion(world, app.id);
    await quiet(world, app.id);

    expect(await promotionsOf(world, app)).toEqual(['promoted']);
    expect(copiesOf(app)).toBe(1);
    await sound();
  });

  it('the same person approves twice: two approvals, and an overwrite leaves one app', async () => {
    const app = publishedApp(world, 'Approved twice');
    standingApp(world, 'test', app.name);
    for (const nth of [1, 2]) {
      approve(world, app.id, { test: 'Overwrite' }, ['Sales']);
      expect(await nthPromotion(world, app.id, nth)).toMatchObject({ state: 'promoted' });
      await quiet(world, app.id);
    }

    expect(copiesOf(app)).toBe(1);
    await sound();
  });

  it('words that only resemble a word mean nothing, and are told', async () => {
    const app = publishedApp(world, 'Nearly words');
    approve(world, app.id, { test: 'Duplicate' }, ['Sales'], { PromotionApproval: ['Disapprove'] });
    expect(await quiet(world, app.id)).toMatchObject({
      state: 'awaiting-decision',
      missing: [expect.stringContaining('Disapprove')],
    });
    expect(await promotionsOf(world, app)).toEqual([]);
    set(app, { PromotionApproval: ['Approve'], PromotionUnpublish: ['Untrue'] });

    await promoted(world, app);
    expect(world.site('dev').app(app.id)).toMatchObject({ published: true, customProperties: [] });
    await sound();
  });

  describe('a decision by command', () => {
    /** Nothing has looked at what was set in the QMC as long as this holds. */
    function holdSweeps(): void {
      const effect = { type: 'status', status: 503 } as const;
      world.site('dev').faults.add({ method: 'GET', path: '/qrs/app/full', effect, times: 0 });
    }

    it.each(['approve', 'deny'] as const)('%s does not run over one that stands in the QMC unread', async (verdict) => {
      const app = publishedApp(world, `Beside the QMC: ${verdict}`);
      await quiet(world, app.id);
      holdSweeps();
      approve(world, app.id, { test: 'Duplicate' }, ['Sales']);
      const refused = decideOutside(world, app, { verdict, account: OTHER }).catch(whyRefused);

      expect(await refused).toContain(`${MANAGER} decided on it in the QMC (approve)`);
      mendAll(world);
      const { decision } = await promoted(world, app);
      expect(decision.by).toMatchObject({ account: MANAGER, door: 'qmc' });
      await quiet(world, app.id);
      expect(await promotionsOf(world, app)).toEqual(['promoted']);
      await sound();
    });

    it('comes first and the one in the QMC after it: each is carried out in its turn', async () => {
      const app = publishedApp(world, 'Before the QMC');
      await quiet(world, app.id);
      outside.push(await decideOutside(world, app, { verdict: 'deny', account: OTHER }));
      approve(world, app.id, { test: 'Duplicate' }, ['Sales']);

      expect(await nthPromotion(world, app.id, 2)).toMatchObject({ state: 'promoted' });
      expect(await promotionsOf(world, app)).toEqual(['denied', 'promoted']);
      expect(copiesOf(app)).toBe(1);
      await sound();
    });

    it('of two people at the same moment is one decision, and the other is told whose', async () => {
      const app = publishedApp(world, 'Two people');
      await quiet(world, app.id);
      const both = await Promise.allSettled([
        decideOutside(world, app, { verdict: 'approve', account: MANAGER }),
        decideOutside(world, app, { verdict: 'deny', account: OTHER }),
      ]);
      outside.push(...both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])));
      await endedPromotion(world, app.id);
      await quiet(world, app.id);

      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await promotionsOf(world, app)).toHaveLength(1);
      await sound();
    });

    it('that is sent twice is one decision', async () => {
      const app = publishedApp(world, 'Sent twice');
      await quiet(world, app.id);
      const sent = { verdict: 'approve', account: MANAGER, decisionId: randomUUID() } as const;
      const [first] = await Promise.all([decideOutside(world, app, sent), decideOutside(world, app, sent)]);
      outside.push(first);
      await promoted(world, app);
      await quiet(world, app.id);

      expect(await promotionsOf(world, app)).toEqual(['promoted']);
      expect(copiesOf(app)).toBe(1);
      await sound();
    });
  });
});

describe('row 6: where only a group may approve,', () => {
  let world: World;
  const notOwed: string[] = [];

  beforeAll(async () => {
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml, alias) => {
        const approvers = { groups: ['Approvers'] };
        yaml['sources'][alias('dev')].approval = { approvers, ownerMayApprove: false };
        yaml['sources'][alias('dev')].streams.Finance = { approval: { ownerMayApprove: true } };
      },
    });
    for (const account of [REP, MANAGER, OTHER]) world.site('dev').actAs.setGroups(account, ['Approvers']);
  });

  afterEach(() => {
    for (const account of [REP, MANAGER, OTHER]) world.site('dev').actAs.setGroups(account, ['Approvers']);
  });

  afterAll(async () => {
    await world?.close();
  });

  const decide = (app: SentApp, by: string, word = 'Approve'): void =>
    world.site('dev').actAs.setProperties(app.id, by, {
      PromoteToServer: [`${world.alias('test')} - Duplicate`],
      PromoteToStream: ['Sales'],
      PromotionApproval: [word],
    });

  const refusedFor = async (app: SentApp, why: string): Promise<void> => {
    notOwed.push(app.id);
    expect(await quiet(world, app.id)).toMatchObject({
      state: 'awaiting-decision',
      missing: [expect.stringContaining(why)],
    });
    await waitFor('the mail', () => mailKindsAbout(world, app.name).includes('decisionProblem'));
    expect(await promotionsOf(world, app)).toEqual([]);
  };
  const sound = (): Promise<void> => expectSound(world, { expected: { notOwed } });

  it('the author may not approve his own app, and somebody else may', async () => {
    const app = publishedApp(world, 'Own work');
    decide(app, REP);
    await refusedFor(app, 'the owner may not approve it');
    // The word goes and comes back in other hands: the row bears the name of whoever set it.
    world.site('dev').actAs.setProperties(app.id, MANAGER, { PromotionApproval: [] });
    await swept(world);
    decide(app, MANAGER);

    await promoted(world, app);
    await sound();
  });

  it('the author may deny his own app', async () => {
    const app = publishedApp(world, 'Own denial');
    decide(app, REP, 'Deny');

    expect(await nthPromotion(world, app.id, 1)).toMatchObject({ state: 'denied' });
    await sound();
  });

  it('the author may approve where the stream lets him', async () => {
    const { actAs } = world.site('dev');
    const id = actAs.createApp({ name: 'Own stream', owner: REP });
    actAs.publish(id, 'Finance');
    const app = { id, name: 'Own stream', content: [], description: '' };
    while (Date.now() <= Date.parse(String(world.site('dev').app(id)?.['modifiedDate'])));
    decide(app, REP);

    await promoted(world, app);
    await sound();
  });

  it('an approver who left the group between alert and decision is refused', async () => {
    const app = publishedApp(world, 'Left the group');
    await quiet(world, app.id);
    world.site('dev').actAs.setGroups(MANAGER, []);
    decide(app, MANAGER);

    await refusedFor(app, 'is not among the approvers');
    await sound();
  });

  it('an approver who leaves the group after the decision was recorded has decided', async () => {
    const { faults, actAs } = world.site('dev');
    faults.add({ method: 'POST', path: '/export/', effect: { type: 'delay', delayMs: 300 } });
    const app = publishedApp(world, 'Left later');
    decide(app, MANAGER);
    await waitFor('the decision', async () => (await promotionsOf(world, app)).length === 1);
    actAs.setGroups(MANAGER, []);

    await promoted(world, app);
    await sound();
  });
});
