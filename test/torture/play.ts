import { waitFor } from '../harness/wait-for.ts';
import { stepBoundaries } from '../faults/processes/boundaries.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { addStanding, publishFirst, type Cast } from './cast.ts';
import { failNow } from './fail-now.ts';
import type { StoryWorld } from './open-world.ts';
import { giveOrder } from './give-order.ts';
import { busyWorkflows } from './quiet.ts';
import type { Deed, Moment, Story } from './story.ts';
import { actAsUser } from './user-acts.ts';

/** What became of a move: when it was made, and why nothing came of it where nothing did. */
export interface Played {
  readonly atMs: number;
  readonly cameToNothing?: string;
}

const LONGEST_WAIT_FOR_CALL_MS = 1500;
const LONGEST_WAIT_FOR_QUIET_MS = 6000;
const HELD_MS = 400;

/** Plays a story's moves in their order; what a site or Waybill refuses comes to nothing, as in life. */
export async function play(story: Story, cast: Cast, into: Played[]): Promise<void> {
  const startedMs = performance.now();
  addStanding(story, cast);
  publishFirst(story, cast);
  for (const move of story.moves) {
    const letGo = await waitForMoment(move.when, cast.on);
    const cameToNothing = await make(move, cast).catch((error: Error) => error.message);
    letGo();
    into.push({
      atMs: Math.round(performance.now() - startedMs),
      ...(cameToNothing !== undefined && { cameToNothing }),
    });
  }
}

/** Why nothing came of it; undefined when something did. */
async function make(deed: Deed, cast: Cast): Promise<string | undefined> {
  switch (deed.deed) {
    case 'decide':
    case 'order':
    case 'pause':
    case 'resume':
      return giveOrder(deed, cast);
    case 'fault':
    case 'restart-repository':
    case 'callbacks':
    case 'mail':
    case 'store':
    case 'mend':
      return failNow(deed, cast);
    case 'kill':
      return (await cast.on.restart(deed.process)) ? undefined : 'there is no such process';
    default:
      return actAsUser(deed, cast);
  }
}

/** Resolves when it is time; what it returns lets a held call go. */
async function waitForMoment(when: Moment, on: StoryWorld): Promise<() => void> {
  if (when.type === 'pause') await wait(when.ms);
  if (when.type === 'quiet') {
    await waitFor('quiet', async () => (await busyWorkflows(on.world)).length === 0, LONGEST_WAIT_FOR_QUIET_MS).catch(
      () => undefined,
    );
  }
  if (when.type !== 'call') return () => undefined;
  const boundary = stepBoundaries.find(({ name }) => name === when.name);
  const faults = boundary && on.world.sites[boundary.site]?.faults;
  if (boundary === undefined || faults === undefined) return () => undefined;
  const held = faults.add({ ...boundary.rule, effect: { type: 'delay', delayMs: HELD_MS } });
  await waitFor(when.name, () => faults.struck(held) > 0, LONGEST_WAIT_FOR_CALL_MS).catch(() => undefined);
  return () => faults.clear(held);
}
