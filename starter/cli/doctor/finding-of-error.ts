import { type About, brokenBy, type Finding } from '../../../common/finding.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';

/** What is broken, by an error with a code. @throws any other error, as it is */
export function findingOfError(about: About, error: unknown): Finding {
  if (!isWaybillError(error)) throw error;
  return brokenBy(about, error);
}
