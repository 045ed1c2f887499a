import type { Measure } from './cut-lines.ts';

/** How much a message may say, in what its service counts. */
export interface Room {
  /** For each text that is a log. */
  readonly log: number;
  readonly error: number;
  /** For each name, comment and reason. */
  readonly words: number;
  /** Apps of a digest, links of one's own and sentences about what is missing: of each so many. */
  readonly entries: number;
  readonly measure: Measure;
}

/** For what has no limit worth naming; a log of many megabytes still must not become a mail of as many. */
export const wideRoom: Room = {
  log: 1_000_000,
  error: 100_000,
  words: 10_000,
  entries: 200,
  measure: (text) => text.length,
};

/** What came out, and what is wrong with it if nothing smaller would do either. */
export interface Fitted<T> {
  readonly made: T;
  readonly problem: string | undefined;
}

/** The order in which a message gives way: the log first, then the error, and what names things at the very last. */
const steps = [
  { part: 'log', least: 0 },
  { part: 'error', least: 40 },
  { part: 'entries', least: 1 },
  { part: 'words', least: 20 },
] as const;

/**
 * The message that says most of those without a problem. `build` makes it for a room, `problemOf` says why it cannot
 * be sent.
 */
export function fitted<T>(widest: Room, build: (room: Room) => T, problemOf: (made: T) => string | undefined) {
  let room = widest;
  let best = attempt(room, build, problemOf);
  for (const { part, least } of steps) {
    if (best.problem === undefined) return best;
    const smallest = { ...room, [part]: least };
    best = attempt(smallest, build, problemOf);
    if (best.problem === undefined)
      return largest({ from: least, to: room[part], best }, (size) =>
        attempt({ ...room, [part]: size }, build, problemOf),
      );
    room = smallest;
  }
  return best;
}

function attempt<T>(room: Room, build: (room: Room) => T, problemOf: (made: T) => string | undefined): Fitted<T> {
  const made = build(room);
  return { made, problem: problemOf(made) };
}

/** Looks between a size that fits and one that does not for the largest that does. */
function largest<T>(
  { from, to, best }: { from: number; to: number; best: Fitted<T> },
  attemptSize: (size: number) => Fitted<T>,
): Fitted<T> {
  let [fits, tooLarge, found] = [from, to, best];
  while (tooLarge - fits > Math.max(1, (to - from) / 200)) {
    const middle = Math.floor((fits + tooLarge) / 2);
    const next = attemptSize(middle);
    if (next.problem === undefined) [fits, found] = [middle, next];
    else tooLarge = middle;
  }
  return found;
}
