import type { FailedReload, ReloadPart } from '../../../rules/alerts/failed-reload.ts';
import { wordsOf } from './clean-log.ts';
import { cutText } from './cut-lines.ts';
import type { Room } from './room.ts';

/** What a message lacks, said to people. */
export interface MissingPart {
  readonly part: ReloadPart;
  readonly why: string;
  readonly text: string;
}

const partWords: Record<ReloadPart, string> = {
  reload: 'The details of the reload could not be fetched',
  app: 'The app could not be looked up',
  item: 'The tags and the size of the app could not be looked up',
  owner: 'The owner of the app could not be looked up',
  user: 'The user who started the reload could not be looked up',
  log: 'The script log could not be fetched',
};

/** What could not be had about a failed reload, and why, in sentences. */
export function missingParts(reload: FailedReload, room: Room): MissingPart[] {
  return reload.missing.slice(0, room.entries).map(({ part, why }) => {
    const reason = cutText(wordsOf(why.slice(0, 4 * room.words)), room.words, room.measure);
    return { part, why: reason, text: `${partWords[part]}: ${reason === '' ? 'the reason is not known' : reason}` };
  });
}
