import type { ScriptLogFacts } from '../../../rules/alerts/failed-reload.ts';
import type { ContextOptions } from './alert.ts';
import { logLines } from './clean-log.ts';
import { type CutLines, firstLines, lastLines } from './cut-lines.ts';
import type { Room } from './room.ts';

/** What a message shows of a script log. */
export interface ShownLog {
  readonly head: CutLines;
  readonly tail: CutLines;
  /** Undefined where the log is not known. */
  readonly lines?: number;
  readonly characters?: number;
}

/** Room for the sentence that says how many lines are left out. */
const noteLength = 60;

/**
 * The first and the last lines of a log as configured, each cut at line ends to the room there is. Of a log so short
 * that they overlap, `once` shows each line once.
 */
export function shownLog(
  log: ScriptLogFacts | undefined,
  options: ContextOptions,
  room: Room,
  { once }: { once: boolean },
): ShownLog {
  const head = (log?.head ?? []).slice(0, options.headLines);
  const tail = options.tailLines === 0 ? [] : (log?.tail ?? []).slice(-options.tailLines);
  const repeated = once ? Math.max(0, head.length + tail.length - (log?.lines ?? 0)) : 0;
  return {
    head: cut(logLines(head), room, firstLines),
    tail: cut(logLines(tail.slice(repeated)), room, lastLines),
    lines: log?.lines,
    characters: log?.characters,
  };
}

/** A log of its own, as one of its head: the first lines that fit. */
export function shownText(text: string | undefined, room: Room): CutLines {
  return cut(text === undefined ? [] : withoutBlankEnds(logLines([text])), room, firstLines);
}

/** The lines with a sentence after them where some are left out. */
export function withNoteAfter({ lines, leftOut }: CutLines): readonly string[] {
  return leftOut === 0 ? lines : [...lines, leftOutNote(leftOut)];
}

/** The lines with a sentence before them where some are left out. */
export function withNoteBefore({ lines, leftOut }: CutLines): readonly string[] {
  return leftOut === 0 ? lines : [leftOutNote(leftOut), ...lines];
}

function leftOutNote(leftOut: number): string {
  return `… ${leftOut} ${leftOut === 1 ? 'line is' : 'lines are'} left out here …`;
}

function cut(lines: readonly string[], room: Room, way: typeof firstLines): CutLines {
  const all = way(lines, room.log, room.measure);
  return all.leftOut === 0 ? all : way(lines, Math.max(0, room.log - noteLength), room.measure);
}

function withoutBlankEnds(lines: string[]): string[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.slice(
    Math.max(
      0,
      lines.findIndex((line) => line !== ''),
    ),
    last + 1,
  );
}
