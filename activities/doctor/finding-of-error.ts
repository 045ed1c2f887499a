import { type About, broken, brokenBy, type Finding } from '../../common/finding.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** What is broken, by the error that was met. One without a code goes to the log, as its text may hold anything. */
export function findingOfError(deps: Pick<ActivityDependencies, 'logger'>, about: About, error: unknown): Finding {
  if (isWaybillError(error)) return brokenBy(about, error);
  const [check, subject] = about;
  deps.logger.error({ check, subject, err: error }, 'A check of doctor met an unexpected error');
  const name = error instanceof Error ? error.name : typeof error;
  const remedy =
    'Look into the log of the process that looked, mostly the worker, for "unexpected error", and report what it says.';
  return broken(about, `An unexpected error was met (${name}).`, remedy);
}
