import { randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whileBusy } from '../../../common/busy-files.ts';
import { folderError } from '../../../activities/artifacts/folder-files.ts';
import { temporaryName } from '../../../activities/artifacts/temporary-names.ts';
import { openFolderStore } from '../../../activities/artifacts/folder-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the folder of a store', () => {
  it.each([
    ['the source breaks', { error: new Error('broken') }, {}],
    ['it is aborted', {}, { signal: AbortSignal.abort(new Error('shutting down')) }],
    ['the size is wrong', {}, { expectedSizeBytes: 5 }],
  ])('holds no debris after %s', async (_, { error }: { error?: Error }, options) => {
    const store = await openFolderStore(folder);

    await expect(store.write(chunks(3_000_000, error), options)).rejects.toThrow();

    expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
    expect(await readdir(path.join(folder, 'objects'))).toEqual([]);
  });

  it('is swept of stale temporary files, but not of those being written', async () => {
    await openFolderStore(folder);
    const [stale, fresh] = ['stale.part', 'fresh.part'].map((name) => path.join(folder, 'incoming', name)) as [
      string,
      string,
    ];
    for (const file of [stale, fresh]) await writeFile(file, 'x');
    await utimes(stale, new Date(0), new Date(0));

    await openFolderStore(folder);

    expect([existsSync(stale), existsSync(fresh)]).toEqual([false, true]);
  });

  it('is swept at once of what a killed process of this host was writing', async () => {
    const names = new URL('../../../activities/artifacts/temporary-names.ts', import.meta.url).href;
    const script = `import { temporaryName } from ${JSON.stringify(names)}; process.stdout.write(temporaryName());`;
    const ofTheDead = execFileSync(process.execPath, ['--input-type=module', '-e', script]).toString();
    const files = [ofTheDead, temporaryName()].map((name) => path.join(folder, 'incoming', name));
    await openFolderStore(folder);
    for (const file of files) await writeFile(file, 'x');

    await openFolderStore(folder);

    expect(files.map((file) => existsSync(file))).toEqual([false, true]);
  });

  it('refuses an artifact that lost bytes, and heals when the same content is written again', async () => {
    const store = await openFolderStore(folder);
    const bytes = randomBytes(1000);
    const { sha256 } = await store.write(from(bytes));
    await truncate(store.localPath(sha256), 10);

    await expect(store.open(sha256)).rejects.toMatchObject({
      code: 'WAYBILL_ARTIFACT_DAMAGED',
      facts: { foundBytes: 10, expectedBytes: 1000 },
    });
    await store.write(from(bytes));

    expect(await store.stat(sha256)).toEqual({ sizeBytes: 1000 });
  });

  it('has no artifact whose note a crash left out', async () => {
    const store = await openFolderStore(folder);
    const { sha256 } = await store.write(from(randomBytes(10)));
    await rm(`${store.localPath(sha256)}.json`);

    expect(await store.stat(sha256)).toBeUndefined();
  });

  it('removes the notes of collected artifacts too', async () => {
    const store = await openFolderStore(folder);
    const { sha256 } = await store.write(from(randomBytes(10)));
    const past = new Date(Date.now() - 10_000);
    for (const file of [store.localPath(sha256), `${store.localPath(sha256)}.json`]) await utimes(file, past, past);

    await store.collect({ keep: new Set(), olderThanMs: 1000 });

    expect(await readdir(path.dirname(store.localPath(sha256)))).toEqual([]);
  });

  it('is refused when another one is meant', async () => {
    await openFolderStore(folder);

    const opening = openFolderStore(folder, { expectedStoreId: 'of-another-host' });

    await expect(opening).rejects.toMatchObject({ code: 'WAYBILL_ARTIFACT_ELSEWHERE', facts: { store: folder } });
  });

  it('is reported when it cannot be made', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');

    await expect(openFolderStore(path.join(file, 'store'))).rejects.toMatchObject({
      code: 'WAYBILL_ARTIFACT_NOT_WRITABLE',
      retryable: false,
    });
  });

  it.runIf(existsSync('/dev/full'))('reports a full disk', async () => {
    const failure = await writeFile('/dev/full', 'x').catch((error: unknown) => error);

    expect(folderError(folder, failure)).toMatchObject({ code: 'WAYBILL_ARTIFACT_DISK_FULL', retryable: true });
  });
});

describe('a file that another program holds', () => {
  it('is tried again until it is free', async () => {
    const busy = Object.assign(new Error('busy'), { code: 'EBUSY' });
    let tries = 0;

    const result = await whileBusy(async () => {
      tries += 1;
      if (tries < 3) throw busy;
      return mkdir(path.join(folder, 'free'));
    });

    expect(tries).toBe(3);
    expect(result).toBeUndefined();
  });

  it('is not tried again for any other error', async () => {
    const opening = whileBusy(() => readdir(path.join(folder, 'absent')));

    await expect(opening).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

async function* from(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function* chunks(sizeBytes: number, error?: Error): AsyncGenerator<Buffer> {
  yield randomBytes(sizeBytes);
  if (error !== undefined) throw error;
}
