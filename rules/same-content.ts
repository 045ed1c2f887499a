import type { ObjectFacts } from './revision.ts';

/**
 * True when lists of objects alone show that what stands holds what was sent: each object is there under its id, with a
 * content hash that is told and equal, and none beside them. Of one type, equal hashes have always meant equal content;
 * different hashes mean nothing, for another engine version writes others (QVF facts, section 4). So false is no
 * difference: only the app file can tell. `extras`: objects beside those that were sent do not matter.
 */
export function listsAgree(
  sent: readonly ObjectFacts[],
  standing: readonly ObjectFacts[],
  { extras = false }: { readonly extras?: boolean } = {},
): boolean {
  if (sent.length === 0 || (!extras && sent.length !== standing.length)) return false;
  const byId = new Map(standing.map((object) => [object.engineObjectId, object]));
  return sent.every((object) => {
    const found = byId.get(object.engineObjectId);
    return found?.objectType === object.objectType && isTold(object) && found.contentHash === object.contentHash;
  });
}

/** A hash of 32 equal bytes stands for none; in base64 or uuencode that is a text of one letter pattern over and over. */
function isTold({ contentHash }: ObjectFacts): boolean {
  return contentHash !== '' && !/^(.{1,4})\1{5,}/.test(contentHash);
}
