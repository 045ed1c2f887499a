import type { DoctorCheck, Finding } from '../../../common/finding.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';

/** What is broken, by an error with a code. @throws any other error, as it is */
export function findingOfError([check, subject]: readonly [DoctorCheck, string], error: unknown): Finding {
  if (!isWaybillError(error)) throw error;
  const { code, message: what, remedy } = error as WaybillError;
  return { check, subject, verdict: 'broken', what, remedy, code };
}
