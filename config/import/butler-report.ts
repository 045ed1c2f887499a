import type { Note, NoteKind } from './butler-source.ts';
import type { ButlerImport } from './import-butler.ts';

const titles: readonly (readonly [NoteKind, string])[] = [
  ['look', 'Look at these yourself'],
  ['changed', 'Carried over, but different with Waybill'],
  ['dropped', 'Not carried over'],
];

/** What became of a configuration of Butler, for people: every key of its Cloud part that needs a word. */
export function butlerReport({ carried, notes, variables, outside }: ButlerImport): string {
  const parts = titles.flatMap(([kind, title]) => part(title, byText(notes.filter((note) => note.kind === kind))));
  return [
    `${carried.length} keys of Butler were carried over.`,
    ...part(
      'Set these environment variables to the values of these keys; no secret was copied',
      variables.map(({ name, key }) => `  ${name}\n      ${key}`),
    ),
    ...parts,
    ...part(
      'Has nothing to do with alerts of Qlik Cloud, and was not looked at',
      outside.length > 0 ? [`  ${outside.join(', ')}`] : [],
    ),
    '',
  ].join('\n');
}

function part(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', `${title}:`, ...lines] : [];
}

/** Each thing that is said, once, with the keys that it is said of. */
function byText(notes: readonly Note[]): string[] {
  const texts = [...new Set(notes.map(({ text }) => text))];
  return texts.flatMap((text) => [
    `  ${text}`,
    ...notes.filter((note) => note.text === text).map(({ key }) => `      ${key}`),
  ]);
}
