import type { StreamSource } from './write-container.ts';

const BLOCK_BYTES = 1024 * 1024;
const STAMP_BYTES = 32;
const FIELD_BYTES = 256 * BLOCK_BYTES;

export interface DataEntry {
  name: string;
  source: StreamSource;
}

/**
 * The entries of `/data/`, together exactly `sizeBytes` long, always the same for equal input. One pseudo-random
 * block is shared by all; only a stamp differs (seed, entry, block number), so no memory grows and none is copied.
 */
export function dataEntries(sizeBytes: number, seed: number): DataEntry[] {
  const entries: DataEntry[] = [];
  const block = lazyBlock(seed, Math.min(sizeBytes, BLOCK_BYTES));
  for (let at = 0; at < sizeBytes; at += FIELD_BYTES) {
    const entry = entries.length;
    const length = Math.min(FIELD_BYTES, sizeBytes - at);
    entries.push({
      name: `field_${entry}`,
      source: { sizeBytes: length, chunks: () => stampedBlocks(block(), seed, entry, length) },
    });
  }
  return entries;
}

function* stampedBlocks(block: Buffer, seed: number, entry: number, sizeBytes: number): Generator<Buffer> {
  for (let number = 0, left = sizeBytes; left > 0; number += 1) {
    const length = Math.min(BLOCK_BYTES, left);
    const stamp = Buffer.alloc(STAMP_BYTES);
    stamp.writeBigUInt64LE(BigInt.asUintN(64, BigInt(seed)), 0);
    stamp.writeUInt32LE(entry, 8);
    stamp.writeUInt32LE(number, 12);
    yield stamp.subarray(0, length);
    if (length > STAMP_BYTES) yield block.subarray(STAMP_BYTES, length);
    left -= length;
  }
}

function lazyBlock(seed: number, sizeBytes: number): () => Buffer {
  let block: Buffer | undefined;
  return () => (block ??= pseudoRandomBlock(seed, sizeBytes));
}

/** xorshift32 over the block; zlib finds nothing to save in it, as in a real data model. */
function pseudoRandomBlock(seed: number, sizeBytes: number): Buffer {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4));
  let state = (Math.imul(Number(BigInt.asUintN(32, BigInt(seed))), 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return Buffer.from(words.buffer);
}
