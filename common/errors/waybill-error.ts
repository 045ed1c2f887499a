/**
 * One entry of the error catalogue.
 *
 * - `message` is a template: `{name}` is replaced by the fact of that name.
 * - `remedy` says what to do, in words for an administrator; `{name}` as above.
 * - `retryable`: whether trying the same thing again may succeed without anybody's help.
 * - `benign`: it is meant so, and no failure: Temporal's SDK neither warns of it nor counts it.
 * - `exitCode`: what the CLI ends with when this error reaches it (default 1).
 */
export interface ErrorEntry {
  readonly message: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly benign?: boolean;
  readonly exitCode?: number;
}

export type ErrorFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Fills `{name}` places of a catalogue text; a fact that is not given shows as `unknown`. */
export function fillTemplate(template: string, facts: ErrorFacts): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = facts[name];
    return value === undefined || value === null || value === '' ? 'unknown' : String(value);
  });
}

/**
 * The one error class of Waybill. Match on `code`, never on the class: a code is stable and is listed in
 * `docs/errors.md`. `message` holds what happened and what to do; `facts` are safe to log (never a secret).
 */
export class WaybillError extends Error {
  override readonly name = 'WaybillError';
  readonly code: string;
  readonly facts: ErrorFacts;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly benign: boolean;
  readonly exitCode: number;
  /** Milliseconds the other side asked us to wait before the next try, when it said so (`Retry-After`). */
  readonly retryAfterMs?: number;

  constructor(
    code: string,
    entry: ErrorEntry,
    facts: ErrorFacts,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(fillTemplate(entry.message, facts), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.facts = facts;
    this.remedy = fillTemplate(entry.remedy, facts);
    this.retryable = entry.retryable;
    this.benign = entry.benign ?? false;
    this.exitCode = entry.exitCode ?? 1;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What happened and what to do. A message that ends in the words of a site or a system may lack its full stop. */
export function inFull({
  message,
  remedy,
}: {
  readonly message: string;
  readonly remedy?: string | undefined;
}): string {
  if (!remedy) return message;
  const happened = message.trimEnd();
  return `${happened}${/[.!?:]["”)]?$/.test(happened) ? '' : '.'} ${remedy}`;
}

/** True for an error with a Waybill code, also when it was made by another copy of this module. */
export function isWaybillError(error: unknown): error is WaybillError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
    ? String((error as { code?: unknown }).code).startsWith('WAYBILL_')
    : false;
}
