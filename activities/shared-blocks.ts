/** Bytes a block: large enough that handing one on costs nothing against what is done with it. */
export const BLOCK_BYTES = 1024 * 1024;
/** How many blocks a reader may hold on to, the one just read included; the oldest is overwritten after that. */
export const HELD_BLOCKS = 4;
/** Blocks that wait in the stream between both sides, at most; one more is just being filled. */
export const QUEUED_BLOCKS = 3;

/**
 * Blocks of memory that all threads share, used in turn: a transfer of any size allocates nothing, and its bytes go to
 * the thread that writes them without being copied. Each is allocated when its turn first comes.
 */
export class BlockRing {
  readonly #blocks: Uint8Array[] = [];
  readonly #count: number;
  #turn = 0;

  constructor(count = HELD_BLOCKS + QUEUED_BLOCKS + 1) {
    this.#count = count;
  }

  /** The next block. What it held before is void. */
  next(): Uint8Array {
    const at = this.#turn++ % this.#count;
    return (this.#blocks[at] ??= new Uint8Array(new SharedArrayBuffer(BLOCK_BYTES)));
  }
}

/** Whether another thread sees the same bytes without a copy. */
export function isShared(block: Uint8Array): boolean {
  return block.buffer instanceof SharedArrayBuffer;
}
