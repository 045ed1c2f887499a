import { createHash } from 'node:crypto';

/** Whose script log a file holds. */
export interface LoggedReload {
  readonly tenant: string;
  readonly appId: string;
  readonly reloadId: string;
  /** When the reload ended, as far as known; it decides over the file's folder and age, so give the same each time. */
  readonly at: Date;
}

/** An id is hardly longer; with two of them a name stays below what file systems take. */
const mostIdCharacters = 80;
const placeholderPattern = /\{\{(\w+)\}\}/;
const timePattern = String.raw`\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z`;

/** The folder of a day, and the name of the file in it; both are the same on every system, in UTC. */
export function scriptLogName(template: string, reload: LoggedReload): { readonly day: string; readonly file: string } {
  const seconds = reload.at.toISOString().slice(0, 19);
  const time = `${seconds.replaceAll(':', '-')}Z`;
  return { day: seconds.slice(0, 10), file: filled(template, { ...harmlessIds(reload), time }) };
}

/** Whether a file holds the log of this reload, whatever time its name tells. */
export function isLogOf(template: string, reload: LoggedReload, name: string): boolean {
  return patternOf(template, harmlessIds(reload)).test(name);
}

/** The time in the name of a script log; undefined for a file that is none. */
export function timeInName(template: string, name: string): number | undefined {
  const [, time = ''] = patternOf(template, {}).exec(name) ?? [];
  const timeMs = Date.parse(time.replace(/T(\d+)-(\d+)-/, 'T$1:$2:'));
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

type Fields = Readonly<Record<string, string>>;

function harmlessIds({ tenant, appId, reloadId }: LoggedReload): Fields {
  return { tenant: harmless(tenant), appId: harmless(appId), reloadId: harmless(reloadId) };
}

function filled(template: string, fields: Fields): string {
  return template.replaceAll(new RegExp(placeholderPattern, 'g'), (_, field: string) => fields[field] ?? '');
}

/** Any name that the template makes of these fields; one that is not given may be anything, the time is the first group. */
function patternOf(template: string, fields: Fields): RegExp {
  const source = template.split(placeholderPattern).map((piece, index) => {
    if (index % 2 === 0) return RegExp.escape(piece);
    if (piece === 'time') return `(${timePattern})`;
    return fields[piece] === undefined ? '.+' : RegExp.escape(fields[piece]);
  });
  return new RegExp(`^${source.join('')}$`);
}

/** An id as it is, or, where it could mean something in a path or be too long, what is left of it and a digest. */
function harmless(id: string): string {
  if (/^[\w-]+$/.test(id) && id.length <= mostIdCharacters) return id;
  const digest = createHash('sha256').update(id).digest('hex').slice(0, 12);
  return `${id.replaceAll(/[^\w-]+/g, '-').slice(0, mostIdCharacters - 13)}-${digest}`;
}
