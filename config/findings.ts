import type { z } from 'zod';
import { suggestion } from './nearest-word.ts';
import type { Finding, SettingPath } from './problem.ts';
import { kindOf } from './setting.ts';
import { bare, keysOf, schemaAt } from './shape.ts';

type Issue = z.core.$ZodIssue;

/** What the schema has against a value, in words; `written` is the value as it stands in the file. */
export function findingsOf(schema: z.ZodType, written: unknown, issues: readonly Issue[]): Finding[] {
  return issues.flatMap((issue) => findingsOfIssue(schema, written, issue, issue.path));
}

function findingsOfIssue(schema: z.ZodType, written: unknown, issue: Issue, path: SettingPath): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(keysOf(schemaAt(schema, path) ?? schema));
    return issue.keys.map((key) => unknownKey(path, key, known));
  }
  if (issue.code === 'invalid_key') {
    const right = issue.issues[0]?.message ?? issue.message;
    return [{ path, wrong: `"${String(path.at(-1))}" cannot be a name here`, right }];
  }
  if (issue.code === 'invalid_union') {
    const inside = issue.errors.find((branch) => branch.some(isInside));
    if (inside !== undefined) {
      return inside.flatMap((inner) => findingsOfIssue(schema, written, inner, [...path, ...inner.path]));
    }
  }
  return [{ path, wrong: wrongText(schema, written, path), right: issue.message }];
}

function isInside(issue: Issue): boolean {
  return issue.path.length > 0 || issue.code === 'unrecognized_keys';
}

function unknownKey(path: SettingPath, key: string, known: readonly string[]): Finding {
  return {
    path: [...path, key],
    wrong: `there is no such setting${suggestion(key, known)}`,
    right: `known here: ${known.join(', ')}`,
  };
}

function wrongText(schema: z.ZodType, written: unknown, path: SettingPath): string {
  const value = valueAt(written, path);
  if (value === undefined || value === null) return 'this setting is required';
  if (Array.isArray(value)) return value.length === 0 ? 'this list is empty' : 'found a list';
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'this is empty' : 'found a group of settings';
  const expected = schemaAt(schema, path);
  const open = expected !== undefined && kindOf(expected) !== 'secret' && Object.keys(keysOf(expected)).length === 0;
  if (!open) return `found ${typeof value === 'string' ? 'text' : `a ${typeof value}`}`;
  return `${JSON.stringify(value)} cannot stand here${wordSuggestion(expected, value)}`;
}

function wordSuggestion(schema: z.ZodType, value: unknown): string {
  const inner = bare(schema) as { options?: unknown };
  const words = Array.isArray(inner.options) ? inner.options.filter((word) => typeof word === 'string') : [];
  return suggestion(String(value), words);
}

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

/** A copy with another value at the path; groups that are not there are made. */
export function withValueAt(into: unknown, [key, ...deeper]: SettingPath, value: unknown): unknown {
  if (key === undefined) return value;
  const group = (into ?? {}) as Readonly<Record<PropertyKey, unknown>>;
  return { ...group, [key]: withValueAt(group[key], deeper, value) };
}
