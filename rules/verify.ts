import { fold } from './app-facts.ts';
import type { ObjectFacts } from './revision.ts';

export interface StandingContent {
  readonly sizeBytes: number;
  readonly objects: readonly ObjectFacts[];
}

/**
 * Whether a replace truly took effect, told from what stood at the target before, what was staged and what stands
 * there now. QRS matches objects by engineObjectId (QRS facts, section 6), on one site, so ids and hashes of the
 * staging app and of the target can be compared. Empty when it did.
 */
export function whyNotReplaced(before: StandingContent, staged: StandingContent, now: StandingContent): string[] {
  const reasons: string[] = [];
  const nowById = byId(now.objects);
  const beforeById = byId(before.objects);
  const missing = staged.objects.filter((object) => !nowById.has(object.engineObjectId));
  if (missing.length > 0)
    reasons.push(`${missing.length} of ${staged.objects.length} objects are not there: ${names(missing)}`);
  const old = staged.objects.filter((object) => {
    const standing = nowById.get(object.engineObjectId);
    const earlier = beforeById.get(object.engineObjectId);
    const still = standing && earlier && standing.contentHash === earlier.contentHash;
    return still && standing.contentHash !== object.contentHash;
  });
  if (old.length > 0) reasons.push(`${old.length} objects still hold what they held before: ${names(old)}`);
  const stagedIds = byId(staged.objects);
  const left = now.objects.filter(
    (object) => beforeById.has(object.engineObjectId) && !stagedIds.has(object.engineObjectId),
  );
  if (left.length > 0) reasons.push(`${left.length} objects of the old app are still there: ${names(left)}`);
  if (before.sizeBytes !== staged.sizeBytes && now.sizeBytes === before.sizeBytes && staged.sizeBytes > 0) {
    reasons.push(`its size is still ${now.sizeBytes} bytes instead of ${staged.sizeBytes}`);
  }
  return reasons;
}

/** Whether what stands is whole compared with what was sent. Objects are compared by kind and number only. */
export function whyNotWhole(sent: StandingContent, standing: StandingContent): string[] {
  const reasons: string[] = [];
  if (standing.sizeBytes > 0 && sent.sizeBytes > 0 && standing.sizeBytes !== sent.sizeBytes) {
    reasons.push(`it has ${standing.sizeBytes} bytes instead of ${sent.sizeBytes}`);
  }
  const there = countByType(standing.objects);
  for (const [type, count] of countByType(sent.objects)) {
    const found = there.get(type) ?? 0;
    if (found < count) reasons.push(`it has ${found} of ${count} objects of type ${type}`);
  }
  return reasons;
}

function byId(objects: readonly ObjectFacts[]): Map<string, ObjectFacts> {
  return new Map(objects.map((object) => [object.engineObjectId, object]));
}

/** Two sites, of two releases, may write a type in two ways: `LoadModel`, `loadmodel`. */
function countByType(objects: readonly ObjectFacts[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { objectType } of objects) counts.set(fold(objectType), (counts.get(fold(objectType)) ?? 0) + 1);
  return counts;
}

function names(objects: readonly ObjectFacts[]): string {
  return objects
    .slice(0, 5)
    .map((object) => `"${object.name}"`)
    .join(', ');
}
