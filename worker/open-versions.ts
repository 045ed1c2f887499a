import { createVersionStore, type VersionStore } from '../activities/s3/version-store.ts';
import type { Config } from '../config/types.ts';

/** The version store of a configuration, opened when it is first needed; an opening that failed is tried again. */
export function openVersions(config: Config): () => Promise<VersionStore> {
  let opening: Promise<VersionStore> | undefined;
  return () => {
    opening ??= createVersionStore(config.versioning).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}
