import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import type { Stage } from './open-world.ts';
import { failureText, progressLine } from './report.ts';
import type { Run } from './run-story.ts';
import { runSeed } from './torture-run.ts';

export interface SeedsToPlay {
  /** The first; the next stories have the next ones. */
  readonly seed: number;
  readonly runs: number;
  /** No story is begun after so long. */
  readonly forMs: number;
  /** How many are played at once. */
  readonly parallel: number;
  readonly path?: string | undefined;
  /** How long a failing story is made smaller; 0: not at all. */
  readonly shrinkMs: number;
  /** Whether more stories are begun after one that broke a rule. */
  readonly keepGoing: boolean;
  /** Folder for what failing stories left behind; nothing is kept where none is named. */
  readonly keepIn?: string | undefined;
}

/** What came of several stories. */
export interface Played {
  readonly ended: number;
  /** Each failure in words. */
  readonly broken: readonly string[];
  /** Stories whose world could not be opened or driven; each was told with its reason. */
  readonly unplayed: number;
  readonly tookMs: number;
}

/** Plays the stories of consecutive seeds, and tells of each. */
export async function playSeeds(wanted: SeedsToPlay, stage: Stage, tell: (line: string) => void): Promise<Played> {
  const startedMs = performance.now();
  const broken: string[] = [];
  let [begun, ended, unplayed] = [0, 0, 0];
  const isOver = (): boolean =>
    begun >= wanted.runs || performance.now() - startedMs > wanted.forMs || (broken.length > 0 && !wanted.keepGoing);
  const playOne = async (): Promise<void> => {
    while (!isOver()) {
      const seed = wanted.seed + begun;
      begun += 1;
      const { path: smaller, shrinkMs } = wanted;
      const result = await runSeed({ seed, shrinkMs, ...(smaller && { path: smaller }) }, stage).catch(
        (error: Error) => error,
      );
      if (result instanceof Error) {
        unplayed += 1;
        tell(`NOT PLAYED seed ${seed}: ${inspect(result)}`);
        continue;
      }
      ended += 1;
      tell(progressLine(result));
      if (result.failure === undefined) continue;
      broken.push(failureText(seed, result.failure));
      tell(broken.at(-1) ?? '');
      if (wanted.keepIn !== undefined) await keep(wanted.keepIn, seed, result.failure.run);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, wanted.parallel) }, playOne));
  return { ended, broken, unplayed, tookMs: performance.now() - startedMs };
}

async function keep(folder: string, seed: number, { facts, log }: Run): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, `${seed}-facts.json`), JSON.stringify(facts, undefined, 1));
  await writeFile(path.join(folder, `${seed}.log`), log.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
