import type { Readable } from 'node:stream';
import { waybillError } from '../../common/errors/catalogue.ts';
import { hostname } from 'node:os';

export interface WriteOptions {
  /** Size that was announced, in bytes; another size is an error and keeps nothing. */
  expectedSizeBytes?: number;
  /** Told the total of bytes taken so far, for every chunk. */
  onBytes?: (totalBytes: number) => void;
  /** Told once, when all bytes have come; they are not stored for good yet. */
  onReceived?: (() => void) | undefined;
  /** Ends the write with the signal's reason; nothing is kept. */
  signal?: AbortSignal;
}

export interface OpenOptions {
  /**
   * The reader sends each chunk on and keeps none: it asks for no more while two chunks wait to be sent, as an HTTP request
   * does. Then chunks may be used again. Default false.
   */
  sendsAtOnce?: boolean;
}

/** Bytes at any place of an artifact. */
export interface RandomAccess {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`, which lie inside. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface StoredArtifact {
  /** Lower-case hex of the content; the artifact's name. */
  sha256: string;
  sizeBytes: number;
}

export interface CollectOptions {
  /** Hashes that open promotions still need: never removed. */
  keep: ReadonlySet<string>;
  /** Only what was last written longer ago than this is removed. */
  olderThanMs: number;
}

/** Exported apps by the SHA-256 of their bytes. An artifact is there whole or not at all. */
export interface ArtifactStore {
  /** Stands for this very store: equal on two hosts when both see the same files. */
  readonly storeId: string;
  /** What to call it in a message: folder or bucket. */
  readonly place: string;
  /**
   * Name and size of the bytes, once they are stored for good. Memory stays flat. The source may use shared memory again
   * as `HELD_BLOCKS` allows; its other chunks must not change. Safe to repeat and to run several times at once, also with
   * the same content. An error of the source comes through unchanged.
   * @throws WAYBILL_ARTIFACT_SIZE_MISMATCH, WAYBILL_ARTIFACT_DISK_FULL, WAYBILL_ARTIFACT_NOT_WRITABLE,
   * WAYBILL_ARTIFACT_FILE_BUSY, WAYBILL_S3_*
   */
  write(source: AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<StoredArtifact>;
  /**
   * Bytes to look at once, at any place: a temporary file on this host, never an artifact, which is gone once the caller
   * closes it. Memory stays flat; the source as with `write`.
   * @throws as `write`
   */
  spool(source: AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<RandomAccess>;
  /**
   * The bytes of an artifact that has its full size. The caller reads or destroys the stream.
   * @throws WAYBILL_ARTIFACT_MISSING, WAYBILL_ARTIFACT_DAMAGED
   */
  open(sha256: string, options?: OpenOptions): Promise<{ stream: Readable; sizeBytes: number }>;
  /** Size of a whole artifact, or undefined when it is not there. @throws WAYBILL_ARTIFACT_DAMAGED */
  stat(sha256: string): Promise<{ sizeBytes: number } | undefined>;
  /**
   * The bytes of an artifact at any place; the caller closes it.
   * @throws WAYBILL_ARTIFACT_MISSING, WAYBILL_ARTIFACT_DAMAGED
   */
  look(sha256: string): Promise<RandomAccess>;
  /** Where the artifact's file is, or would be; only of a store that is a folder. */
  localPath?(sha256: string): string;
  /** Removes old artifacts that nothing needs, and what crashes left behind. Returns how many artifacts. */
  collect(options: CollectOptions): Promise<number>;
  /** Ends uploads in parts that a dead process left half-way; returns how many, none for a folder. @throws WAYBILL_S3_* */
  endAbandonedUploads(olderThanMs: number): Promise<number>;
}

/**
 * Nothing when the store is the one where the artifact was written.
 * @throws WAYBILL_ARTIFACT_ELSEWHERE when the worker of another host, with another folder, was asked for it
 */
export function requireStore(store: ArtifactStore, expectedStoreId: string): void {
  if (store.storeId !== expectedStoreId) throw elsewhere(store.place, expectedStoreId, store.storeId);
}

export function elsewhere(store: string, expectedStoreId: string, foundStoreId: string): Error {
  return waybillError('WAYBILL_ARTIFACT_ELSEWHERE', { store, expectedStoreId, foundStoreId, host: hostname() });
}
