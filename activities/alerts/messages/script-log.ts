import type { ReloadFacts, ScriptLogFacts } from '../../../rules/alerts/failed-reload.ts';
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
  const clean = log === undefined ? { head: [], tail: [] } : cleanLog(log);
  const head = clean.head.slice(0, options.headLines);
  const tail = options.tailLines === 0 ? [] : clean.tail.slice(-options.tailLines);
  const repeated = once ? Math.max(0, head.length + tail.length - (log?.lines ?? 0)) : 0;
  return {
    head: cut(head, room, firstLines),
    tail: cut(tail.slice(repeated), room, lastLines),
    lines: log?.lines,
    characters: log?.characters,
  };
}

/** The short log that the answer about a reload has itself: the first lines that fit. */
export function shownMessage(reload: ReloadFacts | undefined, room: Room): CutLines {
  return cut(reload?.log === undefined ? [] : cleanMessage(reload, reload.log), room, firstLines);
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

/** A message is made many times until it fits, and cleaning a long log takes longer than all the rest of it. */
const cleanLogs = new WeakMap<ScriptLogFacts, { readonly head: readonly string[]; readonly tail: readonly string[] }>();
const cleanMessages = new WeakMap<ReloadFacts, readonly string[]>();

function cleanLog(log: ScriptLogFacts) {
  const known = cleanLogs.get(log);
  if (known !== undefined) return known;
  const made = { head: logLines(log.head), tail: logLines(log.tail) };
  cleanLogs.set(log, made);
  return made;
}

function cleanMessage(reload: ReloadFacts, log: string): readonly string[] {
  const known = cleanMessages.get(reload);
  if (known !== undefined) return known;
  const made = withoutBlankEnds(logLines([log]));
  cleanMessages.set(reload, made);
  return made;
}
