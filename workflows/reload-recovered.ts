import { alertRecords } from './alert-steps.ts';
import type { ReloadRecoveredInput } from './contract.ts';

/** An app that failed before reloads again: tells the channels which told of the failure. How many those are. */
export async function reloadRecovered(input: ReloadRecoveredInput): Promise<number> {
  const { tenant, reloadId, appId, atUtc, heartbeatMs } = input;
  return alertRecords(heartbeatMs).routeRecovery({ tenant, reloadId, appId, atUtc });
}
