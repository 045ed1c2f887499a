import type { Comparison, Difference } from '../../../qvf/compare-contents.ts';

/** What a person reads of a long list, and how much of one name: titles may be as long as a page. */
const TOLD = 8;
const NAME_LENGTH = 120;

/** What differs, by name; objects beside those that were exported only with `added`. Empty when nothing does. */
export function differencesOf(
  { missing, added, changed, renumbered }: Comparison,
  { extras = false }: { readonly extras?: boolean } = {},
): string[] {
  return [
    ...missing.map((one) => `${nameOf(one)} is missing`),
    ...changed.map((one) => `${nameOf(one)} was changed${within(one)}`),
    ...(extras ? [] : added.map((one) => `${nameOf(one)} is there and was not exported`)),
    ...renumbered.map((one) => `${nameOf(one)} bears another id`),
  ];
}

/** The first of them as one text. */
export function inWords(differences: readonly string[]): string {
  const left = differences.length - TOLD;
  return [...differences.slice(0, TOLD), ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

function nameOf({ name }: Difference): string {
  return shortened(name);
}

function within({ details }: Difference): string {
  if (details.length === 0) return '';
  const told = details.slice(0, 3).map(shortened).join(', ');
  return ` (${told}${details.length > 3 ? ', …' : ''})`;
}

function shortened(text: string): string {
  return text.length > NAME_LENGTH ? `${text.slice(0, NAME_LENGTH)}…` : text;
}
