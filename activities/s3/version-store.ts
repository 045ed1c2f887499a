import type { Readable } from 'node:stream';
import { GetBucketVersioningCommand, GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { VersioningConfig } from '../../config/types.ts';
import { endAbandonedUploads } from './abandoned-uploads.ts';
import { checkedContent } from './checked-content.ts';
import { findVersion, type FoundVersion } from './find-version.ts';
import { createObjectClients, type ObjectClients } from './object-client.ts';
import { asS3Error, type BucketPlace, isNotFound } from './s3-errors.ts';
import { uploadStream } from './upload-stream.ts';
import { isVersionKey, metadataOf, versionKey } from './version-key.ts';

export interface KeepVersionInput {
  /** From `keyOf`. */
  key: string;
  /** Called once, only when something is to be written. */
  body: () => Promise<{ stream: Readable; sizeBytes: number }>;
  promotionKey: string;
  /** Of the body, as lower-case hex. */
  sha256: string;
  appName: string;
  signal?: AbortSignal;
  /** Told the total of bytes read so far. */
  onBytes?: (totalBytes: number) => void;
}

export interface KeptVersion {
  versionId: string;
  key: string;
  /** True when an earlier try of this promotion had already written it. */
  alreadyThere: boolean;
}

/** Versions of apps in a versioned bucket: one key an app, its versions under each other. */
export interface VersionStore {
  /** The key of an app: stable, whatever the app is called. */
  keyOf(app: { site: string; appId: string }): string;
  /**
   * The version of this promotion with these bytes. Safe to repeat: looks before it writes, so a lost reply adds no
   * second version. Never writes to a bucket that keeps no versions, nor bytes with another hash or size.
   * @throws WAYBILL_VERSION_STORE_UNVERSIONED, WAYBILL_VERSION_CONTENT_MISMATCH, WAYBILL_VERSION_INCOMPLETE,
   * WAYBILL_S3_*; an error of the body comes through unchanged
   */
  keep(input: KeepVersionInput): Promise<KeptVersion>;
  /** The newest version under `key` that this promotion wrote, among the last 10. @throws WAYBILL_S3_* */
  find(promotionKey: string, key: string): Promise<FoundVersion | undefined>;
  /** The bytes of a version; the caller reads or destroys the stream. @throws WAYBILL_VERSION_MISSING, WAYBILL_S3_* */
  open(key: string, versionId: string): Promise<{ stream: Readable; sizeBytes: number }>;
  /** Ends uploads of ours that a dead process left half-way; returns how many. Safe to repeat. @throws WAYBILL_S3_* */
  endAbandonedUploads(olderThanMs: number): Promise<number>;
  /** Nothing when the bucket can be reached and keeps versions. @throws as `keep` */
  check(): Promise<void>;
  /** Closes its connections. */
  close(): void;
}

/**
 * The store that `versioning` of the configuration describes.
 * @throws WAYBILL_VERSION_STORE_OFF, WAYBILL_S3_CA_UNREADABLE
 */
export async function createVersionStore(config: VersioningConfig): Promise<VersionStore> {
  const { bucket, prefix, endpoint } = config;
  if (bucket === undefined) throw waybillError('WAYBILL_VERSION_STORE_OFF');
  const place: BucketPlace = { bucket, endpoint: endpoint ?? 'AWS', setting: 'versioning' };
  return new BucketVersionStore(await createObjectClients(config, place.setting), place, prefix);
}

class BucketVersionStore implements VersionStore {
  readonly #clients: ObjectClients;
  readonly #place: BucketPlace;
  readonly #prefix: string;

  constructor(clients: ObjectClients, place: BucketPlace, prefix: string) {
    this.#clients = clients;
    this.#place = place;
    this.#prefix = prefix;
  }

  keyOf(app: { site: string; appId: string }): string {
    return versionKey(this.#prefix, app);
  }

  async keep(input: KeepVersionInput): Promise<KeptVersion> {
    const { key, promotionKey, sha256 } = input;
    await this.check();
    const existing = await this.find(promotionKey, key);
    if (existing?.sha256 === sha256) return { versionId: existing.versionId, key, alreadyThere: true };
    const versionId = await this.#put(input);
    return { versionId, key, alreadyThere: false };
  }

  async find(promotionKey: string, key: string): Promise<FoundVersion | undefined> {
    return this.#told('s3:ListBucketVersions', () =>
      findVersion(this.#clients.retrying, this.#place.bucket, key, promotionKey),
    );
  }

  async open(key: string, versionId: string): Promise<{ stream: Readable; sizeBytes: number }> {
    const { bucket } = this.#place;
    return this.#told('s3:GetObjectVersion', async () => {
      try {
        const found = await this.#clients.retrying.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
        );
        return { stream: found.Body as Readable, sizeBytes: found.ContentLength ?? 0 };
      } catch (error) {
        if (isNotFound(error))
          throw waybillError('WAYBILL_VERSION_MISSING', { bucket, key, versionId }, { cause: error });
        throw error;
      }
    });
  }

  async endAbandonedUploads(olderThanMs: number): Promise<number> {
    const prefix = this.#prefix;
    const isOwnKey = (key: string): boolean => isVersionKey(prefix, key);
    return this.#told('s3:ListBucketMultipartUploads or s3:AbortMultipartUpload', () =>
      endAbandonedUploads(this.#clients.retrying, { bucket: this.#place.bucket, prefix, isOwnKey, olderThanMs }),
    );
  }

  async check(): Promise<void> {
    const { bucket } = this.#place;
    const { Status } = await this.#told('s3:GetBucketVersioning', () =>
      this.#clients.retrying.send(new GetBucketVersioningCommand({ Bucket: bucket })),
    );
    if (Status !== 'Enabled') throw this.#unversioned(Status ?? 'off');
  }

  close(): void {
    this.#clients.close();
  }

  async #put(input: KeepVersionInput): Promise<string> {
    const { key, signal } = input;
    const { stream, sizeBytes } = await input.body();
    try {
      const { versionId } = await uploadStream({
        clients: this.#clients,
        object: {
          Bucket: this.#place.bucket,
          Key: key,
          ContentType: 'application/octet-stream',
          Metadata: metadataOf(input),
        },
        body: checkedContent(stream, { ...input, sizeBytes }),
        sizeBytes,
        signal,
        explain: (error) => asS3Error(error, 's3:PutObject', this.#place),
      });
      if (versionId === undefined || versionId === 'null') throw this.#unversioned('off');
      await this.#verify(key, versionId, sizeBytes);
      return versionId;
    } finally {
      stream.destroy();
    }
  }

  async #verify(key: string, versionId: string, sizeBytes: number): Promise<void> {
    const { bucket } = this.#place;
    const { ContentLength } = await this.#told('s3:GetObjectVersion', () =>
      this.#clients.retrying.send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId })),
    );
    if (ContentLength === sizeBytes) return;
    const reason = `${ContentLength} bytes instead of ${sizeBytes}`;
    throw waybillError('WAYBILL_VERSION_INCOMPLETE', { bucket, key, versionId, reason });
  }

  #unversioned(status: string): Error {
    return waybillError('WAYBILL_VERSION_STORE_UNVERSIONED', { ...this.#place, status });
  }

  async #told<T>(operation: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw asS3Error(error, operation, this.#place);
    }
  }
}
