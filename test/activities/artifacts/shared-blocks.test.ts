import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolderStore } from '../../../activities/artifacts/folder-store.ts';
import { BLOCK_BYTES, BlockRing } from '../../../activities/shared-blocks.ts';

describe('a folder store', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-blocks-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  it('keeps blocks of shared memory as they came, though they are used again, and several files at a time', async () => {
    const store = await openFolderStore(folder);
    const sizes = fc.array(fc.integer({ min: 1, max: BLOCK_BYTES }), { minLength: 1, maxLength: 30 });

    await fc.assert(
      fc.asyncProperty(fc.array(sizes, { minLength: 1, maxLength: 3 }), async (files) => {
        await Promise.all(
          files.map(async (blockSizes) => {
            const bytes = randomBytes(blockSizes.reduce((sum, size) => sum + size, 0));
            const stored = await store.write(inTurn(bytes, blockSizes));
            expect(stored).toEqual({ sha256: hashOf(bytes), sizeBytes: bytes.length });
            expect(hashOf(await readFile(store.localPath(stored.sha256)))).toBe(stored.sha256);
          }),
        );
      }),
      { numRuns: 20 },
    );
  });

  it('copies bytes of other memory, blocks longer than its own too', async () => {
    const store = await openFolderStore(folder);
    const bytes = randomBytes(3 * BLOCK_BYTES + 5);

    const stored = await store.write(whole(bytes));

    expect(stored).toEqual({ sha256: hashOf(bytes), sizeBytes: bytes.length });
  });
});

async function* inTurn(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const ring = new BlockRing();
  let at = 0;
  for (const size of sizes) {
    const block = ring.next().subarray(0, size);
    block.set(bytes.subarray(at, at + size));
    at += size;
    yield block;
  }
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
