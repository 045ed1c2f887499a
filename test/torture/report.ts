import type { Violation } from '../faults/checker/run-facts.ts';
import { tellStory } from './tell-story.ts';
import type { Played } from './play-seeds.ts';
import type { Failure, SeedResult } from './torture-run.ts';

/** One line on a seed: what its story was made of, and how it went. */
export function progressLine({ seed, tookMs, story, failure, runs }: SeedResult): string {
  const counts = new Map<string, number>();
  for (const { deed } of story.moves) counts.set(deed, (counts.get(deed) ?? 0) + 1);
  const deeds = [...counts].map(([deed, count]) => (count === 1 ? deed : `${count} ${deed}`)).join(', ');
  const outcome = failure === undefined ? 'ok    ' : 'BROKEN';
  const tries = runs > 1 ? ` (${runs} runs)` : '';
  return `${outcome} seed ${seed}  ${(tookMs / 1000).toFixed(1)} s${tries}  ${story.setting.processes ? 'processes, ' : ''}${story.apps.length} apps: ${deeds}`;
}

/** The smallest story found, what it broke, and how to play it again. */
export function failureText(seed: number, { story, run, path }: Failure): string {
  const again = `npm run torture -- --seed ${seed}${path === '' ? '' : ` --path ${path}`}`;
  return [
    `The smallest story found (seed ${seed}):`,
    ...tellStory(story, run.played),
    'What it broke:',
    ...run.violations.map(({ text }: Violation) => `  ${text}`),
    `Play it again: ${again}`,
  ].join('\n');
}

/** The last line. */
export function summary(first: number, { ended, broken, unplayed, tookMs }: Played): string {
  const verdict = broken.length === 0 ? 'no rule was broken' : `${broken.length} broke a rule`;
  const rest = unplayed === 0 ? '' : `, ${unplayed} could not be played`;
  return `${ended} stories from seed ${first} on in ${Math.round(tookMs / 1000)} s: ${verdict}${rest}.`;
}
