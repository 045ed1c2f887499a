/** Counts what a text takes up where it is going, its escapes with it: never less than its length. */
export type Measure = (text: string) => number;

/** Lines that fit, and how many whole lines do not. */
export interface CutLines {
  readonly lines: readonly string[];
  readonly leftOut: number;
}

/**
 * As many of the first lines as take up at most `most`, each with its line end. A single line that is too long for
 * itself is shortened, so that a log of one endless line still shows how it begins.
 */
export function firstLines(lines: readonly string[], most: number, measure: Measure): CutLines {
  const kept: string[] = [];
  let free = most;
  for (const line of lines) {
    if (line.length >= free) break;
    const taken = measure(line) + 1;
    if (taken > free) break;
    kept.push(line);
    free -= taken;
  }
  const [first] = lines;
  if (kept.length === 0 && first !== undefined) kept.push(...shortened(first, most, measure));
  return { lines: kept, leftOut: lines.length - kept.length };
}

/** As {@link firstLines}, of the last lines. */
export function lastLines(lines: readonly string[], most: number, measure: Measure): CutLines {
  const { lines: kept, leftOut } = firstLines(lines.toReversed(), most, measure);
  return { lines: kept.toReversed(), leftOut };
}

/** A text cut so that it takes up at most `most`, with `…` where something was cut; empty where not even that fits. */
export function cutText(text: string, most: number, measure: Measure): string {
  if (text.length <= most && measure(text) <= most) return text;
  let [fits, tooLong] = [0, Math.min(text.length, most)];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (measure(`${cutAt(text, middle)}…`) <= most) fits = middle;
    else tooLong = middle;
  }
  return measure('…') > most ? '' : `${cutAt(text, fits)}…`;
}

/** Never cuts a character of two halves in two. */
function cutAt(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** Less than this of a line says nothing. */
const shortestLine = 40;

function shortened(line: string, most: number, measure: Measure): string[] {
  return most <= shortestLine ? [] : [cutText(line, most - 1, measure)];
}
