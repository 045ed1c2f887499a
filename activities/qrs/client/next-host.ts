import { type ErrorCode, waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError, type WaybillError } from '../../../common/errors/waybill-error.ts';

/**
 * Whether another host of the site may be asked after this failure: this one cannot be connected, and it cannot have begun to
 * carry the call out. Pure.
 */
export function mayAskNextHost(error: unknown): error is WaybillError {
  if (!isWaybillError(error)) return false;
  const { code, facts } = error as WaybillError;
  const isDown = code === 'WAYBILL_QRS_UNREACHABLE' || code.startsWith('WAYBILL_QRS_TLS_');
  return isDown && facts.mayHaveTakenEffect === false;
}

/** Whether no host could be connected because of its certificate. Pure. */
export function isOfCertificates(error: unknown): boolean {
  return mayAskNextHost(error) && error.code.startsWith('WAYBILL_QRS_TLS_');
}

/** Of several hosts' failures, the one that may pass by itself; its reason tells of all. Pure; `failures` is not empty. */
export function mostHopeful(failures: readonly WaybillError[]): WaybillError {
  const chosen = (failures.find(({ retryable }) => retryable) ?? failures[0]) as WaybillError;
  if (failures.length === 1) return chosen;
  const tried = failures.map(({ code, facts }) => `${facts.host}: ${code}`).join(', ');
  const reason = `${chosen.facts.reason}; tried ${tried}`;
  return waybillError(chosen.code as ErrorCode, { ...chosen.facts, reason, tried }, { cause: chosen.cause });
}
