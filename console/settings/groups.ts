import { z } from 'zod';
import { waybillError } from '../../common/errors/catalogue.ts';
import { pathText, type SettingPath } from '../../config/problem.ts';
import { configSchema } from '../../config/schema.ts';
import { bare, keysOf, schemaAt } from '../../config/shape.ts';
import { labelOf } from './words.ts';

/** The settings that stand in no group of the file have a page of their own. */
export const GENERAL: SettingPath = [];

/** A page of settings. */
export interface SettingsGroup {
  readonly path: SettingPath;
  readonly title: string;
  readonly help: string;
}

/** What people call some groups; one that is not here is called by its key. */
const titles: Readonly<Record<string, string>> = {
  sources: 'Streams and approvers',
  targets: 'Targets',
  mail: 'Email',
  configuration: 'Taking over changes',
  verify: 'Verification',
  artifacts: 'Exported apps',
  worker: 'Worker',
  retry: 'Retries',
};

/** First what administrators change most; whatever else the schema has comes after it by itself. */
const first = ['sites', 'sources', 'targets', 'mail', 'versioning', 'alerts', 'logging'];

/** All pages of settings, in the order in which they are wanted. */
export function settingsGroups(): SettingsGroup[] {
  const keys = Object.keys(keysOf(configSchema)).filter((key) => isGroup(schemaOf([key])));
  const ordered = [...first.filter((key) => keys.includes(key)), ...keys.filter((key) => !first.includes(key))];
  const general = { path: GENERAL, title: 'General', help: 'Data folder, time zone, language.' };
  return [
    general,
    ...ordered.map((key) => ({ path: [key], title: titleOf([key]), help: schemaOf([key]).meta()?.description ?? '' })),
  ];
}

/** What a page of settings is called: `["sites", "dev"]` is "Sites: dev". */
export function titleOf(path: SettingPath): string {
  const [group, ...deeper] = path;
  if (group === undefined) return 'General';
  const name = titles[String(group)] ?? labelOf(group);
  const words = deeper.map((key, index) =>
    isNamed(path.slice(0, index + 1)) ? String(key) : labelOf(key).toLowerCase(),
  );
  return words.length === 0 ? name : `${name}: ${words.join(' · ')}`;
}

/** Whether entries of a setting bear names that people choose. */
export function isNamed(path: SettingPath): boolean {
  const schema = path.length === 0 ? configSchema : schemaAt(configSchema, path);
  return schema !== undefined && bare(schema) instanceof z.ZodRecord;
}

/** The schema of a setting or a group. @throws WAYBILL_SETTINGS_NO_SUCH */
export function schemaOf(path: SettingPath): z.ZodType {
  const schema = schemaAt(configSchema, path);
  if (!schema) throw waybillError('WAYBILL_SETTINGS_NO_SUCH', { setting: pathText(path) });
  return schema;
}

function isGroup(schema: z.ZodType): boolean {
  const inner = bare(schema);
  return inner instanceof z.ZodObject || inner instanceof z.ZodRecord;
}

/** A setting as an address names it. */
export function addressOf(path: SettingPath): string {
  return path.map((key) => encodeURIComponent(String(key))).join('/');
}

/** The setting of such an address. @throws WAYBILL_SETTINGS_NO_SUCH */
export function pathOfAddress(address: string): SettingPath {
  if (address === '') return GENERAL;
  try {
    const path = address.split('/').map(decodeURIComponent);
    schemaOf(path);
    return path;
  } catch (cause) {
    throw waybillError('WAYBILL_SETTINGS_NO_SUCH', { setting: address }, { cause });
  }
}

/** Where a setting, or the nearest page that shows it, is changed. */
export function pageOf(path: SettingPath): SettingPath {
  for (let length = path.length; length > 1; length -= 1) {
    if (isNamed(path.slice(0, length - 1))) return path.slice(0, length);
  }
  const [group] = path;
  return group !== undefined && isGroup(schemaOf([group])) ? [group] : GENERAL;
}
