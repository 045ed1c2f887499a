import type { CollectOptions } from './artifact-store.ts';
import { type BucketPointers, pointerKey } from './bucket-pointers.ts';

/** An upload without an end for this long was ended long before by its own limits. */
const STALE_AFTER_MS = 24 * 3600_000;

/** Removes old artifacts that nothing needs, and bytes that nothing points to. Returns how many artifacts. */
export async function collectBucket(pointers: BucketPointers, options: CollectOptions): Promise<number> {
  const pointedTo = new Set<string>();
  let removed = 0;
  for await (const { key } of pointers.list('artifacts/')) {
    const sha256 = key.slice(pointerKey('').length);
    // Read again, right before the deletion: a write of the same content makes it young.
    const pointer = await pointers.read(sha256);
    if (pointer === undefined) continue;
    if (options.keep.has(sha256) || Date.now() - pointer.writtenAtMs <= options.olderThanMs) {
      pointedTo.add(pointer.dataKey);
      continue;
    }
    await pointers.removeArtifact(sha256, pointer);
    removed += 1;
  }
  for await (const { key, writtenAtMs } of pointers.list('data/')) {
    if (!pointedTo.has(key) && Date.now() - writtenAtMs > STALE_AFTER_MS) await pointers.remove(key);
  }
  return removed;
}
