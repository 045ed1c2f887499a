import { Worker } from 'node:worker_threads';
import { BlockRing, BLOCK_BYTES, HELD_BLOCKS, isShared } from '../shared-blocks.ts';
import type { FileAnswer, FileFailure, FileOrder, FileWork } from './file-orders.ts';

/**
 * A new file that a thread of its own hashes and writes. Every method fails with the file error as it came; then the
 * file is to be discarded.
 */
export interface ThreadFile {
  /** Takes the bytes of a block and resolves when the next is welcome: at most `HELD_BLOCKS` are then still being used. */
  write(block: Uint8Array): Promise<void>;
  /** SHA-256 in lower-case hex, once all is flushed to disk and the file is closed. */
  finish(): Promise<string>;
  /** Closes it as it is. Never fails. */
  discard(): Promise<void>;
}

/** Makes the file, which must not be there yet. @throws file errors */
export async function openInThread(path: string): Promise<ThreadFile> {
  thread ??= new FileThread((ended) => {
    if (thread === ended) thread = undefined;
  });
  return thread.open(path);
}

/** One for the process, started with its first file: hashing and writing need no more than one core. */
let thread: FileThread | undefined;

class FileThread {
  readonly #worker = new Worker(new URL('./file-thread-entry.ts', import.meta.url));
  readonly #files = new Map<number, FileInThread>();
  #lastFile = 0;

  /** `onEnd` is called when the thread can take no more files. */
  constructor(onEnd: (ended: FileThread) => void) {
    // Only a file that is being written keeps the process alive.
    this.#worker.unref();
    this.#worker.on('message', (answer: FileAnswer) => this.#files.get(answer.file)?.take(answer));
    this.#worker.once('error', (error) => this.#end(error, onEnd));
    this.#worker.once('exit', () => this.#end(new Error('the thread that writes files has ended'), onEnd));
  }

  async open(path: string): Promise<ThreadFile> {
    const number = ++this.#lastFile;
    if (this.#files.size === 0) this.#worker.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    const send = (order: FileOrder): void => this.#worker.postMessage(order);
    const file = new FileInThread(number, send, () => this.#close(number));
    this.#files.set(number, file);
    await file.open(path);
    return file;
  }

  #close(number: number): void {
    this.#files.delete(number);
    if (this.#files.size === 0) this.#worker.unref();
  }

  #end(error: Error, onEnd: (ended: FileThread) => void): void {
    onEnd(this);
    for (const file of this.#files.values()) file.fail(error);
    this.#files.clear();
  }
}

interface Waiting {
  resolve(sha256: string | undefined): void;
  reject(error: Error): void;
}

class FileInThread implements ThreadFile {
  readonly #file: number;
  readonly #send: (order: FileOrder) => void;
  readonly #onClose: () => void;
  readonly #ring = new BlockRing(HELD_BLOCKS + 1);
  /** Orders without an answer yet, by number. */
  readonly #waiting = new Map<number, Waiting>();
  /** The blocks that are being written, oldest first. */
  readonly #writing: Promise<unknown>[] = [];
  #lastOrder = 0;
  #failure: Error | undefined;

  constructor(file: number, send: (order: FileOrder) => void, onClose: () => void) {
    this.#file = file;
    this.#send = send;
    this.#onClose = onClose;
  }

  async open(path: string): Promise<void> {
    try {
      await this.#order({ kind: 'open', path });
    } catch (error) {
      this.#onClose();
      throw error;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (const block of this.#inSharedBlocks(bytes)) {
      const writing = this.#order({ kind: 'write', block });
      // Awaited some blocks later; until then its failure is no unhandled one.
      writing.catch(() => undefined);
      this.#writing.push(writing);
      while (this.#writing.length >= HELD_BLOCKS) await this.#writing.shift();
    }
  }

  async finish(): Promise<string> {
    await Promise.all(this.#writing);
    const sha256 = await this.#order({ kind: 'finish' });
    this.#onClose();
    return sha256 ?? '';
  }

  async discard(): Promise<void> {
    await this.#order({ kind: 'discard' }).catch(() => undefined);
    this.#onClose();
  }

  take(answer: FileAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (answer.failure) waiting?.reject(errorOf(answer.failure));
    else waiting?.resolve(answer.sha256);
  }

  fail(error: Error): void {
    this.#failure = error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  #order(work: FileWork): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      const number = ++this.#lastOrder;
      this.#waiting.set(number, { resolve, reject });
      this.#send({ file: this.#file, number, ...work });
    });
  }

  *#inSharedBlocks(bytes: Uint8Array): Generator<Uint8Array> {
    if (isShared(bytes)) {
      yield bytes;
      return;
    }
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const part = bytes.subarray(at, at + BLOCK_BYTES);
      const block = this.#ring.next();
      block.set(part);
      yield block.subarray(0, part.length);
    }
  }
}

function errorOf({ message, code, syscall, path }: FileFailure): Error {
  return Object.assign(new Error(message), { code, syscall, ...(path === undefined ? {} : { path }) });
}
