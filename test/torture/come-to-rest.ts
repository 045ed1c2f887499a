import { setTimeout as wait } from 'node:timers/promises';
import { workflowIds } from '../../workflows/contract.ts';
import { sweep } from '../effects/effects.ts';
import type { RunFacts, Violation } from '../faults/checker/run-facts.ts';
import { violation } from '../faults/checker/run-facts.ts';
import { settledFacts } from '../faults/settled-facts.ts';
import type { World } from '../harness/world.ts';
import type { Cast } from './cast.ts';
import { mendWorld } from './fail-now.ts';
import { resolve, resumeAll, type Waiting, waitingForOperator } from './give-order.ts';
import { type Busy, busyWorkflows, lastSweep, waitsFor } from './quiet.ts';
import type { Story } from './story.ts';

const LONGEST_MS = 180_000;
const LOOK_EVERY_MS = 300;

/** What a person has to settle, or what somebody did at the target: no time mends it, so an operator may end it. */
const NEEDS_A_PERSON = [
  'WAYBILL_PROMOTION_UNDECIDED',
  'WAYBILL_PROMOTION_TARGET_GONE',
  'WAYBILL_PROMOTION_EXPORT_UNUSABLE',
];

export interface Rested {
  readonly facts: RunFacts;
  /** What no checker sees in the facts: that nothing is in the way and it goes on all the same, or does not. */
  readonly found: readonly Violation[];
}

/** Ends all faults and pauses, waits until Waybill has done what it will do, has the operator end what waits, and gathers the facts. */
export async function comeToRest(story: Story, cast: Cast): Promise<Rested> {
  const { world, store } = cast.on;
  mendWorld(cast.on);
  await resumeAll(world);
  const found = [...(await untilQuiet(world))];
  for (let round = 0; round < 6 && found.length === 0; round += 1) {
    const waiting = await waitingForOperator(world);
    if (waiting.length === 0) break;
    found.push(...waiting.filter((one) => !needsAPerson(one, story)).map((one) => stuck(world, one)));
    for (const one of waiting) await resolve(world, one, story.setting.lastOrder).catch(() => undefined);
    found.push(...(await untilQuiet(world)));
  }
  const expected = { decisions: cast.decisions, undeliverable: cast.undeliverable };
  const options = { expected, ...(store && { store }) };
  if (found.length === 0) await sweep(world);
  return { facts: await settledFacts(world, options), found };
}

function needsAPerson({ code }: Waiting, { setting, switches }: Story): boolean {
  // An import that gives other ids is another content, wherever a difference is to block.
  const renumbers = switches.some(([name, value]) => name === 'importKeepsObjectIds' && value === false);
  const differs = code === 'WAYBILL_PROMOTION_CONTENT_DIFFERS' && setting.content === 'block' && renumbers;
  return differs || NEEDS_A_PERSON.includes(code);
}

function stuck(world: World, { what, code, message }: Waiting): Violation {
  return violation(
    'a',
    world.alias('dev'),
    what,
    `it waits for an operator though nothing is amiss (${code}: ${message})`,
  );
}

/** Two whole sweeps have gone by in which nothing was under way; what still is after a long while is told. */
async function untilQuiet(world: World): Promise<Violation[]> {
  const deadline = performance.now() + LONGEST_MS;
  let sweeps = 0;
  let last = await lastSweep(world);
  for (;;) {
    const busy = await busyWorkflows(world);
    const now = await lastSweep(world);
    if (busy.length > 0) sweeps = 0;
    else if (now !== last) sweeps += 1;
    last = now;
    if (sweeps >= 3) return [];
    if (performance.now() > deadline) return neverQuiet(world, busy);
    await wait(LOOK_EVERY_MS);
  }
}

async function neverQuiet(world: World, busy: readonly Busy[]): Promise<Violation[]> {
  const say = (who: string, why: string): Violation =>
    violation('a', world.alias('dev'), who, `it does not come to rest though nothing is amiss: ${why}`);
  if (busy.length === 0) {
    const watch = workflowIds.siteWatch(world.alias('dev'));
    return [say(watch, `it does not sweep (${await waitsFor(world, watch)})`)];
  }
  return Promise.all(
    busy.map(async ({ workflowId, state }) => say(workflowId, `${state} (${await waitsFor(world, workflowId)})`)),
  );
}
