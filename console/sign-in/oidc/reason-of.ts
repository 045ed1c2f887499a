import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';

/** Why the provider did not do what it was asked for, in a few words and without anything secret. */
export function reasonOf(error: unknown): string {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    return withoutStop(error.error_description ?? error.error);
  }
  const { message, cause } = error as Error & { cause?: unknown };
  const { code, message: deeper } = (cause ?? {}) as { code?: unknown; message?: unknown };
  const network = /^E[A-Z]+$|^UND_|^CERT_|_CERT|SELF_SIGNED/.test(String(code)) ? String(code) : undefined;
  const inner = network ?? (typeof deeper === 'string' ? deeper : undefined);
  return withoutStop(inner === undefined || inner === '' ? message : `${message} (${inner})`);
}

/** Whether it was the way to the provider that failed, and not what it said. */
export function isAway(error: unknown): boolean {
  const { name, message, code } = error as Error & { code?: unknown };
  return (
    (error instanceof TypeError && message === 'fetch failed') || name === 'TimeoutError' || code === 'OAUTH_TIMEOUT'
  );
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}
