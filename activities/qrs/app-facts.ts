import type { AppFacts } from '../../rules/app-facts.ts';
import { revisionText, type ObjectFacts, type Revision } from '../../rules/revision.ts';
import { digestOf } from '../digest.ts';
import { neverDate, type QrsApp, type QrsAppObject } from './client/types.ts';

/** A QRS app as the rules look at it. */
export function toAppFacts(app: QrsApp): AppFacts {
  return {
    id: app.id,
    name: app.name,
    description: app.description ?? '',
    stream: app.stream ? { id: app.stream.id, name: app.stream.name } : undefined,
    publishedAtUtc: app.stream ? realTime(app.publishTime) : undefined,
    reloadedAtUtc: realTime(app.lastReloadTime),
    modifiedUtc: utc(app.modifiedDate),
    modifiedBy: app.modifiedByUserName ?? '',
    owner: { id: app.owner.id, directory: app.owner.userDirectory, userId: app.owner.userId, name: app.owner.name },
    rows: (app.customProperties ?? []).map((row) => ({
      id: row.id,
      name: row.definition.name,
      value: row.value,
      modifiedUtc: utc(row.modifiedDate),
      modifiedBy: row.modifiedByUserName ?? '',
    })),
    tags: (app.tags ?? []).map((tag) => tag.name),
    sizeBytes: app.fileSize ?? 0,
  };
}

export function toObjectFacts(object: QrsAppObject): ObjectFacts {
  return {
    engineObjectId: object.engineObjectId,
    objectType: object.objectType,
    name: object.name ?? '',
    modifiedUtc: utc(object.modifiedDate),
    contentHash: object.contentHash ?? '',
    sizeBytes: object.size ?? 0,
  };
}

/** What an app holds now. */
export function toRevision(app: AppFacts, objects: readonly QrsAppObject[]): Revision {
  return { publishedAtUtc: app.publishedAtUtc, reloadedAtUtc: app.reloadedAtUtc, objects: objects.map(toObjectFacts) };
}

export function revisionKeyOf(revision: Revision, dataCounts: boolean): string {
  return digestOf(revisionText(revision, dataCounts)).slice(0, 32);
}

/** One form for all dates, so that they compare as texts. Undefined and unreadable dates are the beginning of time. */
function utc(date: string | undefined): string {
  const ms = date ? Date.parse(date) : Number.NaN;
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
}

function realTime(date: string | undefined): string | undefined {
  if (!date) return undefined;
  const iso = utc(date);
  return iso <= utc(neverDate) || iso === new Date(0).toISOString() ? undefined : iso;
}
