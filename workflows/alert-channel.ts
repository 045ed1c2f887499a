import {
  condition,
  continueAsNew,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { AlertActivities, SendAlertsInput } from '../activities/alert-types.ts';
import { alertRecords, reasonOf } from './alert-steps.ts';
import { type AlertChannelInput, type AlertItem, signals } from './contract.ts';

export const alertSignal = defineSignal<[AlertItem]>(signals.alert);

/** So many alerts go into one digest at most; the others follow in the next. */
const DIGEST_ITEMS = 200;

/**
 * The alerts of one app at one destination, or to one recipient: `alertChannel/<tenant>/<destination>/<about>`. The first
 * is sent at once; what comes while the channel is to be quiet is held and sent as one digest. Ends when it was quiet.
 */
export async function alertChannel(input: AlertChannelInput): Promise<void> {
  const { carried } = input;
  const inbox: AlertItem[] = [...(carried?.items ?? [])];
  setHandler(alertSignal, (item) => {
    if (!inbox.some((one) => one.kind === item.kind && one.reloadId === item.reloadId)) inbox.push(item);
  });
  let quietUntilMs = carried?.quietUntilMs ?? 0;
  for (;;) {
    const isQuiet = Date.now() < quietUntilMs;
    const leftMs = Math.max(1, quietUntilMs - Date.now());
    if (inbox.length === 0 && !(await condition(() => inbox.length > 0, leftMs))) return;
    if (workflowInfo().continueAsNewSuggested) {
      return continueAsNew<typeof alertChannel>({ ...input, carried: { items: inbox, quietUntilMs } });
    }
    if (isQuiet) await hold(input, inbox, quietUntilMs);
    const items = inbox.splice(0, isQuiet ? DIGEST_ITEMS : 1);
    const quietMs = await send(input, items);
    // What was sent before asks for no quiet, and cuts none short.
    quietUntilMs = Math.max(quietUntilMs, Date.now() + quietMs);
  }
}

/** Waits until the channel may speak again; what comes meanwhile is noted as held. */
async function hold(input: AlertChannelInput, inbox: readonly AlertItem[], quietUntilMs: number): Promise<void> {
  const { holdAlerts } = alertRecords(input.pace.heartbeatMs);
  let held = 0;
  while (Date.now() < quietUntilMs) {
    if (inbox.length > held) {
      // More may come while these are noted.
      const fresh = inbox.slice(held);
      held += fresh.length;
      await holdAlerts(outgoing(input, fresh));
      setCurrentDetails(`${held} held back for the digest`);
    }
    await condition(() => inbox.length > held, Math.max(1, quietUntilMs - Date.now()));
  }
}

/** How long to be quiet now, in milliseconds. An alert that cannot be sent is noted; the others go on. */
async function send(input: AlertChannelInput, items: readonly AlertItem[]): Promise<number> {
  const { pace } = input;
  const { sendAlerts } = proxyActivities<AlertActivities>({
    startToCloseTimeout: pace.attemptMs,
    scheduleToCloseTimeout: pace.giveUpAfterMs,
    heartbeatTimeout: pace.heartbeatMs,
    retry: { initialInterval: pace.retry.firstMs, backoffCoefficient: 2, maximumInterval: pace.retry.maxMs },
  });
  try {
    setCurrentDetails(`Sending ${items.length === 1 ? 'an alert' : `a digest of ${items.length}`}`);
    return (await sendAlerts(outgoing(input, items))).quietMs;
  } catch (error) {
    const why = reasonOf(error);
    await alertRecords(pace.heartbeatMs).giveUpAlerts({ ...outgoing(input, items), why });
    return 0;
  }
}

function outgoing({ tenant, destination, recipient }: AlertChannelInput, items: readonly AlertItem[]): SendAlertsInput {
  return { tenant, destination, recipient, items };
}
