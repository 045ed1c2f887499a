import { z } from 'zod';

/** Settings for the file, group by group. */
export type Settings = Record<string, unknown>;

export const flag = z.boolean();
export const text = z.string().trim().min(1).max(4000);

/** The settings that have a value; undefined where none has. */
export function settled(settings: Settings): Settings | undefined {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
