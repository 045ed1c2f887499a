import type { ActivityDependencies } from '../dependencies.ts';

/**
 * How many exported files were removed: those older than `artifacts.keep` that no open promotion, no kept version and
 * no backup of that time needs. Safe to repeat.
 */
export async function collectArtifacts(deps: ActivityDependencies): Promise<number> {
  const { keepMs } = deps.config().artifacts;
  const keepFromUtc = new Date(Date.parse(deps.nowUtc()) - keepMs).toISOString();
  const keep = await deps.ledger.artifactsInUse({ keepFromUtc });
  const store = await deps.artifacts();
  const removed = await store.collect({ keep, olderThanMs: keepMs });
  if (removed > 0) deps.logger.info({ removed }, 'removed exported files that nothing needs any more');
  return removed;
}
