import type { Config } from '../config/types.ts';
import type { Awaiting } from '../ledger/awaiting.ts';
import type { DecideRequest, TargetChoice } from '../workflows/contract.ts';
import { fateOfSource } from './fate-of-source.ts';
import type { PausedSite } from './paused.ts';
import { plain } from './plain.ts';

/** What is said of steps at sites that are paused. */
export const WAIT_FOR_RESUME = 'Steps there wait until it is resumed.';

/** What an approval does at one target, as the end of a sentence. */
export function targetEffect({ mode, streams }: TargetChoice): string {
  const what = mode === 'overwrite' ? 'replaces the app of this name, or adds it, in' : 'adds another app to';
  return `${what} ${streams.map((stream) => plain(stream)).join(', ')}`;
}

/** What becomes of the app on its source site, as a sentence without its full stop. */
export function afterDecision(
  config: Config,
  { site, owner }: Pick<Awaiting, 'site' | 'owner'>,
  verdict: DecideRequest['verdict'],
): string {
  const first = verdict === 'deny' ? 'nothing is promoted, and' : 'when every target has it,';
  return `${first} ${fateOfSource(config, site, owner)}`;
}

/** The pauses that hold steps of such a decision. */
export function pausesOnTheWay(
  paused: readonly PausedSite[],
  source: string,
  targets: readonly TargetChoice[],
): PausedSite[] {
  const sites = [source, ...targets.map(({ site }) => site)];
  return paused.filter(({ site }) => site === null || sites.includes(site));
}
