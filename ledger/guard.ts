import { AsyncLocalStorage } from 'node:async_hooks';
import { waybillError } from '../common/errors/catalogue.ts';
import { ledgerFailure } from './failures.ts';

/** What stands around every call of a ledger: it turns driver errors into Waybill's and refuses misuse. */
export interface Guard {
  /** The same functions, guarded. `inside`: they belong to a transaction. */
  wrap<S extends object>(store: S, inside?: boolean): S;
  /** Runs `work` as the inside of a transaction; what it throws leaves the guarded call as it was thrown. */
  runInside<T>(work: () => Promise<T>): Promise<T>;
  /** From now on every call is refused. */
  close(): void;
}

/** Carries what the caller's own work threw past the translation of driver errors. */
class CallersError extends Error {}

/** Makes the guard of the ledger at `place`. */
export function createGuard(place: string): Guard {
  const transaction = new AsyncLocalStorage<{ over: boolean }>();
  let closed = false;

  async function call(operation: string, inside: boolean, work: () => unknown): Promise<unknown> {
    if (closed) throw waybillError('WAYBILL_LEDGER_CLOSED', { operation });
    // SQLite has one connection a process: such a call would wait for its own transaction for ever.
    if (!inside && transaction.getStore()?.over === false) {
      throw waybillError('WAYBILL_LEDGER_OUTSIDE_TRANSACTION', { operation });
    }
    try {
      return await work();
    } catch (error) {
      throw error instanceof CallersError ? error.cause : ledgerFailure(error, place, operation);
    }
  }

  return {
    wrap<S extends object>(store: S, inside = false): S {
      const guarded = Object.entries(store).map(([operation, method]: [string, (...values: unknown[]) => unknown]) => [
        operation,
        (...values: unknown[]) => call(operation, inside, () => method(...values)),
      ]);
      return Object.fromEntries(guarded) as S;
    },
    async runInside(work) {
      const mark = { over: false };
      try {
        return await transaction.run(mark, work);
      } catch (error) {
        throw new CallersError('thrown inside a transaction', { cause: error });
      } finally {
        mark.over = true;
      }
    },
    close() {
      closed = true;
    },
  };
}
