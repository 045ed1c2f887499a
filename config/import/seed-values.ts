import { z } from 'zod';
import { integer } from '../setting.ts';
import type { ImportBook } from './import-book.ts';
import { text } from './import-values.ts';

/** The groups of the old program's `config.json` (Seed program facts, section 1). */
export const promotion = 'promote_on_custom_property_change';
export const unpublishing = `${promotion}.auto_unpublish_on_approve_or_deny`;
export const versioning = `${promotion}.app_version_on_change`;
export const email = `${promotion}.email_config`;

/** Every leaf is text there; a number, or true and false, without quotes is read as the text that was meant. */
const leaf = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Text without blanks around it. */
export const line = leaf.pipe(text);

/** A whole number, written as text. */
export function whole(least: number, most: number) {
  return line
    .pipe(z.string().regex(/^\d{1,15}$/))
    .transform(Number)
    .pipe(integer(least, most));
}

/**
 * Whether a switch is on. `exact`: only `true` in small letters counted for the old program, as with some of its switches;
 * `anyCase`: `TRUE` too. What is neither true nor false was off for it.
 */
export function takeSwitch(
  book: ImportBook,
  key: string,
  setting: string,
  counts: 'exact' | 'anyCase',
): boolean | undefined {
  const written = book.take(key, setting, leaf);
  if (written === undefined) return undefined;
  const isOn = (counts === 'exact' ? written : written.toLowerCase()) === 'true';
  if (!isOn && written.toLowerCase() !== 'false')
    book.look(key, 'The old program took this for off: only "true" counted. Was it meant to be on?', setting);
  return isOn;
}
