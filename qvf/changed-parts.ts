import { numbered } from './numbered.ts';
import type { QvfPart } from './contents.ts';
import { nameForPeople } from './people-names.ts';

/** What a person would call the differences between the parts of one piece before and after. */
export function changedParts(before: readonly QvfPart[], after: readonly QvfPart[]): string[] {
  const old = numbered(before, idOf);
  const now = numbered(after, idOf);
  const changes: string[] = [];
  for (const [id, part] of now) {
    const earlier = old.get(id);
    if (earlier === undefined) changes.push(`${nameForPeople(part)} was added`);
    else if (earlier.coreSha256 !== part.coreSha256) changes.push(`${nameForPeople(part)} was changed`);
  }
  for (const [id, part] of old) {
    if (!now.has(id)) changes.push(`${nameForPeople(part)} was removed`);
  }
  return changes.sort();
}

/** Several parts may have the same id: tabs of the script of one name. */
function idOf({ objectType, id }: QvfPart): string {
  return JSON.stringify([objectType, id]);
}
