/** QRS refuses a longer description (QRS facts, section 5). Counted in UTF-16 units, as .NET counts. */
export const DESCRIPTION_MAX_LENGTH = 512;

const SEPARATOR = '\n\n';

/**
 * The stamp, then as much of the original text as fits. A stamp that is itself too long is cut. Stamping a text
 * that already bears this stamp changes nothing, so that a repeat is harmless.
 */
export function stampDescription(original: string, stamp: string): string {
  const mark = stamp.trim();
  if (mark === '') return cut(original, DESCRIPTION_MAX_LENGTH);
  if (original.startsWith(cut(mark, DESCRIPTION_MAX_LENGTH))) return cut(original, DESCRIPTION_MAX_LENGTH);
  const rest = original.trim();
  const room = DESCRIPTION_MAX_LENGTH - mark.length - SEPARATOR.length;
  if (rest === '' || room <= 1) return cut(mark, DESCRIPTION_MAX_LENGTH);
  return mark + SEPARATOR + cut(rest, room);
}

/** A description as it compares: a site may give it back with other white space. */
export function plainDescription(text: string | undefined): string {
  return (text ?? '').replaceAll(/\s+/gu, ' ').trim();
}

/** Cuts at a length without splitting a surrogate pair, ending in an ellipsis. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = Math.max(0, maxLength - 1);
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return `${text.slice(0, end)}…`;
}
