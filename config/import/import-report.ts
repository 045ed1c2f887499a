import type { Imported, ImportWords, Note, NoteKind } from './import-book.ts';

const titles: readonly (readonly [NoteKind, string])[] = [
  ['look', 'Look at these yourself'],
  ['changed', 'Carried over, but different with Waybill'],
  ['dropped', 'Not carried over'],
];

/** What became of the configuration of another program, for people: every key that needs a word. */
export function importReport({ carried, notes, variables, outside }: Imported, words: ImportWords): string {
  const parts = titles.flatMap(([kind, title]) => part(title, byText(notes.filter((note) => note.kind === kind))));
  return [
    `${carried.length} keys of ${words.program} were carried over.`,
    ...part(
      words.variables,
      variables.map(({ name, key }) => `  ${name}\n      ${key}`),
    ),
    ...parts,
    ...part(words.outside, outside.length > 0 ? [`  ${outside.join(', ')}`] : []),
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
