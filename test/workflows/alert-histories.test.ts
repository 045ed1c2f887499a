import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds, workflowTypes } from '../../workflows/contract.ts';
import { type AlertWorld, startAlertWorld } from '../alerts/alert-world.ts';
import { historyJson, historyText, storeHistory } from '../harness/histories.ts';
import { findMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';

const folder = path.join(import.meta.dirname, '..', 'histories');
const LOG_LINE = 'canary-line-of-the-script-log';
const CHANNEL = 'slack/bi';

// Where Mosquitto is not installed these histories cannot be made; the stored ones are replayed all the same.
describe.skipIf(!findMosquitto())('the histories of alerts', () => {
  let world: AlertWorld;
  let histories: Map<string, string>;

  beforeAll(async () => {
    world = await startAlertWorld();
    histories = await runAlertWorkflows(world);
  }, 120_000);

  afterAll(async () => {
    await world?.close();
  });

  it('hold no secret, no address of a destination and no line of a script log', async () => {
    const { alerts } = world.config;
    const addresses = [alerts.destinations.slack['bi']!.webhook, alerts.destinations.teams['bi']!.webhook];
    const forbidden = [LOG_LINE, world.cloud.apiKey, ...(await Promise.all(addresses.map((one) => one.resolve())))];
    const found: string[] = [];
    const query = `TaskQueue = "${world.config.temporal.taskQueue}"`;
    for await (const { workflowId, runId } of world.temporal.client.workflow.list({ query })) {
      const text = await historyText(world.temporal.client, workflowId, runId);
      for (const word of forbidden) if (text.includes(word)) found.push(`${word} in ${workflowId}`);
    }

    expect(found).toEqual([]);
  });

  it('are those of each workflow that alerts', async () => {
    if (process.env['STORE_HISTORIES']) {
      for (const [name, json] of histories) await storeHistory(folder, name, json);
    }

    expect([...histories.keys()].toSorted()).toEqual([
      'alertChannel-digest',
      'reconcileReloads',
      'reloadAlert-attempt',
      'reloadAlert-failed',
      'reloadRecovered',
    ]);
  });
});

/** Has every workflow of alerts run in the ways that matter; their histories, by name. */
async function runAlertWorkflows({ cloud, owner, tenant, temporal, config, ledger }: AlertWorld) {
  const { client } = temporal;
  const app = cloud.actAs.createApp({ name: 'Told of', owner });
  const retried = cloud.actAs.createApp({ name: 'Tried again', owner });
  const fail = () => cloud.actAs.reloadApp(app, { status: 'FAILED', log: [LOG_LINE] });
  const attempt = cloud.actAs.startReload(retried);
  const [first, second, third] = [fail(), fail(), fail()];
  cloud.actAs.finishReload(attempt, { status: 'SUCCEEDED', requeues: 1 });
  const channel = workflowIds.alertChannel(tenant, CHANNEL, app);
  await waitFor('all to be told of', async () => {
    const all = await Promise.all([first, second, third].map((reloadId) => ledger.listAlerts({ tenant, reloadId })));
    return all.flat().length >= 15 && all.flat().every(({ state }) => state === 'sent');
  });
  const recovery = cloud.actAs.reloadApp(app, { status: 'SUCCEEDED' });
  const runs = {
    'reloadAlert-failed': workflowIds.reloadAlert(tenant, first),
    'reloadAlert-attempt': workflowIds.reloadAlert(tenant, attempt),
    reloadRecovered: workflowIds.reloadRecovered(tenant, recovery),
    'alertChannel-digest': channel,
    reconcileReloads: `reconcile-${tenant}`,
  };
  await client.workflow.execute(workflowTypes.reconcileReloads, {
    workflowId: runs.reconcileReloads,
    taskQueue: config.temporal.taskQueue,
    args: [{ tenant }],
  });
  const histories = new Map<string, string>();
  for (const [name, workflowId] of Object.entries(runs)) {
    await waitFor(`${workflowId} to end`, async () => {
      const described = await client.workflow
        .getHandle(workflowId)
        .describe()
        .catch(() => undefined);
      return described !== undefined && described.status.name !== 'RUNNING';
    });
    histories.set(name, await historyJson(client, workflowId));
  }
  return histories;
}
