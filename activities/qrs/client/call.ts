import { randomFillSync } from 'node:crypto';
import type { QrsFilter } from './filter.ts';
import type { CallOptions, QrsTimeouts } from './settings.ts';

export type QueryValue = string | number | boolean | undefined;

/** One call of the repository API, before it is written on a connection. */
export interface QrsCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Encoded, beginning with `/`. */
  readonly path: string;
  /** Values as they are; they are encoded when the call is sent. `undefined` is left out. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** What the call is for, in words that follow "to": `publish the app 1234`. */
  readonly doing: string;
  readonly timeoutMs: number;
  /** Setting that `timeoutMs` comes from, for error texts. */
  readonly timeoutSetting: string;
  readonly signal?: AbortSignal | undefined;
}

/** How long a call may take, and who may end it: of the options, or else of the settings. */
export function timing(
  timeouts: QrsTimeouts,
  kind: 'read' | 'write' | 'publish' | 'export',
  options: CallOptions | undefined,
): Pick<QrsCall, 'timeoutMs' | 'timeoutSetting' | 'signal'> {
  return {
    timeoutMs: options?.timeoutMs ?? timeouts[`${kind}Ms`],
    timeoutSetting: `timeouts.${kind}`,
    signal: options?.signal,
  };
}

/** Where a call went, for error texts. */
export interface CallPlace {
  readonly site: string;
  /** `name:port`. */
  readonly host: string;
  /** `DIRECTORY\user` whom the site sees. */
  readonly user: string;
}

/** True for a call that may change something on the site. */
export function isWrite(call: QrsCall): boolean {
  return call.method !== 'GET';
}

/** Every character that could mean something in an address is encoded, `'` too (QRS facts, section 4). */
export function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Path and query of a call with its request key. A path that already has a query keeps it. */
export function addressOf(call: Pick<QrsCall, 'path' | 'query'>, xrfkey: string): string {
  let address = `${call.path}${call.path.includes('?') ? '&' : '?'}xrfkey=${xrfkey}`;
  for (const name in call.query) {
    const value = call.query[name];
    if (value !== undefined) address += `&${name}=${encodeValue(String(value))}`;
  }
  return address;
}

/** The query of an optional filter. */
export function filterQuery(filter: QrsFilter | undefined): Record<string, QueryValue> {
  return { filter: filter?.text };
}

const keyAlphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const keyLength = 16;
const keyBytes = new Uint8Array(keyLength * 64);
let usedKeyBytes = keyBytes.length;

/** 16 random letters and digits, new for every request (QRS facts, section 3). It guards against forged requests, it is no secret. */
export function newXrfkey(): string {
  if (usedKeyBytes === keyBytes.length) {
    randomFillSync(keyBytes);
    usedKeyBytes = 0;
  }
  let key = '';
  for (const end = usedKeyBytes + keyLength; usedKeyBytes < end; usedKeyBytes++) {
    key += keyAlphabet[(keyBytes[usedKeyBytes] ?? 0) % keyAlphabet.length];
  }
  return key;
}

/** The header that says on whose behalf a call is made; both values are URL-encoded (QRS facts, section 3). */
export function userHeader(user: { readonly directory: string; readonly id: string }): string {
  return `UserDirectory=${encodeURIComponent(user.directory)}; UserId=${encodeURIComponent(user.id)}`;
}
