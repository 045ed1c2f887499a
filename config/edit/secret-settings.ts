import { placeholdersIn } from '../placeholders.ts';
import type { SettingPath } from '../problem.ts';
import { configSchema } from '../schema.ts';
import { kindOf } from '../setting.ts';
import { childOf } from '../shape.ts';
import type { z } from 'zod';

/** A key that the schema does not know may be a secret by another name, or one that was typed wrong. */
const secretName = /pass(word|phrase)?|secret|token|api-?key|private-?key|credential/i;
/** A password within an address. */
const passwordInAddress = /:\/\/[^\s/@]*:[^\s/@]+@/;

/**
 * Whether a value of the file is one that nobody may see: a secret that stands in the file itself. A reference to where a
 * secret is kept, such as `${env:NAME}`, is none.
 */
export function isLiteralSecret(schema: z.ZodType | undefined, key: PropertyKey, value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  const text = String(value);
  if (hasPassword(text)) return true;
  const isSecret = schema === undefined ? secretName.test(String(key)) : kindOf(schema) === 'secret';
  return isSecret && text !== '' && !isReference(text);
}

/** Whether an address in a text holds a password. */
export function hasPassword(text: string): boolean {
  return passwordInAddress.test(text);
}

/** Whether a text is `${env:NAME}` or `${file:PATH}` and nothing else. */
export function isReference(text: string): boolean {
  const [only] = placeholdersIn(text);
  return only !== undefined && only === text;
}

/** Where secrets stand in the values of a file, by their settings. */
export function literalSecretsIn(written: unknown): SettingPath[] {
  return secretsBelow({ schema: configSchema, value: written, path: [] });
}

interface Place {
  readonly schema: z.ZodType | undefined;
  readonly value: unknown;
  readonly path: SettingPath;
}

function secretsBelow({ schema, value, path }: Place): SettingPath[] {
  if (typeof value !== 'object' || value === null) {
    return isLiteralSecret(schema, path.at(-1) ?? '', value) ? [path] : [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = Array.isArray(value) ? Number(key) : key;
    return secretsBelow({ schema: schema && childOf(schema, name), value: inner, path: [...path, name] });
  });
}
