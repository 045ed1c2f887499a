import { inspect } from 'node:util';
import { waybillError } from '../common/errors/catalogue.ts';
import { rememberSecret } from '../common/known-secrets.ts';
import { fillPlaceholders, placeholdersIn } from './placeholders.ts';

/** What is shown in place of any secret. */
export const mask = '********';

/**
 * A secret by where it stands, never by its text. It prints masked, whichever way it is printed.
 */
export interface SecretRef {
  /** Where the secret comes from, as in `${env:SMTP_PASSWORD}`; never the secret itself. */
  describe(): string;
  /**
   * The secret, read anew at each call. Safe to repeat.
   * @throws WAYBILL_CONFIG_SECRET_MISSING when the variable or file is not there or is empty
   */
  resolve(): Promise<string>;
  toJSON(): string;
  toString(): string;
}

const texts = new WeakMap<SecretRef, string>();

/** A SecretRef for the text of a setting; a relative `${file:…}` is taken from `folder`. */
export function secretRef(text: string, folder: string, env: NodeJS.ProcessEnv): SecretRef {
  const ref = secretFrom(describeText(text), async () => {
    const { value, missing } = fillPlaceholders(text, folder, env);
    const [source, reason] = missing[0] ?? (value === '' ? [text, 'it is empty'] : []);
    if (source !== undefined) throw waybillError('WAYBILL_CONFIG_SECRET_MISSING', { source, reason });
    return value;
  });
  texts.set(ref, text);
  return ref;
}

/** Whether two settings say the same of a secret: the same place, or the same text in the file itself. Neither is read. */
export function isSameSetting(one: SecretRef, other: SecretRef): boolean {
  const text = texts.get(one);
  return text === undefined ? one.describe() === other.describe() : text === texts.get(other);
}

/** A SecretRef that is read by a function; `description` is shown in its place. */
export function secretFrom(description: string, resolve: () => Promise<string>): SecretRef {
  const read = async (): Promise<string> => {
    const text = await resolve();
    rememberSecret(text);
    return text;
  };
  const ref = { describe: () => description, resolve: read, toJSON: () => mask, toString: () => mask };
  return Object.defineProperty(ref, inspect.custom, { value: () => mask });
}

export function isSecretRef(value: unknown): value is SecretRef {
  return typeof value === 'object' && value !== null && 'describe' in value && 'resolve' in value;
}

function describeText(text: string): string {
  const sources = placeholdersIn(text);
  if (sources.length === 0) return '(written in the configuration)';
  return sources.length === 1 && sources[0] === text ? text : `(text with ${sources.join(', ')})`;
}
