import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { untilAborted } from '../artifacts/until-aborted.ts';
import type { ObjectClients } from './object-client.ts';

const MIN_PART_BYTES = 8 * 1024 * 1024;
/** S3 takes 10,000 parts at most: up to 150 GB where nobody knows the size before. */
const UNKNOWN_SIZE_PART_BYTES = 16 * 1024 * 1024;
const MOST_PARTS = 9_500;
const PARTS_AT_ONCE = 4;

export interface StreamUpload {
  clients: ObjectClients;
  object: Omit<PutObjectCommandInput, 'Body'>;
  body: AsyncIterable<Uint8Array>;
  /** In bytes; undefined when it is not known before the end. */
  sizeBytes?: number;
  signal?: AbortSignal;
  /** The error to throw for a failed call of the store. */
  explain: (error: unknown) => unknown;
}

/**
 * Version of the object, once all of the body is stored. A small body goes in one request, a larger one in parts, of
 * which at most four are in memory. On any failure or abort the requests under way end, no part is left at the store,
 * and the first cause is thrown: an error of the body and the reason of the abort as they are, the store's explained.
 */
export async function uploadStream(upload: StreamUpload): Promise<{ versionId: string | undefined }> {
  const { object, sizeBytes, signal } = upload;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const body = Readable.from(stoppingBody(upload.body, stop), { objectMode: false });
  const running = new Upload({
    client: stoppingClient(upload, stop),
    params: { ...object, Body: body },
    queueSize: PARTS_AT_ONCE,
    partSize: partBytes(sizeBytes),
  });
  const abort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const { VersionId } = await running.done();
    return { versionId: VersionId };
  } catch (error) {
    stop.signal.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
    body.destroy();
  }
}

function partBytes(sizeBytes: number | undefined): number {
  if (sizeBytes === undefined) return UNKNOWN_SIZE_PART_BYTES;
  return Math.max(MIN_PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS));
}

async function* stoppingBody(body: AsyncIterable<Uint8Array>, stop: AbortController): AsyncGenerator<Uint8Array> {
  try {
    yield* untilAborted(body, stop.signal);
  } catch (error) {
    stop.abort(error);
    throw error;
  }
}

/**
 * The library itself ends no request on abort, and after a failed part it goes on with the rest of the body. So its
 * first failure stops all the others; only the call that removes the parts is let through. What makes the object
 * appear is sent once: after a lost reply a repeat would make a second version.
 */
function stoppingClient({ clients, explain }: StreamUpload, stop: AbortController): S3Client {
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    if (command instanceof AbortMultipartUploadCommand) return clients.retrying.send(command);
    const makesObject = command instanceof PutObjectCommand || command instanceof CompleteMultipartUploadCommand;
    try {
      return await clients[makesObject ? 'once' : 'retrying'].send(command, { abortSignal: stop.signal });
    } catch (error) {
      stop.abort(explain(error));
      throw error;
    }
  };
  return Object.create(clients.retrying, { send: { value: send } }) as S3Client;
}
