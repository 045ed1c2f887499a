import fc from 'fast-check';
import type { Stage } from './open-world.ts';
import { type Run, runStory } from './run-story.ts';
import { stories } from './stories.ts';
import type { Story } from './story.ts';

/** A story that broke a rule, and the run that showed it. */
export interface Failure {
  readonly story: Story;
  readonly run: Run;
  /** How the story was made smaller, for `--path`; empty where it was not. */
  readonly path: string;
}

export interface SeedResult {
  readonly seed: number;
  readonly tookMs: number;
  /** The story of the seed, as it was made. */
  readonly story: Story;
  /** The smallest story found that breaks a rule; undefined where the seed's breaks none. */
  readonly failure: Failure | undefined;
  /** How many runs were made. */
  readonly runs: number;
}

export interface SeedOptions {
  readonly seed: number;
  /** Where a smaller story of that seed is to be played. */
  readonly path?: string;
  /** How long a failing story is made smaller; 0: not at all. */
  readonly shrinkMs: number;
}

/** Plays the story of a seed. One that breaks a rule is made smaller as long as it still does. */
export async function runSeed({ seed, path, shrinkMs }: SeedOptions, stage: Stage): Promise<SeedResult> {
  const startedMs = performance.now();
  const tried: { story: Story; run: Run }[] = [];
  let failed: { story: Story; run: Run } | undefined;
  let trouble: { error: unknown } | undefined;
  let stopAtMs = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(stories, async (story) => {
    // Attempts after the time is over count as passed, so that the smallest failure so far is kept.
    if (performance.now() > stopAtMs) return true;
    const run = await runStory(story, stage).catch((error: unknown) => {
      trouble ??= { error };
    });
    // What does not run at all breaks no rule; the first time it is told.
    if (run === undefined) return failed !== undefined;
    tried.push({ story, run });
    if (run.violations.length === 0) return true;
    if (failed === undefined) stopAtMs = performance.now() + shrinkMs;
    failed = { story, run };
    return false;
  });
  const result = await fc.check(property, {
    seed,
    numRuns: 1,
    unbiased: true,
    ...(path && { path }),
    endOnFailure: shrinkMs === 0,
  });
  if (trouble !== undefined && failed === undefined) throw trouble.error;
  return {
    seed,
    tookMs: Math.round(performance.now() - startedMs),
    story: tried[0]!.story,
    failure: failed && { ...failed, path: result.counterexamplePath ?? '' },
    runs: tried.length,
  };
}
