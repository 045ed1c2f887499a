import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Ledger } from '../../../ledger/ledger.ts';
import type { AdoptReport } from '../../../starter/cli/adopt-command.ts';
import type { StandingDecision } from '../../../starter/cli/standing-decisions.ts';
import { workflowIds } from '../../../workflows/contract.ts';
import {
  APP,
  breakSite,
  fault,
  mendAll,
  promoted,
  promotionsOf,
  publishedApp,
  type SentApp,
  send,
  standingApp,
  standingOf,
  waitingDelivery,
} from '../../effects/effects.ts';
import { endedPromotion } from '../../harness/acts.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { MANAGER } from '../../harness/world.ts';
import { checkRun } from '../checker/check-run.ts';
import { collectFacts } from '../collect-facts.ts';
import { expectSound } from '../expect-sound.ts';
import { type KillableWorld, startKillableWorld } from './killable-world.ts';
import { waybillJson } from './run-waybill.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const KEPT = { unpublish: false } as const;

let world: KillableWorld;
let lost: Ledger;
const apps = {} as Record<'openThen' | 'overwritten' | 'duplicated' | 'denied' | 'halfWay', SentApp>;
let overwrittenId: string;

beforeAll(async () => {
  world = await startKillableWorld({
    change: (yaml, alias) => {
      yaml['retry'].recheck = '1h';
      yaml['sources'][alias('dev')].afterPromotion = { unpublish: 'byProperty' };
    },
  });
  breakSite(world, 'prod');
  apps.openThen = send(world, 'Open at the backup', { test: 'Duplicate', prod: 'Duplicate' });
  const openKey = await waitingDelivery(world, apps.openThen);
  await waitFor('the other target', async () => (await stateOf(openKey, 'test')) === 'verified');
  const backup = path.join(world.folder, 'backup.sqlite');
  await world.ledger.backup(backup);

  mendAll(world);
  const prod = world.temporal.client.workflow.getHandle(workflowIds.deliver(openKey, world.alias('prod')));
  await prod.executeUpdate('resolve', { args: [{ action: 'retry', by: operator }] });
  await promoted(world, apps.openThen);
  await decideSince();
  lost = await world.restoreLedger(backup);
  await Promise.all([world.processes.worker.start(), world.processes.listener.start()]);
});

afterAll(async () => {
  await world?.close();
});

const operator = { account: 'COMPANY\\operator', door: 'cli', asserted: true } as const;

async function stateOf(promotionKey: string, site: string): Promise<string | undefined> {
  const [delivery] = await world.ledger.listDeliveries({ promotionKey, target: world.alias(site) });
  return delivery?.state;
}

/** Decisions of after the backup, whose request stays on the app because its clean-up is given up. */
async function decideSince(): Promise<void> {
  fault(world, 'dev', { method: 'PUT', path: APP, effect: { type: 'status', status: 403, text: 'no' }, times: 0 });
  overwrittenId = standingApp(world, 'test', 'Overwritten');
  apps.overwritten = send(world, 'Overwritten', { test: 'Overwrite' }, KEPT);
  apps.duplicated = send(world, 'Duplicated', { test: 'Duplicate' }, KEPT);
  apps.denied = publishedApp(world, 'Denied');
  await waitFor('the app to wait', () => world.ledger.getAwaiting(world.alias('dev'), apps.denied.id));
  world.site('dev').actAs.setProperties(apps.denied.id, MANAGER, { PromotionApproval: ['Deny'] });
  for (const app of [apps.overwritten, apps.duplicated, apps.denied]) await giveCleanUpUp(app);
  mendAll(world);
  breakSite(world, 'prod');
  apps.halfWay = send(world, 'Half-way', { test: 'Duplicate', prod: 'Duplicate' }, KEPT);
  const key = await waitingDelivery(world, apps.halfWay);
  await waitFor('the other target', async () => (await stateOf(key, 'test')) === 'verified');
  // The ledger hears of it before Temporal does; what Temporal has not heard yet, nobody could tell afterwards.
  await world.temporal.client.workflow.getHandle(workflowIds.deliver(key, world.alias('test'))).result();
}

async function giveCleanUpUp(app: SentApp): Promise<void> {
  const stuck = async () => (await world.ledger.listPromotions({ appId: app.id, state: 'needs-operator' })).at(0);
  await waitFor(`the clean-up of "${app.name}" to be stuck`, stuck);
  const handle = world.temporal.client.workflow.getHandle(workflowIds.promotion(world.alias('dev'), app.id));
  await handle.executeUpdate('resolve', { args: [{ action: 'abort', by: operator }] });
  await endedPromotion(world, app.id);
}

const adopt = (...args: string[]): Promise<AdoptReport> => waybillJson(world, 'adopt', world.alias('dev'), ...args);
const found = ({ standing }: AdoptReport, { id }: SentApp): StandingDecision | undefined =>
  standing.find(({ appId }) => appId === id);
const holdsAll = async (): Promise<boolean> => {
  const memories = await world.ledger.listAppMemories<{ remembered?: { baseline: boolean } }>(world.alias('dev'));
  return memories.filter(({ memory }) => memory.remembered?.baseline).length === 4;
};

it('row 25: what was decided since the backup is held and listed, with what Temporal knows of it', async () => {
  await waitFor('the decisions to be held', holdsAll);

  const report = await adopt();

  const test = world.alias('test');
  for (const app of [apps.overwritten, apps.duplicated, apps.halfWay]) {
    const expected = { since: 'restored-ledger', verdict: 'approve', delivered: { [test]: 'verified' } };
    expect(found(report, app)).toMatchObject({ appName: app.name, decidedBy: MANAGER, ...expected });
  }
  expect(found(report, apps.denied)).toMatchObject({ since: 'restored-ledger', verdict: 'deny', delivered: null });
  for (const app of [apps.overwritten, apps.duplicated, apps.denied, apps.halfWay]) {
    expect(await promotionsOf(world, app)).toEqual([]);
    if (app !== apps.denied) expect(standingOf(world, 'test', app.name)).toHaveLength(1);
  }
  expect(standingOf(world, 'test', 'Overwritten').map(({ id }) => id)).toEqual([overwrittenId]);
});

it('row 25: what was open in the backup and has ended since is not delivered again', async () => {
  const { state, promotionKey } = await endedPromotion(world, apps.openThen.id);

  expect(state).toBe('promoted');
  expect(await stateOf(promotionKey, 'prod')).toBe('verified');
  for (const site of ['test', 'prod']) expect(standingOf(world, site, apps.openThen.name)).toHaveLength(1);
});

it('row 25: a dismissed decision counts as carried out, an adopted one goes on where it was', async () => {
  mendAll(world);
  const done = [apps.overwritten, apps.duplicated, apps.denied];

  const dry = await adopt(...done.map(({ id }) => id), '--dismiss', '--dry-run');
  expect(dry.standing).toHaveLength(4);
  const dismissed = await adopt(...done.map(({ id }) => id), '--dismiss', '--yes');
  expect(dismissed.dismissed.toSorted(byText)).toEqual(done.map(({ id }) => id).toSorted(byText));
  await adopt(apps.halfWay.id, '--yes');
  await promoted(world, apps.halfWay);

  expect((await adopt()).standing).toEqual([]);
  for (const app of [...done, apps.halfWay]) {
    if (app !== apps.denied) expect(standingOf(world, 'test', app.name)).toHaveLength(1);
  }
  expect(standingOf(world, 'prod', apps.halfWay.name)).toHaveLength(1);
  for (const app of done) expect(await promotionsOf(world, app)).toEqual([]);
  await expectSound(world, { lostLedger: lost });
});

it('the checker tells of a restored ledger after which something was done twice', async () => {
  const facts = await collectFacts(world, { lostLedger: lost });
  const test = facts.sites[world.alias('test')]!;
  const twice = test.end.filter(({ name }) => name === 'Duplicated').map((app) => ({ ...app, id: 'another' }));
  const doubled = {
    ...facts,
    sites: { ...facts.sites, [world.alias('test')]: { ...test, end: [...test.end, ...twice] } },
  };

  expect(checkRun(doubled).map(({ text }) => text)).not.toEqual([]);
});

function byText(left: string, right: string): number {
  return left < right ? -1 : 1;
}
