import type { Field } from '../../settings/fields.ts';
import { labelOf } from '../../settings/words.ts';

/** The place of a field on its page. */
export function idOf({ name }: Pick<Field, 'name'>): string {
  return name === '' ? 'setting' : `setting-${name.replaceAll('/', '-')}`;
}

/** What a field is called on its page. */
export function labelOfField({ name, path }: Pick<Field, 'name' | 'path'>): string {
  return name === '' ? 'Value' : labelOf(path.at(-1) ?? '');
}
