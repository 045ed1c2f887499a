import type { DoctorCheck, Finding } from '../../common/finding.ts';
import { isWaybillError, type WaybillError } from '../../common/errors/waybill-error.ts';
import { withoutSecrets } from '../../common/known-secrets.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** What is broken, by the error that was met. One without a code goes to the log, as its text may hold anything. */
export function findingOfError(
  deps: Pick<ActivityDependencies, 'logger'>,
  about: readonly [check: DoctorCheck, subject: string],
  error: unknown,
): Finding {
  const [check, subject] = about;
  if (isWaybillError(error)) {
    const { code, message, remedy } = error as WaybillError;
    return { check, subject, verdict: 'broken', code, what: withoutSecrets(message), remedy: withoutSecrets(remedy) };
  }
  deps.logger.error({ check, subject, err: error }, 'A check of doctor met an unexpected error');
  const name = error instanceof Error ? error.name : typeof error;
  return {
    check,
    subject,
    verdict: 'broken',
    what: `An unexpected error was met (${name}).`,
    remedy: 'Look into the log of the worker for "unexpected error", and report what it says.',
  };
}
