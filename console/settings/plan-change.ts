import { waybillError } from '../../common/errors/catalogue.ts';
import { inFull, isWaybillError } from '../../common/errors/waybill-error.ts';
import { applyEdits, type Edit } from '../../config/edit/apply-edits.ts';
import { isPending, keepSecret } from '../../config/edit/secret-files.ts';
import { withSecretsOf } from '../../config/edit/fill-masked.ts';
import { valueAt } from '../../config/findings.ts';
import { changedSettings } from '../../config/live/changed-settings.ts';
import { readConfigText } from '../../config/load.ts';
import { pathText, type SettingPath } from '../../config/problem.ts';
import type { ConsoleContext } from '../server/context.ts';
import type { Field } from './fields.ts';
import { isNamed } from './groups.ts';
import { editsOf, type Sent, typedSecrets, misplacedSecrets } from './read-fields.ts';
import type { WrittenSettings } from './written-settings.ts';

/** One thing that is wrong with what was typed. */
export interface FieldProblem {
  readonly path: SettingPath;
  readonly text: string;
}

/** What would be saved, or what stands against it. */
export interface Plan {
  /** The whole file as it would be; it may hold secrets. */
  readonly text: string;
  /** The settings that would change, by name. */
  readonly changed: readonly string[];
  readonly problems: readonly FieldProblem[];
}

/** Files in which secrets are kept that were typed and are not saved. */
export function pendingIn(sent: Sent): string[] {
  return Object.entries(sent).flatMap(([name, value]) => (name.startsWith('pending:') && value !== '' ? [value] : []));
}

/**
 * What was sent, with each secret that was typed put into a file of its own and its name in place of it.
 * @throws WAYBILL_SETTINGS_SECRET_NOT_KEPT
 */
export async function withKeptSecrets(field: Field, sent: Sent, configFile: string): Promise<Sent> {
  const kept: Record<string, string> = {};
  for (const { path, name, secret } of typedSecrets(field, sent)) {
    kept[`pending:${name}`] = (await keepSecret(configFile, path, secret)).name;
  }
  const others = Object.entries(sent).filter(([name]) => !name.startsWith('new:'));
  return { ...Object.fromEntries(others), ...kept };
}

/** The file with what a form changes. */
export async function planOfForm(
  context: ConsoleContext,
  written: WrittenSettings,
  field: Field,
  sent: Sent,
): Promise<Plan> {
  const wrong = misplacedSecrets(field, sent).map(({ path }) => ({
    path,
    text: 'A secret cannot stand here. Say where it is kept, as in ${env:NAME} or ${file:PATH}, or use the field for a new secret.',
  }));
  const gone = await pendingGone(field, sent, written.file);
  if (wrong.length + gone.length > 0) return { text: written.text, changed: [], problems: [...wrong, ...gone] };
  return planOfEdits(context, written, entryEdits(field, editsOf(field, sent), written));
}

/** An entry that is added without any setting of its own is there all the same. */
function entryEdits({ path, kind }: Field, edits: readonly Edit[], { value }: WrittenSettings): readonly Edit[] {
  const isNew = path.length > 1 && isNamed(path.slice(0, -1)) && valueAt(value, path) === undefined;
  return isNew && edits.length === 0 && kind === 'group' ? [{ path, value: {} }] : edits;
}

/** The file with these edits. */
export function planOfEdits(context: ConsoleContext, written: WrittenSettings, edits: readonly Edit[]): Plan {
  try {
    return planOfText(
      context,
      written,
      applyEdits(written.text, edits),
      edits.map(({ path }) => pathText(path)),
    );
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const at = edits.find(({ path }) => pathText(path) === error.facts['setting'])?.path ?? [];
    return { text: written.text, changed: [], problems: [{ path: at, text: inFull(error) }] };
  }
}

/** An earlier version of the file, with the secrets that stand in it now. */
export function planOfVersion(context: ConsoleContext, written: WrittenSettings, yaml: string): Plan {
  const { text, missing } = withSecretsOf(yaml, written.text);
  const plan = planOfText(context, written, text, ['the whole file']);
  const problems = missing.map((path) => ({
    path,
    text: 'A secret stood in the file here, which is not there any more. Versions hold no secrets: enter it anew.',
  }));
  return { ...plan, problems: [...problems, ...plan.problems] };
}

function planOfText(
  { environment }: ConsoleContext,
  { file, text: before }: WrittenSettings,
  text: string,
  named: readonly string[],
): Plan {
  const { parsed, problems } = readConfigText(text, file, environment);
  const present = readConfigText(before, file, environment).parsed;
  const changed = parsed && present ? changedSettings(present, parsed).map(pathText) : named;
  return {
    text,
    // What only says the same otherwise, or only a comment, is a change of the file all the same.
    changed: changed.length === 0 && text !== before ? named : changed,
    problems: problems.map(({ path, wrong, right }) => ({ path, text: `${wrong}; ${right}` })),
  };
}

async function pendingGone(field: Field, sent: Sent, configFile: string): Promise<FieldProblem[]> {
  if (field.kind === 'secret') {
    const name = sent[`pending:${field.name}`] ?? '';
    if (name === '' || (await isPending(configFile, name))) return [];
    return [
      { path: field.path, text: 'The secret that was typed is gone, as nobody saved it in time. Enter it once more.' },
    ];
  }
  if (!('fields' in field)) return [];
  return (await Promise.all(field.fields.map((inner) => pendingGone(inner, sent, configFile)))).flat();
}

/** @throws WAYBILL_SETTINGS_CHANGED_MEANWHILE */
export function requireSame({ file, fingerprint }: WrittenSettings, shown: string): void {
  if (fingerprint !== shown) throw waybillError('WAYBILL_SETTINGS_CHANGED_MEANWHILE', { file });
}
