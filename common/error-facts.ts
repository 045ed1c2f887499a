import { isWaybillError } from './errors/waybill-error.ts';

/** An error as a log line holds it. */
export interface ErrorFactsLine {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly remedy?: string;
  readonly retryable?: boolean;
  readonly facts?: object;
  readonly stack?: string;
  readonly cause?: unknown;
}

const deepestCause = 5;

/** What is worth logging of an error: code, remedy and facts where it has them, and what caused it. */
export function errorFacts(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  const line: ErrorFactsLine = {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(isWaybillError(error) ? { remedy: error.remedy, retryable: error.retryable, facts: error.facts } : {}),
    stack: error.stack,
  };
  return error.cause === undefined || depth >= deepestCause
    ? line
    : { ...line, cause: errorFacts(error.cause, depth + 1) };
}
