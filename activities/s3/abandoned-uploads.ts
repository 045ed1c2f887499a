import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';

export interface AbandonedUploads {
  readonly bucket: string;
  /** What their keys begin with. */
  readonly prefix: string;
  /** A bucket may be shared: uploads to other keys are left alone. */
  readonly isOwnKey: (key: string) => boolean;
  /** Only uploads that were begun longer ago than this are ended. */
  readonly olderThanMs: number;
}

/**
 * Ends uploads in parts whose process died half-way, so that the store keeps, and bills, no parts of them. Returns how
 * many. Safe to repeat; an upload that still runs would fail and be begun anew.
 */
export async function endAbandonedUploads(client: S3Client, abandoned: AbandonedUploads): Promise<number> {
  const { bucket, isOwnKey, olderThanMs } = abandoned;
  const beganBefore = Date.now() - olderThanMs;
  let ended = 0;
  for await (const { key, uploadId, beganAtMs } of listUploads(client, abandoned)) {
    if (!isOwnKey(key) || beganAtMs > beganBefore) continue;
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }));
    ended += 1;
  }
  return ended;
}

async function* listUploads(
  client: S3Client,
  { bucket, prefix }: AbandonedUploads,
): AsyncGenerator<{ key: string; uploadId: string; beganAtMs: number }> {
  let after: { KeyMarker?: string; UploadIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...after }));
    for (const { Key: key = '', UploadId: uploadId = '', Initiated } of page.Uploads ?? []) {
      yield { key, uploadId, beganAtMs: Initiated?.getTime() ?? 0 };
    }
    if (page.IsTruncated !== true) return;
    after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
