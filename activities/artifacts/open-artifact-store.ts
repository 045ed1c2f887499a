import { waybillError } from '../../common/errors/catalogue.ts';
import type { ArtifactsConfig } from '../../config/types.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { openBucketStore } from './bucket-store.ts';
import { openFolderStore } from './folder-store.ts';

/**
 * The artifact store that `artifacts` of the configuration describes. Safe to repeat.
 * @throws WAYBILL_ARTIFACT_NO_BUCKET, WAYBILL_ARTIFACT_NOT_WRITABLE, WAYBILL_S3_*
 */
export async function openArtifactStore(config: ArtifactsConfig): Promise<ArtifactStore> {
  if (config.kind === 'folder') return openFolderStore(config.folder);
  if (config.s3 === undefined) throw waybillError('WAYBILL_ARTIFACT_NO_BUCKET');
  return openBucketStore(config.s3);
}
