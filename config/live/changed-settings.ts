import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { SettingPath } from '../problem.ts';
import { configSchema, type ParsedConfig } from '../schema.ts';
import { isSameSetting, isSecretRef } from '../secret-ref.ts';
import { suffixOf } from '../setting.ts';
import { childOf, keysOf } from '../shape.ts';

/**
 * The settings in which two configurations differ, under the names of the file. An entry that only one of them has counts
 * as one setting, and so does a list. Secrets are compared as they are written, and not read.
 */
export function changedSettings(before: ParsedConfig, after: ParsedConfig): SettingPath[] {
  return changesIn({ schema: configSchema, before, after, path: [] });
}

interface Pair {
  readonly schema: z.ZodType;
  readonly before: unknown;
  readonly after: unknown;
  readonly path: SettingPath;
}

function changesIn(pair: Pair): SettingPath[] {
  const { before, after, path } = pair;
  if (isSecretRef(before) || isSecretRef(after)) {
    return isSecretRef(before) && isSecretRef(after) && isSameSetting(before, after) ? [] : [path];
  }
  if (Array.isArray(before) && Array.isArray(after)) return isSameList(pair, before, after) ? [] : [path];
  if (isGroup(before) && isGroup(after)) return childrenOf(pair, before, after).flatMap(changesIn);
  return isDeepStrictEqual(before, after) ? [] : [path];
}

function isSameList(pair: Pair, before: readonly unknown[], after: readonly unknown[]): boolean {
  if (before.length !== after.length) return false;
  return before.every((item, index) => {
    const schema = childOf(pair.schema, index) ?? pair.schema;
    return changesIn({ schema, before: item, after: after[index], path: [] }).length === 0;
  });
}

function childrenOf({ schema, path }: Pair, before: Group, after: Group): Pair[] {
  const section = Object.entries(keysOf(schema));
  if (section.length > 0) {
    return section.map(([key, inner]) => {
      const name = key + suffixOf(inner);
      return { schema: inner, before: before[name], after: after[name], path: [...path, key] };
    });
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => {
    const inner = childOf(schema, name) ?? schema;
    return { schema: inner, before: before[name], after: after[name], path: [...path, name] };
  });
}

type Group = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
