import { HeadObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { isNotFound } from './s3-errors.ts';
import { readMetadata } from './version-key.ts';

/** A repeat comes soon after the try it repeats, and one app is not promoted that often in between. */
const LOOK_BACK = 10;

export interface FoundVersion {
  readonly versionId: string;
  /** Hex; empty where its metadata names none. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** The newest of the last versions under `key` that this promotion wrote. The store lists newest first. */
export async function findVersion(
  client: S3Client,
  bucket: string,
  key: string,
  promotionKey: string,
): Promise<FoundVersion | undefined> {
  const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, MaxKeys: 2 * LOOK_BACK });
  const { Versions = [] } = await client.send(command);
  const newest = Versions.filter(({ Key }) => Key === key).slice(0, LOOK_BACK);
  const found = await Promise.all(
    newest.map(async ({ VersionId: versionId = '', Size: sizeBytes = 0 }) => ({
      versionId,
      sizeBytes,
      ...(await metadataOf(client, bucket, key, versionId)),
    })),
  );
  const own = found.find((version) => version.promotionKey === promotionKey);
  return own && { versionId: own.versionId, sha256: own.sha256 ?? '', sizeBytes: own.sizeBytes };
}

async function metadataOf(
  client: S3Client,
  bucket: string,
  key: string,
  versionId: string,
): Promise<{ promotionKey: string; sha256: string } | undefined> {
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    return readMetadata(head.Metadata);
  } catch (error) {
    // Deleted since it was listed.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
