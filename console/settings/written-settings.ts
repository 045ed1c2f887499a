import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { valueAt } from '../../config/findings.ts';
import { fingerprintOf, textOf } from '../../config/load.ts';
import type { SettingPath } from '../../config/problem.ts';
import { configSchema } from '../../config/schema.ts';
import { readYaml } from '../../config/yaml-document.ts';
import type { ConsoleContext } from '../server/context.ts';
import { type Field, fieldOf } from './fields.ts';
import { schemaOf } from './groups.ts';

/** The configuration file as it stands now. `text` and `value` may hold secrets: neither is shown. */
export interface WrittenSettings {
  readonly file: string;
  readonly text: string;
  readonly fingerprint: string;
  readonly value: unknown;
}

/** Reads the file of the console. @throws WAYBILL_SETTINGS_NO_FILE */
export async function writtenSettings({ configFile }: ConsoleContext): Promise<WrittenSettings> {
  if (configFile === undefined) throw noFile('this console was not started from a configuration file');
  const text = await textOf(configFile).catch((error: unknown) => {
    throw isWaybillError(error) ? noFile(error.message.replace(/\.$/, ''), error) : error;
  });
  const { value, problems } = readYaml(text);
  // What is wrong may be told with a piece of the text, which may hold a secret: only where it is.
  const [problem] = problems;
  if (problem) throw noFile(`${configFile} is no YAML, at line ${problem.line}, column ${problem.column}`);
  return { file: configFile, text, fingerprint: fingerprintOf(text), value: value ?? {} };
}

/** The form of a page of settings, as the file fills it in. @throws WAYBILL_SETTINGS_NO_SUCH */
export function fieldAt(written: Pick<WrittenSettings, 'value'>, path: SettingPath): Field {
  if (path.length > 0) return fieldOf(schemaOf(path), valueAt(written.value, path), path);
  const root = fieldOf(configSchema, written.value, path);
  if (root.kind !== 'group') return root;
  return { ...root, fields: root.fields.filter(({ kind }) => kind !== 'group' && kind !== 'entries') };
}

function noFile(reason: string, cause?: unknown): Error {
  return waybillError('WAYBILL_SETTINGS_NO_FILE', { reason }, { cause });
}
