import { manyLines, oneLine } from '../../mail/clean-text.ts';

/** Code points that are no characters (U+FDD0 to U+FDEF); templates use them as marks of their own. */
const noCharacters = /[\ufdd0-\ufdef]/g;
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** No name and no error is shown longer than this; cleaning more of it would be in vain. */
const [longestWords, longestText] = [20_000, 200_000];

/** A name in one line, or an empty text. */
export function wordsOf(text: string | undefined): string {
  return oneLine((text ?? '').slice(0, longestWords).replaceAll(noCharacters, ''));
}

/** A text of several lines, or an empty text. */
export function textOf(text: string | undefined): string {
  return manyLines((text ?? '').slice(0, longestText).replaceAll(noCharacters, ''));
}

/** The lines of a log, each one line, with the spaces that indent it. */
export function logLines(lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.replace(/[\r\n]+$/, '').split(/\r\n?|\n/)).map(logLine);
}

function logLine(line: string): string {
  return line.toWellFormed().replaceAll(noCharacters, '').replaceAll('\t', '    ').replaceAll(controls, ' ').trimEnd();
}
