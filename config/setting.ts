import bytes from 'bytes';
import ms, { type StringValue } from 'ms';
import { z } from 'zod';
import { isSecretRef, type SecretRef } from './secret-ref.ts';

declare const unitTag: unique symbol;
type Tagged<Unit extends string> = { readonly [unitTag]: Unit };

type UnitOf<S> =
  S extends Tagged<infer Unit>
    ? Unit
    : S extends z.ZodOptional<infer Inner> | z.ZodPrefault<infer Inner>
      ? UnitOf<Inner>
      : '';

type NameOf<Key, S> = Key extends string ? `${Key}${UnitOf<S>}` : never;

type Flat<T> = { readonly [K in keyof T]: T[K] };

/** What a section becomes: `sweep: 5m` is `sweepMs`, `maxBody: 1MB` is `maxBodyBytes`, the rest keep their names. */
export type SectionOutput<Shape extends z.ZodRawShape> = Flat<
  {
    [K in keyof Shape as undefined extends z.output<Shape[K]> ? never : NameOf<K, Shape[K]>]: z.output<Shape[K]>;
  } & {
    [K in keyof Shape as undefined extends z.output<Shape[K]> ? NameOf<K, Shape[K]> : never]?: z.output<Shape[K]>;
  }
>;

const durationPattern = /^\d+(\.\d+)?\s*(ms|s|m|h|d|w)$/;
const sizePattern = /^\d+(\.\d+)?\s*(B|KB|MB|GB|TB)$/i;

/** A span of time such as `30s`; its value is milliseconds and its name gains `Ms`. */
export function duration() {
  const error = 'expected a duration: a number and a unit, as in 500ms, 30s, 10m, 2h, 30d';
  const schema = z
    .union([z.string().regex(durationPattern, { error }), z.literal(0)], { error })
    .transform((text) => (text === 0 ? 0 : ms(text as StringValue)))
    .meta({ kind: 'duration' });
  return schema as typeof schema & Tagged<'Ms'>;
}

/** An amount of bytes such as `64MB` (1 MB = 1024 × 1024 bytes); its name gains `Bytes`. */
export function size() {
  const error = 'expected a size: a number and a unit, as in 500KB, 64MB, 2GB';
  const schema = z
    .union([z.string().regex(sizePattern, { error }), z.literal(0)], { error })
    .transform((text) => (text === 0 ? 0 : (bytes.parse(text) ?? 0)))
    .meta({ kind: 'size' });
  return schema as typeof schema & Tagged<'Bytes'>;
}

/** A value that must not be shown: read when used, masked everywhere else. The loader turns its text into a SecretRef. */
export function secret() {
  return z
    .custom<SecretRef>(isSecretRef, { error: 'expected text: ${env:NAME}, ${file:PATH} or the value in quotes' })
    .meta({ kind: 'secret' });
}

/** A file or folder; the loader takes a relative one from the folder of the configuration file. */
export function path() {
  return text().meta({ kind: 'path' });
}

/** A file or folder; the loader takes a relative one from `dataFolder`. */
export function dataPath() {
  return text().meta({ kind: 'path in dataFolder' });
}

/** Text that is not empty. */
export function text() {
  return z.string({ error: 'expected text (put it in quotes when it looks like a number or true/false)' }).min(1, {
    error: 'expected text, found nothing',
  });
}

export function flag() {
  return z.boolean({ error: 'expected true or false' });
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER) {
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  const error = `expected a whole number ${range}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function port() {
  return integer(1, 65_535).meta({ kind: 'port' });
}

/** One of the words given. */
export function choice<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(words, { error: `expected one of ${words.join(', ')}` });
}

export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: 'expected a list, as in [a, b]' }).readonly();
}

/** Mail address, with or without a name before it: `a@x.com`, `Waybill <a@x.com>`. */
export function mailAddress() {
  return z
    .string({ error: 'expected a mail address' })
    .regex(/^[^@\n]+@[^@\s]+$/, { error: 'expected a mail address, as in sales@company.com' })
    .meta({ kind: 'mail address' });
}

export function url() {
  return z.url({ protocol: /^https?$/, error: 'expected an address beginning with http:// or https://' });
}

/** Settings under names that people choose: sites by alias, streams by name. */
export function named<Value extends z.ZodType>(key: z.ZodString, value: Value) {
  return z.record(key, value, { error: 'expected named entries, one a line' }).readonly();
}

/** A group of settings. A key it does not know is refused; durations and sizes get their unit in the name. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.entries(shape).map(([key, schema]) => [key, key + suffixOf(schema as z.ZodType)] as const);
  return z.strictObject(shape, { error: sectionError }).transform((value): SectionOutput<Shape> => {
    const settings = value as Record<string, unknown>;
    const present = names.filter(([key]) => settings[key] !== undefined);
    return Object.fromEntries(present.map(([key, name]) => [name, settings[key]])) as SectionOutput<Shape>;
  });
}

function sectionError(issue: { readonly code?: string }): string | undefined {
  return issue.code === 'invalid_type' ? 'expected settings, one a line, indented under this key' : undefined;
}

/** What the name of a setting gains: its unit, for durations and sizes. */
export function suffixOf(schema: z.ZodType): 'Ms' | 'Bytes' | '' {
  const kind = kindOf(schema);
  if (kind === 'duration') return 'Ms';
  return kind === 'size' ? 'Bytes' : '';
}

/** What a setting is beyond its JSON type (`duration`, `size`, `secret`, `path`, `port`, …), however it is wrapped. */
export function kindOf(schema: z.ZodType): string | undefined {
  const kind = schema.meta()?.['kind'];
  if (typeof kind === 'string') return kind;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) return kindOf(schema.unwrap() as z.ZodType);
  return undefined;
}
