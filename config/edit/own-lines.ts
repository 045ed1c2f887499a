import { diffArrays } from 'diff';

/**
 * A text in which somebody's own spaces stand, with the change that leads from one print of it to another: what is not
 * changed stays as it was written, line by line. Undefined where a line that is changed cannot be found in it.
 */
export function inItsOwnLines(text: string, print: string, after: string): string | undefined {
  const own = text.split('\n');
  const printed = print.split('\n');
  const places = placesOf(printed, own);
  const made: string[] = [];
  let next = 0;
  let at = 0;
  const copyUntil = (end: number): void => {
    made.push(...own.slice(next, end));
    next = Math.max(next, end);
  };
  const before = (end: number): Neighbour[] =>
    places
      .slice(0, end)
      .flatMap((place, line) => neighbourOf(printed[line], place === undefined ? undefined : own[place]));
  for (const { added, removed, value } of diffArrays(printed, after.split('\n'))) {
    if (removed) {
      for (let line = at; line < at + value.length; line += 1) {
        const place = places[line];
        if (place === undefined && printed[line]?.trim() !== '') return undefined;
        if (place === undefined) continue;
        copyUntil(place);
        next = place + 1;
      }
    }
    if (added) {
      copyUntil((places.slice(0, at).findLast((place) => place !== undefined) ?? -1) + 1);
      made.push(...value.map((line) => indentedLike(line, before(at))));
    } else at += value.length;
  }
  copyUntil(own.length);
  return made.join('\n');
}

/** How far a line is indented in print, and as somebody wrote it. */
interface Neighbour {
  readonly printed: number;
  readonly own: number;
}

function neighbourOf(printed: string | undefined, own: string | undefined): Neighbour[] {
  if (printed === undefined || own === undefined || printed.trim() === '') return [];
  return [{ printed: indentOf(printed), own: indentOf(own) }];
}

/** A new line, indented as the nearest one before it that is indented alike in print. */
function indentedLike(line: string, neighbours: readonly Neighbour[]): string {
  const neighbour = neighbours.findLast(({ printed }) => printed === indentOf(line));
  return neighbour ? ' '.repeat(neighbour.own) + line.trimStart() : line;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** For each printed line, where the same stands in the text; spaces do not count. */
function placesOf(printed: readonly string[], own: readonly string[]): (number | undefined)[] {
  const places: (number | undefined)[] = [];
  let line = 0;
  for (const { added, removed, value } of diffArrays(printed.map(packed), own.map(packed))) {
    if (added) line += value.length;
    else for (const _ of value) places.push(removed ? undefined : line++);
  }
  return places;
}

function packed(line: string): string {
  return line.replaceAll(/\s+/g, '');
}
