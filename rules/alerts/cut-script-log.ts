import type { ScriptLogFacts } from './failed-reload.ts';

/** How many lines of a script log messages may show. */
export interface ShownLines {
  readonly head: number;
  readonly tail: number;
}

/** The longest line that is shown; a generated statement may be a megabyte. */
const mostLineCharacters = 2000;

/**
 * The first and the last lines of a script log, and how long it is. Lines end with or without a carriage return; a line end at the end
 * begins no line. Where head and tail would overlap, each has its own: they are shown by different messages. Pure.
 */
export function cutScriptLog(text: string, shown: ShownLines): ScriptLogFacts {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return {
    head: lines.slice(0, shown.head).map(shortened),
    tail: (shown.tail > 0 ? lines.slice(-shown.tail) : []).map(shortened),
    lines: lines.length,
    characters: text.length,
  };
}

function shortened(line: string): string {
  const clean = line.replaceAll('\0', '').toWellFormed();
  return clean.length > mostLineCharacters ? `${clean.slice(0, mostLineCharacters - 1).toWellFormed()}…` : clean;
}
