import type { ActivityDependencies } from '../dependencies.ts';

/**
 * How many attempts were forgotten: those older than `ledger.keepAttempts`. Decisions, records and mails stay for ever;
 * attempts come by the thousand a day, as every look at a site is one. Safe to repeat.
 */
export async function forgetAttempts(deps: ActivityDependencies): Promise<number> {
  const { keepAttemptsMs } = deps.config().ledger;
  if (keepAttemptsMs === 0) return 0;
  const forgotten = await deps.ledger.forgetAttempts(
    new Date(Date.parse(deps.nowUtc()) - keepAttemptsMs).toISOString(),
  );
  if (forgotten > 0) deps.logger.info({ forgotten }, 'forgot old attempts of steps');
  return forgotten;
}
