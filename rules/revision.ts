/** An approved object of an app, as `app/object/full` lists it (QRS facts, sections 2 and 5). */
export interface ObjectFacts {
  readonly engineObjectId: string;
  readonly objectType: string;
  readonly name: string;
  readonly modifiedUtc: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
}

/**
 * What an app holds, cheaply told: `key` changes whenever an approved object, the publish time or (where policy
 * says that data counts) the reload time does. `objects` is kept small enough to say what changed.
 */
export interface Revision {
  readonly publishedAtUtc?: string;
  readonly reloadedAtUtc?: string;
  readonly objects: readonly ObjectFacts[];
}

/**
 * The text whose hash is the revision key. Names and dates of the app itself are left out: a rename, a tag or a
 * property is no change of content (design 3.6).
 */
export function revisionText(revision: Revision, dataCounts: boolean): string {
  const objects = revision.objects
    .map((object) =>
      [object.engineObjectId, object.objectType, object.modifiedUtc, object.contentHash, object.sizeBytes].join('|'),
    )
    .toSorted();
  return [revision.publishedAtUtc ?? '', dataCounts ? (revision.reloadedAtUtc ?? '') : '', ...objects].join('\n');
}

/** What a person would call the differences between two revisions; empty when there are none. */
export function describeChanges(before: Revision, after: Revision, dataCounts: boolean): string[] {
  const old = new Map(before.objects.map((object) => [object.engineObjectId, object]));
  const now = new Map(after.objects.map((object) => [object.engineObjectId, object]));
  const changes: string[] = [];
  for (const [id, object] of now) {
    const earlier = old.get(id);
    if (!earlier) changes.push(`${object.objectType} "${object.name}" was added`);
    else if (isChanged(earlier, object)) changes.push(`${object.objectType} "${object.name}" was changed`);
  }
  for (const [id, object] of old) {
    if (!now.has(id)) changes.push(`${object.objectType} "${object.name}" was removed`);
  }
  if (before.publishedAtUtc !== after.publishedAtUtc) changes.push('the app was published again');
  if (dataCounts && before.reloadedAtUtc !== after.reloadedAtUtc) changes.push('the data was reloaded');
  return changes.toSorted();
}

function isChanged(before: ObjectFacts, after: ObjectFacts): boolean {
  return (
    before.modifiedUtc !== after.modifiedUtc ||
    before.contentHash !== after.contentHash ||
    before.sizeBytes !== after.sizeBytes
  );
}

/** An object as it is remembered from before a decision, to tell that it is gone. */
export type SeenObject = Pick<ObjectFacts, 'engineObjectId' | 'objectType' | 'name'>;

/** What is kept of the objects of an app that waits for a decision. */
export function seenObjects(revision: Revision): SeenObject[] {
  return revision.objects.map(({ engineObjectId, objectType, name }) => ({ engineObjectId, objectType, name }));
}

/** Objects that were seen before and are no longer among the approved ones, in words. An object that is gone has no date. */
export function removedSince(seen: readonly SeenObject[], revision: Revision): string[] {
  const now = new Set(revision.objects.map((object) => object.engineObjectId));
  const gone = seen.filter((object) => !now.has(object.engineObjectId));
  return gone.map((object) => `${object.objectType} "${object.name}" was removed`).toSorted();
}

/** Objects that changed after a moment, by name: why a decision of that moment no longer holds. */
export function changedAfter(revision: Revision, momentUtc: string, dataCounts: boolean): string[] {
  const changes = revision.objects
    .filter((object) => object.modifiedUtc > momentUtc)
    .map((object) => `${object.objectType} "${object.name}" was changed`);
  if (revision.publishedAtUtc && revision.publishedAtUtc > momentUtc) changes.push('the app was published again');
  if (dataCounts && revision.reloadedAtUtc && revision.reloadedAtUtc > momentUtc) changes.push('the data was reloaded');
  return changes.toSorted();
}
