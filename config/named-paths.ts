import type { z } from 'zod';
import { configSchema } from './schema.ts';
import { kindOf } from './setting.ts';
import { childOf } from './shape.ts';
import type { Config } from './types.ts';

/** A file or folder beside the configuration. */
export interface NamedPath {
  /** The setting that names it, as in `mail.templates`. */
  readonly setting: string;
  readonly path: string;
}

/** What the configuration names by its path outside `dataFolder`, whether it is there or not; without that folder. */
export function namedPaths(config: Config): NamedPath[] {
  return pathsIn(configSchema, config, '').filter(({ setting }) => setting !== 'dataFolder');
}

function pathsIn(schema: z.ZodType, value: unknown, setting: string): NamedPath[] {
  if (typeof value === 'string') return kindOf(schema) === 'path' ? [{ setting, path: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const inner = childOf(schema, key);
    return inner ? pathsIn(inner, item, setting === '' ? key : `${setting}.${key}`) : [];
  });
}
