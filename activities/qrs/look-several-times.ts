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

/**
 * What a look found; when something is missing in it, the site is looked at once more a while later: one empty answer of
 * a repository that lags or restarts must not decide that a thing is not there.
 */
export async function lookTwiceForMissing<T>(
  deps: ActivityDependencies,
  look: () => Promise<T>,
  isMissing: (found: T) => boolean,
): Promise<T> {
  const found = await look();
  if (!isMissing(found)) return found;
  const { looks, lookAfterMs } = deps.config().retry;
  await pause(lookAfterMs / looks);
  return look();
}
