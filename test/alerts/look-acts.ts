import { randomUUID } from 'node:crypto';
import type { ReconcileOutcome } from '../../activities/alert-types.ts';
import { taskQueues, workflowTypes } from '../../workflows/contract.ts';
import { waitFor } from '../harness/wait-for.ts';
import { bodies } from './alert-acts.ts';
import { type AlertWorld, RECEIVER } from './alert-world.ts';

/** What tests of looks at Qlik Cloud do and ask; the world is there when one of them is called. */
export function lookActs(worldNow: () => AlertWorld) {
  const startLook = () => {
    const { temporal, config, tenant } = worldNow();
    return temporal.client.workflow.start(workflowTypes.reconcileReloads, {
      workflowId: `look-${randomUUID()}`,
      taskQueue: taskQueues.main(config.temporal.taskQueue),
      args: [{ tenant }],
    });
  };
  const told = (reloadId: string, channel = RECEIVER) =>
    worldNow()
      .chat.messages(channel)
      .filter(({ raw }) => raw.includes(reloadId)).length;
  return {
    startLook,
    look: async (): Promise<ReconcileOutcome> => (await startLook()).result() as Promise<ReconcileOutcome>,
    newApp: (name: string) => worldNow().cloud.actAs.createApp({ name, owner: worldNow().owner }),
    /** A failure that no event tells of. */
    failSilently: (app: string, more: { endedAtUtc?: string } = {}) =>
      worldNow().cloud.actAs.reloadApp(app, { status: 'FAILED', sendEvents: [], ...more }),
    told,
    isTold: (reloadId: string, channel = RECEIVER) =>
      waitFor(`${channel} to be told of ${reloadId}`, () => told(reloadId, channel) > 0),
    isOver: (reloadId: string) =>
      waitFor(`all alerts of ${reloadId} to be sent`, async () => {
        const all = await worldNow().ledger.listAlerts({ tenant: worldNow().tenant, reloadId });
        return all.length > 0 && all.every(({ state }) => state === 'sent');
      }),
    /** Waits for the receiver alone: other places may hold the end for their digest. */
    isEndTold: (reloadId: string) =>
      waitFor(`the end by ${reloadId}`, () =>
        bodies(worldNow()).some(({ recovered }) => recovered?.reloadId === reloadId),
      ),
    /** When the success that ended a failure was, by the ledger. */
    endedBy: async (reloadId: string) =>
      (await worldNow().ledger.getReloadFailure({ tenant: worldNow().tenant, reloadId }))?.recoveredAtUtc,
    /** When a reload ended, by Qlik Cloud. */
    endOf: (reloadId: string) => worldNow().cloud.reload(reloadId)?.endTime,
  };
}
