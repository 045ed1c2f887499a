import { isWaybillError, type WaybillError } from '../../../../common/errors/waybill-error.ts';

/** The Waybill error that a function throws; fails when it throws none. */
export function thrownBy(run: () => unknown): WaybillError {
  try {
    run();
  } catch (error) {
    return error as WaybillError;
  }
  throw new Error('nothing was thrown');
}

/** The code that a function throws with; fails when it throws none. */
export function codeOf(run: () => unknown): string {
  return thrownBy(run).code;
}

/** The Waybill error that a promise is rejected with; fails on any other outcome. */
export async function failureOf(promise: Promise<unknown>): Promise<WaybillError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && isWaybillError(outcome.error)) return outcome.error as WaybillError;
  throw new Error(
    `expected a Waybill error, not ${JSON.stringify(outcome)} ${'error' in outcome ? String(outcome.error) : ''}`,
  );
}
