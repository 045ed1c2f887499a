import { setTimeout as wait } from 'node:timers/promises';

/** How long a site is looked at for what was just written: it lags behind its own writes. */
export interface Pace {
  readonly looks: number;
  /** For all looks together. */
  readonly lookAfterMs: number;
}

/** The first answer that is not undefined, of at most `looks` looks; undefined when there is none. Reads only. */
export async function lookAgain<T>(pace: Pace, look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let nth = 1; ; nth += 1) {
    const found = await look();
    if (found !== undefined || nth >= pace.looks) return found;
    await wait(pace.lookAfterMs / pace.looks);
  }
}
