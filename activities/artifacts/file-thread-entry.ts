/** The thread that hashes and writes files: the main one has its hands full with receiving them. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import type { FileAnswer, FileFailure, FileOrder } from './file-orders.ts';

/** Bytes between flushes: the disk works all along, and the last flush is short. */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024;

/** One file that is being written. Blocks come in order; several of them are written at the same time, each at its place. */
class WrittenFile {
  readonly #hash = createHash('sha256');
  readonly #handle: Promise<FileHandle>;
  readonly #writing = new Set<Promise<void>>();
  #flushing: Promise<void> = Promise.resolve();
  #unflushedBytes = 0;
  #sizeBytes = 0;

  constructor(path: string) {
    this.#handle = open(path, 'wx', 0o600);
  }

  async opened(): Promise<void> {
    await this.#handle;
  }

  /** Hashes while the system writes. */
  async write(block: Uint8Array): Promise<void> {
    const writing = this.#writeAt(block, this.#sizeBytes);
    this.#sizeBytes += block.length;
    this.#writing.add(writing);
    // Awaited below; until then its failure is no unhandled one.
    writing.catch(() => undefined);
    this.#hash.update(block);
    await writing.finally(() => this.#writing.delete(writing));
    this.#unflushedBytes += block.length;
    if (this.#unflushedBytes < FLUSH_EVERY_BYTES) return;
    this.#unflushedBytes = 0;
    const former = this.#flushing;
    // Behind the former one, so that whoever waits for the last learns of the failure of any.
    this.#flushing = former.then(async () => (await this.#handle).datasync());
    this.#flushing.catch(() => undefined);
    await former;
  }

  /** Flushed to disk and closed. */
  async finish(): Promise<string> {
    const handle = await this.#handle;
    try {
      await this.#flushing;
      await handle.sync();
    } catch (error) {
      await this.discard();
      throw error;
    }
    await handle.close();
    return this.#hash.digest('hex');
  }

  async discard(): Promise<void> {
    await Promise.allSettled([...this.#writing, this.#flushing]);
    await this.#handle.then((handle) => handle.close()).catch(() => undefined);
  }

  async #writeAt(block: Uint8Array, position: number): Promise<void> {
    const handle = await this.#handle;
    for (let at = 0; at < block.length; ) {
      at += (await handle.write(block, at, block.length - at, position + at)).bytesWritten;
    }
  }
}

const files = new Map<number, WrittenFile>();

parentPort?.on('message', (order: FileOrder) => void answer(order));

async function answer(order: FileOrder): Promise<void> {
  const { file, number } = order;
  const reply = await carryOut(order).then(
    (sha256): FileAnswer => ({ file, number, sha256 }),
    (error: unknown): FileAnswer => ({ file, number, failure: failureOf(error) }),
  );
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(reply);
}

async function carryOut(order: FileOrder): Promise<string | undefined> {
  const file = files.get(order.file);
  switch (order.kind) {
    case 'open': {
      const opened = new WrittenFile(order.path);
      files.set(order.file, opened);
      await opened.opened().catch((error: unknown) => {
        files.delete(order.file);
        throw error;
      });
      return undefined;
    }
    case 'write':
      await file?.write(order.block);
      return undefined;
    case 'finish':
      files.delete(order.file);
      return file?.finish();
    default:
      files.delete(order.file);
      await file?.discard();
      return undefined;
  }
}

function failureOf(error: unknown): FileFailure {
  const { message, code, syscall, path } = error as NodeJS.ErrnoException;
  return { message, code, syscall, path };
}
