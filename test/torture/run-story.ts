import { checkRun } from '../faults/checker/check-run.ts';
import type { RunFacts, Violation } from '../faults/checker/run-facts.ts';
import type { MemoryLogger } from '../harness/memory-logger.ts';
import type { Cast } from './cast.ts';
import { comeToRest } from './come-to-rest.ts';
import { openStoryWorld, type Stage } from './open-world.ts';
import { play, type Played } from './play.ts';
import type { Story } from './story.ts';

/** What became of a story. */
export interface Run {
  readonly violations: readonly Violation[];
  readonly played: readonly Played[];
  readonly facts: RunFacts;
  readonly log: MemoryLogger['lines'];
  readonly tookMs: number;
}

/** Plays a story to its end in a world of its own, and holds what it left behind against the rules. */
export async function runStory(story: Story, stage: Stage): Promise<Run> {
  const startedMs = performance.now();
  const on = await openStoryWorld(story, stage);
  try {
    const cast: Cast = { on, apps: [], decisions: [], undeliverable: [] };
    const played: Played[] = [];
    await play(story, cast, played);
    const { facts, found } = await comeToRest(story, cast);
    const violations = [...found, ...checkRun(facts)];
    const tookMs = Math.round(performance.now() - startedMs);
    return { violations, played, facts, log: on.world.logger.lines, tookMs };
  } finally {
    await on.close();
  }
}
