import { setTimeout as wait } from 'node:timers/promises';

/** A bound for what ends by itself: far beyond what a busy machine needs, so that only what never comes meets it. */
const PATIENCE_MS = 60_000;
/** Between two looks, soon and later: looks are work for the very server that is waited for. */
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 100;

/** The first answer of `look` that is neither undefined nor false; throws after `withinMs`. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  withinMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.3, LONGEST_PAUSE_MS)) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain for ${what}`);
    await wait(pauseMs);
  }
}
