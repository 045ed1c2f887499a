import { pause } from '../activity-context.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/**
 * What an earlier attempt may have made, looked for several times because the repository lags behind its own writes
 * (`retry.looks` within `retry.lookAfter`); undefined when it is not there.
 */
export async function lookSeveralTimes<T>(
  deps: ActivityDependencies,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { looks, lookAfterMs } = deps.config().retry;
  for (let nth = 1; ; nth += 1) {
    const found = await look();
    if (found !== undefined || nth >= looks) return found;
    await pause(lookAfterMs / looks);
  }
}
