import { sleep } from '@temporalio/workflow';
import { alertRecords } from './alert-steps.ts';
import type { ReloadRecoveredInput } from './contract.ts';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * An app that failed before reloads again: tells the channels which told of the failure. How many those are. A failure
 * that is not told of yet is waited for: its end is no news to those who have not heard of it.
 */
export async function reloadRecovered(input: ReloadRecoveredInput): Promise<number> {
  const { tenant, reloadId, appId, atUtc, heartbeatMs } = input;
  const { awaitsAlert, routeRecovery } = alertRecords(heartbeatMs);
  const sinceMs = Date.now();
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const { isAwaited, longestMs } = await awaitsAlert({ tenant, appId, atUtc });
    if (!isAwaited || Date.now() - sinceMs >= longestMs) break;
    await sleep(waitMs);
  }
  return routeRecovery({ tenant, reloadId, appId, atUtc });
}
