/** Direction overrides and embeddings: invisible, and able to make a name read as another. Marks (LRM, RLM) stay. */
const directionControls = /[\u202a-\u202e\u2066-\u2069]/g;
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const controlsButNewline = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** The text in one line without control characters: no name can start a header or a line of its own. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(directionControls, '')
    .replaceAll(/[\n\u2028\u2029]/g, ' ')
    .replaceAll(controlsButNewline, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

/** The text with its line breaks and without other control characters; for notes and causes. */
export function manyLines(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/g, '\n')
    .replaceAll(directionControls, '')
    .replaceAll(controlsButNewline, ' ')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim();
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The text cut to `maxLength` characters as people count them, with `…` where something was cut. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const seen = Array.from(graphemes.segment(text.slice(0, maxLength * 8)), (part) => part.segment);
  return seen.length <= maxLength ? text : `${seen.slice(0, maxLength - 1).join('')}…`;
}

/** A subject of one line and at most 200 characters. */
export function subjectLine(text: string): string {
  return shorten(oneLine(text), 200);
}
