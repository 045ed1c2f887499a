import { EVERY_SITE, type Pause, type Pauses } from '../ledger/pauses.ts';

/** A pause in force, as the JSON of commands has it. Fields are added to it, never renamed or removed. */
export interface PausedSite {
  /** Null: every site. */
  readonly site: string | null;
  readonly by: string;
  readonly why: string;
  /** ISO 8601, UTC. */
  readonly sinceUtc: string;
}

/** What is paused now, oldest first. */
export async function readPaused(ledger: Pick<Pauses, 'pausesInForce'>): Promise<PausedSite[]> {
  return (await ledger.pausesInForce()).map(toPausedSite);
}

/** A pause of the ledger for people and JSON. */
export function toPausedSite({ site, by, why, sinceUtc }: Pause): PausedSite {
  return { site: site === EVERY_SITE ? null : site, by: by.account, why, sinceUtc };
}
