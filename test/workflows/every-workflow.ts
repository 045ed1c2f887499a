import { randomUUID } from 'node:crypto';
import { workflowIds, workflowTypes, updates } from '../../workflows/contract.ts';
import { approve, endedPromotion } from '../harness/acts.ts';
import { historyJson } from '../harness/histories.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type World } from '../harness/world.ts';

/** One run of a workflow and the name its history is stored under. */
export interface Run {
  readonly name: string;
  readonly workflowId: string;
}

/** Has every workflow run in this world in the ways that matter; their histories, by name. */
export async function runEveryWorkflow(world: World): Promise<Map<string, string>> {
  const runs = [
    ...(await overwriteRuns(world)),
    ...(await publishRuns(world)),
    await denyRun(world),
    await cliRun(world),
    ...(await smallRuns(world)),
  ];
  const histories = new Map<string, string>();
  for (const { name, workflowId } of runs) {
    await waitFor(`the history of ${workflowId}`, () => hasClosed(world, workflowId));
    histories.set(name, await historyJson(world.temporal.client, workflowId));
  }
  const watch = workflowIds.siteWatch(world.alias('dev'));
  histories.set('siteWatch', await historyJson(world.temporal.client, watch));
  return histories;
}

async function overwriteRuns(world: World): Promise<Run[]> {
  const { actAs } = world.site('test');
  const standing = actAs.createApp({ name: 'Overwritten', owner: REP });
  actAs.publish(standing, 'Sales');
  const app = published(world, 'Overwritten');
  approve(world, app, { test: 'Overwrite' }, ['Sales']);
  const { promotionKey } = await endedPromotion(world, app);
  return [
    { name: 'promotion-overwrite', workflowId: workflowIds.promotion(world.alias('dev'), app) },
    { name: 'deliver-overwrite', workflowId: workflowIds.deliver(promotionKey, world.alias('test')) },
  ];
}

/** Two streams of one site, and a mail server that puts the first mails off, so that `notify` has to go on. */
async function publishRuns(world: World): Promise<Run[]> {
  const app = published(world, 'Published');
  world.inbox.faults.greylist(1);
  approve(world, app, { test: 'Duplicate' }, ['Sales', 'Finance']);
  const { promotionKey } = await endedPromotion(world, app);
  return [
    { name: 'promotion-publish', workflowId: workflowIds.promotion(world.alias('dev'), app) },
    { name: 'deliver-publish', workflowId: workflowIds.deliver(promotionKey, world.alias('test')) },
    { name: 'notify', workflowId: workflowIds.notify(promotionKey, 'approved') },
  ];
}

async function denyRun(world: World): Promise<Run> {
  const app = published(world, 'Denied');
  world.site('dev').actAs.setProperties(app, MANAGER, { PromotionApproval: ['Deny'] });
  await endedPromotion(world, app);
  return { name: 'promotion-deny', workflowId: workflowIds.promotion(world.alias('dev'), app) };
}

/** A promotion that waits, is decided by an Update, and fails at a target until an operator has it tried again. */
async function cliRun(world: World): Promise<Run> {
  const app = published(world, 'Decided');
  const workflowId = workflowIds.promotion(world.alias('dev'), app);
  await waitFor('the app to wait', () => world.ledger.getAwaiting(world.alias('dev'), app));
  world.site('test').faults.add({ effect: { type: 'status', status: 403 }, method: 'POST', path: 'upload' });
  await world.temporal.client.workflow.getHandle(workflowId).executeUpdate(updates.decide, {
    args: [
      {
        decisionId: randomUUID(),
        verdict: 'approve',
        by: { account: MANAGER, door: 'cli', asserted: true },
        targets: [{ site: world.alias('test'), mode: 'duplicate', streams: ['Sales'] }],
      },
    ],
  });
  await endedPromotion(world, app);
  return { name: 'promotion-decided-by-update', workflowId };
}

async function smallRuns(world: World): Promise<Run[]> {
  const taskQueue = world.config.temporal.taskQueue;
  const start = async (name: string, type: string, args: unknown[]): Promise<Run> => {
    const workflowId = `${type}/${randomUUID()}`;
    await world.temporal.client.workflow.start(type, { workflowId, taskQueue, args });
    return { name, workflowId };
  };
  return [
    await start('check-site', workflowTypes.check, [{ kind: 'site', site: world.alias('test') }]),
    await start('check-doctor-site', workflowTypes.check, [
      { kind: 'doctor-site', site: world.alias('dev'), scratch: true },
    ]),
    await start('check-doctor-worker', workflowTypes.check, [{ kind: 'doctor-worker', scratch: true }]),
    await start('tryOut', workflowTypes.tryOut, [
      {
        kind: 'mail',
        path: ['mail'],
        value: { host: '127.0.0.1', port: 1, tls: 'none', from: 'waybill@company.example' },
        kept: [],
        account: MANAGER,
        to: 'manager@company.example',
      },
    ]),
    await start('sweepStaging', workflowTypes.sweepStaging, []),
    await start('ensureSiteWatch', workflowTypes.ensureSiteWatch, [{ sites: [world.alias('dev')] }]),
  ];
}

function published(world: World, name: string): string {
  const { actAs } = world.site('dev');
  const app = actAs.createApp({ name, owner: REP, dataSizeBytes: 50_000 });
  actAs.publish(app, 'Sales');
  return app;
}

async function hasClosed(world: World, workflowId: string): Promise<boolean> {
  const described = await world.temporal.client.workflow
    .getHandle(workflowId)
    .describe()
    .catch(() => undefined);
  return described !== undefined && described.status.name !== 'RUNNING';
}
