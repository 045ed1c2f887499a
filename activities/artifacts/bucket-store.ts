import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { ObjectStoreConfig } from '../../config/types.ts';
import { endAbandonedUploads } from '../s3/abandoned-uploads.ts';
import { createObjectClients, type ObjectClients } from '../s3/object-client.ts';
import { asS3Error, type BucketPlace, isNotFound } from '../s3/s3-errors.ts';
import { uploadStream } from '../s3/upload-stream.ts';
import {
  type ArtifactStore,
  type CollectOptions,
  elsewhere,
  type RandomAccess,
  type StoredArtifact,
  type WriteOptions,
} from './artifact-store.ts';
import { isShared } from '../shared-blocks.ts';
import { BucketPointers } from './bucket-pointers.ts';
import { ByteCount } from './byte-count.ts';
import { collectBucket } from './collect-bucket.ts';
import { folderError } from './folder-files.ts';
import { spoolTo } from './spooled-file.ts';
import { temporaryName } from './temporary-names.ts';

/**
 * The store in an S3 bucket, for workers on several hosts. Safe to repeat.
 * @throws WAYBILL_ARTIFACT_ELSEWHERE when `expectedStoreId` is not the id of this bucket's store; WAYBILL_S3_*
 */
export async function openBucketStore(
  config: ObjectStoreConfig,
  options: { expectedStoreId?: string } = {},
): Promise<ArtifactStore> {
  const place: BucketPlace = { bucket: config.bucket, endpoint: config.endpoint ?? 'AWS', setting: 'artifacts.s3' };
  const clients = await createObjectClients(config, place.setting);
  const pointers = new BucketPointers(clients, config.bucket, config.prefix);
  const name = `s3://${config.bucket}/${config.prefix}`;
  try {
    const storeId = await told(place, 's3:GetObject', () => pointers.storeId(randomUUID()));
    const { expectedStoreId } = options;
    if (expectedStoreId !== undefined && expectedStoreId !== storeId) throw elsewhere(name, expectedStoreId, storeId);
    return new BucketStore({ clients, pointers, place, name, storeId });
  } catch (error) {
    clients.close();
    throw error;
  }
}

interface Parts {
  clients: ObjectClients;
  pointers: BucketPointers;
  place: BucketPlace;
  name: string;
  storeId: string;
}

class BucketStore implements ArtifactStore {
  readonly storeId: string;
  readonly place: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.storeId = parts.storeId;
    this.place = parts.name;
  }

  async write(source: AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<StoredArtifact> {
    const { pointers, place } = this.#parts;
    const dataKey = `data/${randomUUID()}`;
    const stored = await this.#upload(dataKey, source, options);
    return told(place, 's3:PutObject', async () => {
      const foundBytes = await pointers.dataSize({ dataKey });
      if (foundBytes !== stored.sizeBytes) throw this.#damaged(stored.sha256, foundBytes, stored.sizeBytes);
      const existing = await pointers.read(stored.sha256);
      const isThere = existing !== undefined && (await pointers.dataSize(existing)) === stored.sizeBytes;
      await pointers.write(stored.sha256, isThere ? existing : { dataKey, sizeBytes: stored.sizeBytes });
      if (isThere) await pointers.remove(dataKey);
      return stored;
    });
  }

  /** On the disk of this host: what is looked at once needs no way to the bucket and back. */
  async spool(source: AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<RandomAccess> {
    const folder = tmpdir();
    return spoolTo(path.join(folder, temporaryName()), source, options).catch((error: unknown) => {
      throw folderError(folder, error);
    });
  }

  async open(sha256: string): Promise<{ stream: Readable; sizeBytes: number }> {
    const { clients, pointers, place } = this.#parts;
    return told(place, 's3:GetObject', async () => {
      const pointer = await pointers.read(sha256);
      if (pointer === undefined) throw this.#missing(sha256);
      const found = await clients.retrying
        .send(new GetObjectCommand(pointers.at(pointer.dataKey)))
        .catch((error: unknown) => {
          throw isNotFound(error) ? this.#missing(sha256) : error;
        });
      const stream = found.Body as Readable;
      if (found.ContentLength === pointer.sizeBytes) return { stream, sizeBytes: pointer.sizeBytes };
      stream.destroy();
      throw this.#damaged(sha256, found.ContentLength, pointer.sizeBytes);
    });
  }

  async look(sha256: string): Promise<RandomAccess> {
    const { clients, pointers, place } = this.#parts;
    const pointer = await told(place, 's3:GetObject', () => pointers.read(sha256));
    if (pointer === undefined) throw this.#missing(sha256);
    const object = pointers.at(pointer.dataKey);
    const read = (offset: number, length: number, abortSignal?: AbortSignal): Promise<Uint8Array> =>
      told(place, 's3:GetObject', async () => {
        const Range = `bytes=${offset}-${offset + length - 1}`;
        const { Body } = await clients.retrying.send(new GetObjectCommand({ ...object, Range }), { abortSignal });
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      });
    return { sizeBytes: pointer.sizeBytes, read, close: async () => undefined };
  }

  async stat(sha256: string): Promise<{ sizeBytes: number } | undefined> {
    const { pointers, place } = this.#parts;
    return told(place, 's3:GetObject', async () => {
      const pointer = await pointers.read(sha256);
      const foundBytes = pointer && (await pointers.dataSize(pointer));
      if (pointer === undefined || foundBytes === undefined) return undefined;
      if (foundBytes !== pointer.sizeBytes) throw this.#damaged(sha256, foundBytes, pointer.sizeBytes);
      return { sizeBytes: foundBytes };
    });
  }

  async collect(options: CollectOptions): Promise<number> {
    const { pointers, place } = this.#parts;
    return told(place, 's3:ListBucket or s3:DeleteObject', () => collectBucket(pointers, options));
  }

  async endAbandonedUploads(olderThanMs: number): Promise<number> {
    const { clients, pointers, place } = this.#parts;
    const { Bucket: bucket, Key: prefix } = pointers.at('data/');
    const isOwnKey = (key: string): boolean => key.startsWith(prefix);
    return told(place, 's3:ListBucketMultipartUploads or s3:AbortMultipartUpload', () =>
      endAbandonedUploads(clients.retrying, { bucket, prefix, isOwnKey, olderThanMs }),
    );
  }

  async #upload(dataKey: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<StoredArtifact> {
    const { clients, pointers, place } = this.#parts;
    const content = meteredContent(source, options);
    await uploadStream({
      clients,
      object: { ...pointers.at(dataKey), ContentType: 'application/octet-stream' },
      body: content.chunks,
      sizeBytes: options.expectedSizeBytes,
      signal: options.signal,
      explain: (error) => asS3Error(error, 's3:PutObject', place),
    });
    const stored = content.stored();
    // An upload ends well only with the end of its body.
    if (!stored) throw new Error('the upload ended before its body');
    return stored;
  }

  #missing(sha256: string): Error {
    return waybillError('WAYBILL_ARTIFACT_MISSING', { sha256, store: this.place });
  }

  #damaged(sha256: string, foundBytes: number | undefined, expectedBytes: number): Error {
    return waybillError('WAYBILL_ARTIFACT_DAMAGED', { sha256, store: this.place, foundBytes, expectedBytes });
  }
}

/** The chunks, hashed as they pass; a wrong size fails before they end, so that the upload never completes. */
function meteredContent(
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): { chunks: AsyncIterable<Uint8Array>; stored(): StoredArtifact | undefined } {
  const count = new ByteCount(options);
  const hash = createHash('sha256');
  let stored: StoredArtifact | undefined;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      count.add(chunk.length);
      hash.update(chunk);
      // A part of the upload gathers more blocks than a source leaves alone.
      yield isShared(chunk) ? Buffer.from(chunk) : chunk;
    }
    stored = { sizeBytes: count.finish(), sha256: hash.digest('hex') };
  }
  return { chunks: chunks(), stored: () => stored };
}

async function told<T>(place: BucketPlace, operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asS3Error(error, operation, place);
  }
}
