import path from 'node:path';
import { complete } from '../complete.ts';
import { crossFindings } from '../cross-rules.ts';
import { type Finding, pathText, type SettingPath } from '../problem.ts';
import { configSchema, type ParsedConfig } from '../schema.ts';
import type { Settings } from '../load.ts';
import { suffixOf } from '../setting.ts';
import { schemaAt } from '../shape.ts';
import { changedSettings } from './changed-settings.ts';
import { type ProcessName, restartSettings } from './restart-settings.ts';
import { touches } from './setting-pattern.ts';

/** A setting that keeps its old value until a restart. */
export interface WaitingSetting {
  readonly setting: string;
  readonly why: string;
}

/** What a process makes of a changed file. */
export interface Transition {
  /** What is in force then: the new settings, but for those that need a restart. */
  readonly settings: Settings;
  /** The settings that change their value. */
  readonly taken: readonly SettingPath[];
  readonly waiting: readonly WaitingSetting[];
  /** Why the new settings do not fit those that keep their old value; then nothing can be taken over. */
  readonly conflicts: readonly Finding[];
}

/**
 * What becomes of the running settings of a process when the file says `wanted`. What needs a restart keeps its value,
 * before anything is derived from it; the result has been held against the same rules as any file.
 */
export function transitionOf(running: Settings, wanted: Settings, process: ProcessName): Transition {
  const changed = changedSettings(running.parsed, wanted.parsed);
  const held = restartSettings.filter(
    ({ setting, processes }) => processes.includes(process) && changed.some((one) => touches(one, setting)),
  );
  const parsed = held.reduce((made, { setting }) => withValueOf(made, running.parsed, setting), wanted.parsed);
  const config = complete(parsed, path.dirname(wanted.file));
  return {
    settings: { ...wanted, parsed, config },
    taken: changed.filter((one) => !held.some(({ setting }) => touches(one, setting))),
    waiting: changed.flatMap((one) => {
      const hold = held.find(({ setting }) => touches(one, setting));
      return hold ? [{ setting: pathText(one), why: hold.why }] : [];
    }),
    conflicts: held.length > 0 ? crossFindings(parsed) : [],
  };
}

/** A copy in which the setting has the value that it has in another configuration. */
function withValueOf(into: ParsedConfig, from: ParsedConfig, setting: string): ParsedConfig {
  return replaced(into, from, valueNames(setting)) as ParsedConfig;
}

/** A setting's path with the units that the names of values bear. */
function valueNames(setting: string): string[] {
  const keys = setting.split('.');
  return keys.map((key, index) => {
    const schema = schemaAt(configSchema, keys.slice(0, index + 1));
    return schema ? key + suffixOf(schema) : key;
  });
}

function replaced(into: unknown, from: unknown, names: readonly string[]): unknown {
  const [name, ...deeper] = names;
  if (name === undefined) return from;
  const { [name]: present, ...others } = into as Record<string, unknown>;
  const value = replaced(present ?? {}, (from as Record<string, unknown>)[name], deeper);
  return value === undefined ? others : { ...others, [name]: value };
}
