import type { Edit } from '../../config/edit/apply-edits.ts';
import { pendingSecret } from '../../config/edit/secret-files.ts';
import { hasPassword, isReference } from '../../config/edit/secret-settings.ts';
import type { SettingPath } from '../../config/problem.ts';
import { bare, schemaAt } from '../../config/shape.ts';
import { configSchema } from '../../config/schema.ts';
import { z } from 'zod';
import type { Field, FieldOf } from './fields.ts';

/**
 * What a form sends, by the names of its inputs: `v:` a value, `has:` that a group is there, `none:` a list that is empty
 * on purpose, `ref:` where a secret is kept, `clear:` a secret to be taken out, `new:` a secret typed just now, `pending:`
 * the file in which one typed before is kept.
 */
export type Sent = Readonly<Record<string, string>>;

/** A secret that was typed, and the setting it is for. */
export interface TypedSecret {
  readonly path: SettingPath;
  readonly name: string;
  readonly secret: string;
}

/** Every secret that was typed into the form. It is to be kept in a file, and shown to nobody. */
export function typedSecrets(field: Field, sent: Sent): TypedSecret[] {
  if (field.kind === 'secret') {
    const secret = sent[`new:${field.name}`] ?? '';
    return secret === '' ? [] : [{ path: field.path, name: field.name, secret }];
  }
  return 'fields' in field ? field.fields.flatMap((inner) => typedSecrets(inner, sent)) : [];
}

/** The settings that the form would change; what was left as it was shown is left alone. */
export function editsOf(field: Field, sent: Sent): Edit[] {
  const { path, name } = field;
  switch (field.kind) {
    case 'entries':
      return [];
    case 'group':
      return groupEdits(field, sent);
    case 'either':
      return eitherEdits(field, sent);
    case 'secret':
      return secretEdits(field, sent);
    case 'list':
      return listEdits(field, sent);
    default: {
      const value = (sent[`v:${name}`] ?? field.value).replaceAll('\r\n', '\n');
      const text = field.kind === 'text' && !field.isLong ? value.trim() : value;
      if (text === field.value) return [];
      return [text === '' ? { path } : { path, value: scalarOf(path, text) }];
    }
  }
}

function groupEdits(field: FieldOf<'group'>, sent: Sent): Edit[] {
  const inside = field.fields.flatMap((inner) => editsOf(inner, sent));
  if (!field.isOptional || field.name === '') return inside;
  // Who fills in a group that was not there wants it, whether the box was ticked or not.
  const isFilledIn = !field.isSet && inside.some(({ value }) => value !== undefined);
  const isWanted = sent[`has:${field.name}`] === 'yes' || isFilledIn;
  if (!isWanted) return field.isSet ? [{ path: field.path }] : [];
  const isEmpty = !field.isSet && inside.every(({ value }) => value === undefined);
  return isEmpty ? [{ path: field.path, value: {} }] : inside;
}

function eitherEdits(field: FieldOf<'either'>, sent: Sent): Edit[] {
  const chosen = sent[`v:${field.name}`] ?? field.chosen;
  if (chosen === 'unset') return field.chosen === 'unset' ? [] : [{ path: field.path }];
  if (chosen === 'word') return field.chosen === 'word' ? [] : [{ path: field.path, value: field.word }];
  const inside = field.fields.flatMap((inner) => editsOf(inner, sent));
  if (field.chosen === 'group') return inside;
  const group = Object.fromEntries(inside.map(({ path, value }) => [String(path.at(-1)), value]));
  return [{ path: field.path, value: group }];
}

function secretEdits({ path, name, reference, isLiteral }: FieldOf<'secret'>, sent: Sent): Edit[] {
  const pending = sent[`pending:${name}`] ?? '';
  if (pending !== '') return [{ path, value: pendingSecret(pending).reference }];
  if (sent[`clear:${name}`] === 'yes') return reference === '' && !isLiteral ? [] : [{ path }];
  const typed = (sent[`ref:${name}`] ?? reference).trim();
  if (typed === reference) return [];
  if (typed === '') return isLiteral ? [] : [{ path }];
  return [{ path, value: typed }];
}

function listEdits({ path, name, value, isEmptyList }: FieldOf<'list'>, sent: Sent): Edit[] {
  const items = (sent[`v:${name}`] ?? value)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const isEmpty = sent[`none:${name}`] === 'yes';
  if (items.length === 0) {
    if (isEmpty) return isEmptyList ? [] : [{ path, value: [] }];
    return value === '' && !isEmptyList ? [] : [{ path }];
  }
  return items.join('\n') === value ? [] : [{ path, value: items }];
}

/**
 * Fields with a secret where none belongs: its text in place of a reference, or a password in an address. It would end up
 * in the file, and on pages.
 */
export function misplacedSecrets(field: Field, sent: Sent): Field[] {
  if (field.kind === 'text') return hasPassword(sent[`v:${field.name}`] ?? '') ? [field] : [];
  if (field.kind === 'secret') {
    const typed = (sent[`ref:${field.name}`] ?? '').trim();
    return typed === '' || isReference(typed) ? [] : [field];
  }
  return 'fields' in field ? field.fields.flatMap((inner) => misplacedSecrets(inner, sent)) : [];
}

/** A number or yes-or-no as such, where one belongs; all else is text, and the loader says what is wrong with it. */
function scalarOf(path: SettingPath, text: string): unknown {
  const schema = schemaAt(configSchema, path);
  const inner = schema && bare(schema);
  if (inner instanceof z.ZodNumber && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (inner instanceof z.ZodBoolean && /^(true|false)$/.test(text)) return text === 'true';
  // Durations and sizes of nothing are written as 0 or with a unit.
  if (text === '0' && inner instanceof z.ZodUnion) return 0;
  return text;
}
