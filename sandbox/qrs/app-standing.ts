import { createHash } from 'node:crypto';
import { isoDate } from './shapes.ts';
import { type AppRecord, type ObjectRecord, textOf } from './records.ts';
import { objectsOf, recordsOf, type SiteState } from './site-state.ts';

/** One value of a custom property as it stands on an app, by the name of its definition. */
export interface StandingRow {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** `DIR\user` of whoever set it, as the row says. */
  readonly by: string;
  /** When it was set, on the site's own clock. */
  readonly atUtc: string;
}

/** All of an app that a checker may hold against something: what it is called, where it is, what it holds. */
export interface AppStanding {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly published: boolean;
  /** The stream's id and name; null for an app that is in none. */
  readonly streamId: string | null;
  readonly stream: string | null;
  /** `DIR\user`. */
  readonly owner: string;
  /** SHA-256 over kind and content of the base objects: equal on all sites, whatever ids the objects have there. */
  readonly baseContent: string;
  /** The same over all objects, private and community ones too. */
  readonly allContent: string;
  /** Tells the data of one reload from that of another; equal on all sites. */
  readonly data: string;
  readonly rows: readonly StandingRow[];
  readonly tags: readonly string[];
}

/** The app as it stands now. */
export function appStanding(site: SiteState, app: AppRecord): AppStanding {
  const objects = objectsOf(site, app.id);
  const streamId = app.refs['stream'] ?? null;
  const stream = streamId === null ? undefined : recordsOf(site, 'Stream').get(streamId);
  const { dataSeed, dataSizeBytes } = app.content;
  return {
    id: app.id,
    name: textOf(app, 'name'),
    description: textOf(app, 'description'),
    published: app.values['published'] === true,
    streamId,
    stream: stream === undefined ? null : textOf(stream, 'name'),
    owner: accountOf(site, app.refs['owner'] ?? ''),
    baseContent: fingerprint(objects.filter((record) => record.values['approved'] === true)),
    allContent: fingerprint(objects),
    data: dataSizeBytes === 0 ? 'none' : `${dataSeed}/${dataSizeBytes}`,
    rows: app.rows.map((row) => ({
      id: row.id,
      name: nameOf(site, 'CustomPropertyDefinition', row.definitionId),
      value: row.value,
      by: row.modifiedBy,
      atUtc: isoDate(row.modifiedMs),
    })),
    tags: app.tagIds.map((id) => nameOf(site, 'Tag', id)),
  };
}

/** `DIR\\user` of a user by id; empty when there is none. */
export function accountOf(site: SiteState, userId: string): string {
  const user = recordsOf(site, 'User').get(userId);
  return user === undefined ? '' : `${textOf(user, 'userDirectory')}\\${textOf(user, 'userId')}`;
}

function nameOf(site: SiteState, kind: 'CustomPropertyDefinition' | 'Tag', id: string): string {
  const record = recordsOf(site, kind).get(id);
  return record === undefined ? id : textOf(record, 'name');
}

function fingerprint(objects: readonly ObjectRecord[]): string {
  const lines = objects.map(({ object }) => `${object.objectType}\t${object.contentHash}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 32);
}
