import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSmallDisk, type SmallDisk } from '../../../sandbox/disk/open-small-disk.ts';

describe('a small disk', () => {
  let disk: SmallDisk | undefined;

  beforeAll(async () => {
    disk = await openSmallDisk(1024 * 1024);
  });

  afterAll(() => disk?.close());

  it('is full when it is full, and has room again', async ({ skip }) => {
    if (disk === undefined) return skip('this process may not mount a disk');
    const file = path.join(disk.folder, 'file');
    await disk.fill(16 * 1024);

    await expect(writeFile(file, Buffer.alloc(100_000))).rejects.toMatchObject({ code: 'ENOSPC' });
    await disk.free();
    await writeFile(file, Buffer.alloc(100_000));

    expect(await readFile(file)).toHaveLength(100_000);
    await expect(writeFile(path.join(disk.folder, 'more'), Buffer.alloc(2_000_000))).rejects.toThrow('ENOSPC');
  });
});
