import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { waybillError } from '../../common/errors/catalogue.ts';
import {
  type ArtifactStore,
  type CollectOptions,
  elsewhere,
  type OpenOptions,
  type RandomAccess,
  type StoredArtifact,
  type WriteOptions,
} from './artifact-store.ts';
import { codeOf, whileBusy } from '../../common/busy-files.ts';
import { collectFolder, sweepIncoming } from './collect-folder.ts';
import { type FolderFiles, folderError, folderFiles } from './folder-files.ts';
import { ensureStoreId } from './store-id.ts';
import { randomAccess } from './random-access.ts';
import { readFileInRing } from './read-file.ts';
import { spoolTo } from './spooled-file.ts';
import { flushFolder, writeNewFile } from './write-file.ts';

/** Files of apps hold whatever their data holds: they are for Waybill's own account. */
const OWN = { recursive: true, mode: 0o700 } as const;
const READ_CHUNK_BYTES = 1024 * 1024;

/**
 * The store in `folder`, made when it is not there yet. Sweeps what a crash left half written. Safe to repeat, and from
 * several processes.
 * @throws WAYBILL_ARTIFACT_ELSEWHERE when `expectedStoreId` is not the id of this folder
 * @throws WAYBILL_ARTIFACT_NOT_WRITABLE
 */
export async function openFolderStore(
  folder: string,
  options: { expectedStoreId?: string } = {},
): Promise<ArtifactStore & { localPath(sha256: string): string }> {
  const files = folderFiles(folder);
  return told(files, async () => {
    await mkdir(files.objects, OWN);
    await mkdir(files.incoming, OWN);
    const storeId = await ensureStoreId(folder);
    const { expectedStoreId } = options;
    if (expectedStoreId !== undefined && expectedStoreId !== storeId) throw elsewhere(folder, expectedStoreId, storeId);
    await sweepIncoming(files);
    return new FolderStore(files, storeId);
  });
}

class FolderStore implements ArtifactStore {
  readonly storeId: string;
  readonly place: string;
  readonly #files: FolderFiles;

  constructor(files: FolderFiles, storeId: string) {
    this.#files = files;
    this.storeId = storeId;
    this.place = files.root;
  }

  write(source: AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<StoredArtifact> {
    const files = this.#files;
    return told(files, async () => {
      const temporary = files.temporary();
      const stored = await writeNewFile(temporary, source, options);
      try {
        if (!(await refresh(files, stored))) await publish(files, stored, temporary);
      } finally {
        await rm(temporary, { force: true });
      }
      return stored;
    });
  }

  spool(source: AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<RandomAccess> {
    return told(this.#files, () => spoolTo(this.#files.temporary(), source, options));
  }

  open(sha256: string, { sendsAtOnce = false }: OpenOptions = {}): Promise<{ stream: Readable; sizeBytes: number }> {
    const files = this.#files;
    return told(files, async () => {
      const { handle, sizeBytes } = await openObject(files, sha256);
      const stream = sendsAtOnce
        ? readFileInRing(handle)
        : handle.createReadStream({ highWaterMark: READ_CHUNK_BYTES });
      return { stream, sizeBytes };
    });
  }

  look(sha256: string): Promise<RandomAccess> {
    return told(this.#files, async () => {
      const { handle, sizeBytes } = await openObject(this.#files, sha256);
      return randomAccess(handle, sizeBytes, () => handle.close());
    });
  }

  stat(sha256: string): Promise<{ sizeBytes: number } | undefined> {
    return told(this.#files, () => statObject(this.#files, sha256));
  }

  localPath(sha256: string): string {
    return this.#files.object(sha256);
  }

  async endAbandonedUploads(): Promise<number> {
    return 0;
  }

  collect(options: CollectOptions): Promise<number> {
    return told(this.#files, () => collectFolder(this.#files, options));
  }
}

async function openObject(files: FolderFiles, sha256: string): Promise<{ handle: FileHandle; sizeBytes: number }> {
  const handle = await whileBusy(() => open(files.object(sha256))).catch((error: unknown) => {
    throw codeOf(error) === 'ENOENT' ? missing(files, sha256) : error;
  });
  try {
    const { sizeBytes } = (await checkSize(files, sha256, await handle.stat())) ?? throwMissing(files, sha256);
    return { handle, sizeBytes };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** True when the same content is already there and whole; it then counts as written now. */
async function refresh(files: FolderFiles, { sha256, sizeBytes }: StoredArtifact): Promise<boolean> {
  const existing = await statObject(files, sha256).catch(() => undefined);
  if (existing?.sizeBytes !== sizeBytes) return false;
  const now = new Date();
  try {
    await utimes(files.object(sha256), now, now);
    return true;
  } catch {
    // The collector took it away in this moment, or a scanner holds it: put ours there.
    return false;
  }
}

/** The note first: an object without one does not count, so that a crash in between leaves nothing half. */
async function publish(files: FolderFiles, stored: StoredArtifact, temporary: string): Promise<void> {
  const object = files.object(stored.sha256);
  await mkdir(path.dirname(object), OWN);
  const draft = files.temporary();
  await writeFile(draft, JSON.stringify({ sizeBytes: stored.sizeBytes }), { flush: true, mode: 0o600 });
  await whileBusy(() => rename(draft, files.note(stored.sha256)));
  await whileBusy(() => rename(temporary, object));
  await flushFolder(path.dirname(object));
}

async function statObject(files: FolderFiles, sha256: string): Promise<{ sizeBytes: number } | undefined> {
  try {
    return await checkSize(files, sha256, await stat(files.object(sha256)));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function checkSize(files: FolderFiles, sha256: string, found: Stats): Promise<{ sizeBytes: number } | undefined> {
  const sizeBytes = await readNote(files.note(sha256));
  if (sizeBytes === undefined) return undefined;
  if (sizeBytes === found.size) return { sizeBytes };
  const facts = { sha256, store: files.root, foundBytes: found.size, expectedBytes: sizeBytes };
  throw waybillError('WAYBILL_ARTIFACT_DAMAGED', facts);
}

async function readNote(file: string): Promise<number | undefined> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { sizeBytes: number }).sizeBytes;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function missing(files: FolderFiles, sha256: string): Error {
  return waybillError('WAYBILL_ARTIFACT_MISSING', { sha256, store: files.root });
}

function throwMissing(files: FolderFiles, sha256: string): never {
  throw missing(files, sha256);
}

async function told<T>(files: FolderFiles, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw folderError(files.root, error);
  }
}
