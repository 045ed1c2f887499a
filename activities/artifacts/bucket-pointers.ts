import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { ObjectClients } from '../s3/object-client.ts';
import { isNotFound } from '../s3/s3-errors.ts';

const DATA_KEY = 'waybill-data-key';
const SIZE_BYTES = 'waybill-size-bytes';

/** Where the bytes of an artifact are. */
export interface Pointer {
  /** Key without the store's prefix. */
  dataKey: string;
  sizeBytes: number;
  writtenAtMs: number;
}

/**
 * The objects of a bucket store. The bytes are written before their hash is known, so they stand under `data/<uuid>`;
 * an empty object `artifacts/<sha256>` points to them, appears in one step and makes the artifact exist.
 */
export class BucketPointers {
  readonly #clients: ObjectClients;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(clients: ObjectClients, bucket: string, prefix: string) {
    this.#clients = clients;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: `${this.#prefix}${key}` };
  }

  async read(sha256: string): Promise<Pointer | undefined> {
    const head = await ifFound(() => this.#clients.retrying.send(new HeadObjectCommand(this.at(pointerKey(sha256)))));
    const dataKey = head?.Metadata?.[DATA_KEY];
    if (head === undefined || dataKey === undefined) return undefined;
    return { dataKey, sizeBytes: Number(head.Metadata?.[SIZE_BYTES]), writtenAtMs: head.LastModified?.getTime() ?? 0 };
  }

  /** Makes the artifact exist, or count as written now. */
  async write(sha256: string, { dataKey, sizeBytes }: Omit<Pointer, 'writtenAtMs'>): Promise<void> {
    const Metadata = { [DATA_KEY]: dataKey, [SIZE_BYTES]: String(sizeBytes) };
    const empty = { Body: new Uint8Array(), ContentLength: 0 };
    await this.#clients.retrying.send(new PutObjectCommand({ ...this.at(pointerKey(sha256)), ...empty, Metadata }));
  }

  /** Size of the bytes as the store has them; undefined when they are not there. */
  async dataSize({ dataKey }: Pick<Pointer, 'dataKey'>): Promise<number | undefined> {
    const head = await ifFound(() => this.#clients.retrying.send(new HeadObjectCommand(this.at(dataKey))));
    return head?.ContentLength;
  }

  async removeArtifact(sha256: string, { dataKey }: Pointer): Promise<void> {
    await this.remove(pointerKey(sha256));
    await this.remove(dataKey);
  }

  async remove(key: string): Promise<void> {
    await this.#clients.retrying.send(new DeleteObjectCommand(this.at(key)));
  }

  /** Keys without the store's prefix, below `folder`, and when each was written. */
  async *list(folder: 'artifacts/' | 'data/'): AsyncGenerator<{ key: string; writtenAtMs: number }> {
    const query = { Bucket: this.#bucket, Prefix: `${this.#prefix}${folder}` };
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#clients.retrying }, query)) {
      for (const { Key = '', LastModified } of Contents) {
        yield { key: Key.slice(this.#prefix.length), writtenAtMs: LastModified?.getTime() ?? 0 };
      }
    }
  }

  /** The text of `store-id`, put there by whoever comes first. */
  async storeId(candidate: string): Promise<string> {
    const object = this.at('store-id');
    const read = (): Promise<string | undefined> => this.#text(object);
    const existing = await read();
    if (existing !== undefined) return existing;
    try {
      await this.#clients.once.send(new PutObjectCommand({ ...object, Body: candidate, IfNoneMatch: '*' }));
    } catch (error) {
      const { name } = error as Error;
      if (name === 'NotImplemented')
        await this.#clients.once.send(new PutObjectCommand({ ...object, Body: candidate }));
      else if (name !== 'PreconditionFailed' && name !== 'ConditionalRequestConflict') throw error;
    }
    return (await read()) ?? candidate;
  }

  async #text(object: { Bucket: string; Key: string }): Promise<string | undefined> {
    const found = await ifFound(() => this.#clients.retrying.send(new GetObjectCommand(object)));
    return (await found?.Body?.transformToString())?.trim();
  }
}

export function pointerKey(sha256: string): string {
  return `artifacts/${sha256}`;
}

async function ifFound<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
