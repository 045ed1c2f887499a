/** The thread that hashes and writes files: the main one has its hands full with receiving them. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import type { FileAnswer, FileFailure, FileOrder } from './file-orders.ts';

/** Bytes between flushes: the disk works all along, and the last flush is short. */
const FLUSH_EVERY_BYTES = 16 * 1024 * 1024;

class WrittenFile {
  readonly #hash = createHash('sha256');
  readonly #handle: FileHandle;
  #flushing: Promise<void> = Promise.resolve();
  #unflushedBytes = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Hashes while the system writes. */
  async write(block: Uint8Array): Promise<void> {
    const writing = this.#writeAll(block);
    // Awaited below; until then its failure is no unhandled one.
    writing.catch(() => undefined);
    this.#hash.update(block);
    await writing;
    this.#unflushedBytes += block.length;
    if (this.#unflushedBytes < FLUSH_EVERY_BYTES) return;
    this.#unflushedBytes = 0;
    await this.#flushing;
    this.#flushing = this.#handle.datasync();
    this.#flushing.catch(() => undefined);
  }

  /** Flushed to disk and closed. */
  async finish(): Promise<string> {
    try {
      await this.#flushing;
      await this.#handle.sync();
    } catch (error) {
      await this.discard();
      throw error;
    }
    await this.#handle.close();
    return this.#hash.digest('hex');
  }

  async discard(): Promise<void> {
    await this.#flushing.catch(() => undefined);
    await this.#handle.close().catch(() => undefined);
  }

  async #writeAll(block: Uint8Array): Promise<void> {
    for (let at = 0; at < block.length; ) at += (await this.#handle.write(block, at)).bytesWritten;
  }
}

const files = new Map<number, WrittenFile>();
/** The last order of each file, so that its orders are carried out one after the other. */
const lastOrders = new Map<number, Promise<void>>();

parentPort?.on('message', (order: FileOrder) => {
  const former = lastOrders.get(order.file) ?? Promise.resolve();
  lastOrders.set(
    order.file,
    former.then(() => answer(order)),
  );
});

async function answer(order: FileOrder): Promise<void> {
  const { file } = order;
  const reply = await carryOut(order).then(
    (sha256): FileAnswer => ({ file, kind: 'done', ...(sha256 ? { sha256 } : {}) }),
    (error: unknown): FileAnswer => ({ file, kind: 'failed', failure: failureOf(error) }),
  );
  parentPort?.postMessage(reply);
}

async function carryOut(order: FileOrder): Promise<string | undefined> {
  const file = files.get(order.file);
  switch (order.kind) {
    case 'open':
      files.set(order.file, new WrittenFile(await open(order.path, 'wx', 0o640)));
      return undefined;
    case 'write':
      await file?.write(order.block);
      return undefined;
    case 'finish':
      forget(order.file);
      return file?.finish();
    default:
      forget(order.file);
      await file?.discard();
      return undefined;
  }
}

function forget(file: number): void {
  files.delete(file);
  lastOrders.delete(file);
}

function failureOf(error: unknown): FileFailure {
  const { message, code, syscall, path } = error as NodeJS.ErrnoException;
  return { message, code, syscall, path };
}
