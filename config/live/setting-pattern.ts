import type { SettingPath } from '../problem.ts';

/**
 * A setting or a group of settings as people write it, as in `temporal.tls`; `*` stands for any name that people choose.
 */
export type SettingPattern = string;

/** Whether a setting lies in what a pattern names, or holds it, as `sources.dev` holds `sources.*.watch`. */
export function touches(path: SettingPath, pattern: SettingPattern): boolean {
  const names = pattern.split('.');
  const length = Math.min(path.length, names.length);
  return names.slice(0, length).every((name, index) => name === '*' || name === String(path[index]));
}
