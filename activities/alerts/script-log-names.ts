import { createHash } from 'node:crypto';

/** Whose script log a file holds. */
export interface LoggedReload {
  readonly appId: string;
  readonly reloadId: string;
  /** When the reload ended, as far as known; it decides over the file's folder and age, so give the same each time. */
  readonly at: Date;
}

/** An id is hardly longer; with two of them a name stays below what file systems take. */
const mostIdCharacters = 80;
const filePattern = /^(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})Z_appId=.+_reloadId=.+\.log$/;

/** The folder of a day, and the name of the file in it; both are the same on every system, in UTC. */
export function scriptLogName({ appId, reloadId, at }: LoggedReload): { readonly day: string; readonly file: string } {
  const [day = '', time = ''] = at.toISOString().slice(0, 19).split('T');
  return { day, file: `${day}T${time.replaceAll(':', '-')}Z${endOf(appId, reloadId)}` };
}

/** What the name of every file of this reload ends with. */
export function scriptLogEnding({ appId, reloadId }: LoggedReload): string {
  return endOf(appId, reloadId);
}

/** The time in the name of a script log; undefined for a file that is none. */
export function timeInName(name: string): number | undefined {
  const [, day, hours, minutes, seconds] = filePattern.exec(name) ?? [];
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function endOf(appId: string, reloadId: string): string {
  return `_appId=${harmless(appId)}_reloadId=${harmless(reloadId)}.log`;
}

/** An id as it is, or, where it could mean something in a path or be too long, what is left of it and a digest. */
function harmless(id: string): string {
  if (/^[\w-]+$/.test(id) && id.length <= mostIdCharacters) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 12);
  return `${id.replaceAll(/[^\w-]+/g, '-').slice(0, mostIdCharacters - 13)}-${digest}`;
}
