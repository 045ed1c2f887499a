import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { BLOCK_BYTES, BlockRing, QUEUED_BLOCKS } from '../../shared-blocks.ts';
import { collectYoungGarbage } from './young-garbage.ts';

/** Bytes of a reply after which the pieces that they came in are collected. */
const COLLECT_EVERY_BYTES = 8 * 1024 * 1024;

/**
 * The file in a reply, as a stream of blocks of a MiB: it comes in thousands of pieces of 16 kB, each of which would cost its
 * reader as much as a block does. The pace of the reader holds the site back.
 */
export class ReplyFile {
  /** Blocks of a ring when they are taken in turn, else of their own. */
  readonly stream: Readable;
  readonly #controller: Dispatcher.DispatchController;
  readonly #ring: BlockRing | undefined;
  #block: Uint8Array | undefined;
  #filledBytes = 0;
  #uncollectedBytes = 0;

  constructor(controller: Dispatcher.DispatchController, { inTurn }: { readonly inTurn: boolean }) {
    this.#controller = controller;
    this.#ring = inTurn ? new BlockRing() : undefined;
    this.stream = new Readable({
      // One more comes while the connection is being held.
      highWaterMark: QUEUED_BLOCKS - 1,
      objectMode: true,
      read: () => controller.resume(),
      destroy(error, done) {
        // After a whole reply this does nothing; otherwise the reader has had enough.
        controller.abort(error ?? new Error('The reader of the file stopped'));
        done(error);
      },
    });
    // It may break before anybody reads: whoever reads then is told, and nobody else is to be.
    this.stream.on('error', () => undefined);
  }

  /** Memory for the next bytes of the file: a piece that was put there is not copied. */
  room(): Uint8Array {
    this.#block ??= this.#ring?.next() ?? new Uint8Array(BLOCK_BYTES);
    return this.#block.subarray(this.#filledBytes);
  }

  add(piece: Uint8Array): void {
    if (this.#isInPlace(piece)) {
      this.#fill(piece.length);
      return;
    }
    for (let at = 0; at < piece.length; ) {
      const room = this.room();
      const part = piece.subarray(at, at + room.length);
      room.set(part);
      this.#fill(part.length);
      at += part.length;
    }
    this.#uncollectedBytes += piece.length;
    if (this.#uncollectedBytes < COLLECT_EVERY_BYTES) return;
    this.#uncollectedBytes = 0;
    collectYoungGarbage();
  }

  end(): void {
    if (this.#filledBytes > 0) this.#push();
    this.stream.push(null);
  }

  fail(error: Error): void {
    this.stream.destroy(error);
  }

  #isInPlace(piece: Uint8Array): boolean {
    const block = this.#block;
    return piece.buffer === block?.buffer && piece.byteOffset === block.byteOffset + this.#filledBytes;
  }

  #fill(bytes: number): void {
    this.#filledBytes += bytes;
    if (this.#filledBytes === BLOCK_BYTES && !this.#push()) this.#controller.pause();
  }

  #push(): boolean {
    const whole = this.#block?.subarray(0, this.#filledBytes);
    this.#block = undefined;
    this.#filledBytes = 0;
    return this.stream.push(whole);
  }
}
