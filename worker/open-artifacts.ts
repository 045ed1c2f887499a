import { openArtifactStore } from '../activities/artifacts/open-artifact-store.ts';
import type { ArtifactStore } from '../activities/artifacts/artifact-store.ts';
import type { Config } from '../config/types.ts';

/** The artifact store of a configuration, opened when it is first needed; an opening that failed is tried again. */
export function openArtifacts(config: Config): () => Promise<ArtifactStore> {
  let opening: Promise<ArtifactStore> | undefined;
  return () => {
    opening ??= openArtifactStore(config.artifacts).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
}
