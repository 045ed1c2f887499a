import type { Cli } from './cli-context.ts';
import type { PausedSite } from '../../views/paused.ts';
import { plain } from '../../views/plain.ts';

/** A line for each pause; empty where nothing is paused. */
export function pausedText({ clock, paint }: Pick<Cli, 'clock' | 'paint'>, paused: readonly PausedSite[]): string {
  const lines = paused.map(({ site, by, why, sinceUtc }) => {
    const since = `since ${clock.moment(sinceUtc)} (${clock.ago(sinceUtc)})`;
    return `${paint.yellow(`Paused: ${site ?? 'every site'}`)}, by ${plain(by)} ${since}: ${plain(why)}`;
  });
  return lines.join('\n');
}
