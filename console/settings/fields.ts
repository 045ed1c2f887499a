import { z } from 'zod';
import { isLiteralSecret, isReference } from '../../config/edit/secret-settings.ts';
import type { SettingPath } from '../../config/problem.ts';
import { kindOf } from '../../config/setting.ts';
import { bare, keysOf } from '../../config/shape.ts';
import { defaultText, meaningOf, typeOf } from './words.ts';

/** What every field of a form has. */
interface Common {
  /** From the root of the file. */
  readonly path: SettingPath;
  /** Within the form: the keys below its setting, with slashes between. */
  readonly name: string;
  readonly help: string;
  /** What counts when it is not set, in words; nothing where it is required. */
  readonly unset: string | undefined;
}

/** A field of a form, made from the schema of a setting and what the file says of it now. */
export type Field = Common &
  (
    | {
        readonly kind: 'group';
        readonly fields: readonly Field[];
        readonly isOptional: boolean;
        readonly isSet: boolean;
      }
    | { readonly kind: 'entries'; readonly names: readonly string[] }
    | { readonly kind: 'text'; readonly value: string; readonly type: string; readonly isLong: boolean }
    | { readonly kind: 'choice'; readonly value: string; readonly words: readonly string[] }
    | { readonly kind: 'list'; readonly value: string; readonly isEmptyList: boolean; readonly type: string }
    | { readonly kind: 'secret'; readonly reference: string; readonly isLiteral: boolean }
    | { readonly kind: 'either'; readonly word: string; readonly chosen: Chosen; readonly fields: readonly Field[] }
  );

/** Of a setting that is a word or a group: which of them stands in the file. */
export type Chosen = 'unset' | 'word' | 'group';

export type FieldOf<Kind extends Field['kind']> = Extract<Field, { readonly kind: Kind }>;

interface Place {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly path: SettingPath;
  /** Keys below the setting of the form. */
  readonly below: readonly string[];
}

/** The field of a setting, with those that it holds. */
export function fieldOf(schema: z.ZodType, value: unknown, path: SettingPath): Field {
  return made({ schema, value: value ?? undefined, path, below: [] });
}

function made(place: Place): Field {
  const { schema, value, path, below } = place;
  const common = { path, name: below.join('/'), help: meaningOf(schema, path), unset: defaultText(schema) };
  const inner = bare(schema);
  if (isLiteralSecret(schema, path.at(-1) ?? '', value) || kindOf(schema) === 'secret') {
    return { ...common, kind: 'secret', ...secretOf(value) };
  }
  if (inner instanceof z.ZodObject) {
    const isOptional = schema instanceof z.ZodOptional;
    return { ...common, kind: 'group', fields: fieldsIn(place), isOptional, isSet: value !== undefined };
  }
  if (inner instanceof z.ZodRecord) return { ...common, kind: 'entries', names: namesIn(value) };
  if (inner instanceof z.ZodArray) return { ...common, kind: 'list', ...listOf(value), type: typeOf(schema) };
  const word = inner instanceof z.ZodUnion && kindOf(schema) === undefined ? wordOf(inner) : undefined;
  if (word !== undefined) {
    const chosen = value === undefined ? 'unset' : typeof value === 'object' ? 'group' : 'word';
    return { ...common, kind: 'either', word, chosen, fields: fieldsIn(place) };
  }
  const words =
    inner instanceof z.ZodEnum ? inner.options.map(String) : inner instanceof z.ZodBoolean ? ['true', 'false'] : [];
  const text = textOf(value);
  if (words.length > 0) {
    // A value that the file takes from elsewhere, as from ${env:NAME}, can be kept.
    return {
      ...common,
      kind: 'choice',
      value: text,
      words: text === '' || words.includes(text) ? words : [...words, text],
    };
  }
  return { ...common, kind: 'text', value: text, type: typeOf(schema), isLong: isLong(schema, text) };
}

function fieldsIn({ schema, value, path, below }: Place): Field[] {
  const values = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  return Object.entries(keysOf(schema)).map(([key, inner]) =>
    made({ schema: inner, value: values[key] ?? undefined, path: [...path, key], below: [...below, key] }),
  );
}

function secretOf(value: unknown): Pick<FieldOf<'secret'>, 'reference' | 'isLiteral'> {
  const text = textOf(value);
  return { reference: isReference(text) ? text : '', isLiteral: text !== '' && !isReference(text) };
}

function listOf(value: unknown): Pick<FieldOf<'list'>, 'value' | 'isEmptyList'> {
  const items = Array.isArray(value) ? value.map(textOf) : value === undefined ? [] : [textOf(value)];
  return { value: items.join('\n'), isEmptyList: Array.isArray(value) && items.length === 0 };
}

function namesIn(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** The word of a setting that is a word or a group. */
function wordOf(schema: z.ZodUnion): string | undefined {
  const literal = (schema.options as z.ZodType[]).find((option) => option instanceof z.ZodLiteral);
  return literal === undefined ? undefined : String(literal.value);
}

function isLong(schema: z.ZodType, text: string): boolean {
  const fallback: unknown = schema instanceof z.ZodPrefault ? schema.def.defaultValue : '';
  return text.length > 100 || [text, String(fallback)].some((one) => one.includes('\n'));
}

/** A value of the file as it can be typed. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
