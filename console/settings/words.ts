import { z } from 'zod';
import { processNames, restartSettings } from '../../config/live/restart-settings.ts';
import { touches } from '../../config/live/setting-pattern.ts';
import type { SettingPath } from '../../config/problem.ts';
import { kindOf } from '../../config/setting.ts';
import { bare } from '../../config/shape.ts';

const capitals: Readonly<Record<string, string>> = {
  ca: 'CA',
  id: 'ID',
  ip: 'IP',
  oidc: 'OpenID Connect (oidc)',
  s3: 'S3',
  tls: 'TLS',
  ui: 'UI',
  url: 'URL',
};

/** A key of the file as people read it: `certificatePassword` is "Certificate password". */
export function labelOf(key: PropertyKey): string {
  const words = String(key)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(' ')
    .map((word) => capitals[word.toLowerCase()] ?? word.toLowerCase());
  const text = words.join(' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** What a setting means, and which processes have to be started again for it. */
export function meaningOf(schema: z.ZodType, path: SettingPath): string {
  return [schema.meta()?.description ?? '', restartText(path)].filter((text) => text !== '').join(' ');
}

function restartText(path: SettingPath): string {
  const needed = restartSettings.find(
    ({ setting }) => setting.split('.').length <= path.length && touches(path, setting),
  );
  if (needed === undefined) return '';
  const { processes } = needed;
  const which = processes.length === processNames.length ? 'of every process' : `of waybill ${processes.join(', ')}`;
  return `Needs a restart ${which}.`;
}

/** How a value is written, in a few words; nothing where it is any text. */
export function typeOf(schema: z.ZodType): string {
  const kind = kindOf(schema);
  if (kind === 'duration') return 'As in 500ms, 30s, 10m, 2h, 30d.';
  if (kind === 'size') return 'As in 500KB, 64MB, 2GB.';
  if (kind === 'path') return 'A relative path is taken from the folder of the configuration file.';
  if (kind === 'path in dataFolder') return 'A relative path is taken from the data folder.';
  const inner = bare(schema);
  return inner instanceof z.ZodArray ? 'One a line.' : '';
}

/** What counts when a setting is not set; nothing where it has to be. */
export function defaultText(schema: z.ZodType): string | undefined {
  if (schema instanceof z.ZodOptional) return 'not set';
  if (!(schema instanceof z.ZodPrefault)) return undefined;
  const value: unknown = schema.def.defaultValue;
  if (Array.isArray(value)) return value.length === 0 ? 'nothing' : value.join(', ');
  if (typeof value === 'object' || value === '') return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
