import type { Imported } from '../../../config/import/import-book.ts';
import { pathText, type SettingPath } from '../../../config/problem.ts';

/** What an import says of a kind, each with its key. */
export function said(result: Imported, kind: string): string[] {
  return result.notes.filter((note) => note.kind === kind).map(({ key, text }) => `${key}: ${text}`);
}

/** Every value, by its key; a group without any counts as one. */
export function leavesOf(values: unknown, path: SettingPath = []): string[] {
  const entries = typeof values === 'object' && values !== null ? Object.entries(values) : [];
  if (entries.length === 0) return path.length > 0 ? [pathText(path)] : [];
  return entries.flatMap(([key, value]) => leavesOf(value, [...path, Array.isArray(values) ? Number(key) : key]));
}

/** Those of the keys that are neither carried over nor told of as dropped, themselves or a group around them. */
export function untold({ carried, notes }: Imported, leaves: readonly string[]): string[] {
  const told = [...carried, ...notes.filter(({ kind }) => kind === 'dropped')].map(({ key }) => key);
  return leaves.filter(
    (leaf) => !told.some((key) => leaf === key || leaf.startsWith(`${key}.`) || leaf.startsWith(`${key}[`)),
  );
}
