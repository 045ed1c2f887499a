import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';

export interface NewFile {
  readonly file: string;
  readonly text: string;
  /** Rights of the file, as in 0o600. When not set: the system's. */
  readonly mode?: number;
}

export interface WriteOptions {
  /** Whether other files that stand there may be replaced. */
  readonly force: boolean;
  /** Files that are never replaced, as they are what is imported. */
  readonly sources: readonly string[];
}

/** What became of a file. `unchanged`: it stood there just like this. */
export interface WrittenFile {
  readonly file: string;
  readonly became: 'written' | 'unchanged';
}

/**
 * Writes all of these files or, where one of them may not be replaced, none. Each appears whole or not at all. Safe to
 * repeat: a file that stands there with the same text is left as it is.
 * @throws WAYBILL_IMPORT_NOT_WRITTEN
 */
export async function writeNewFiles(files: readonly NewFile[], options: WriteOptions): Promise<WrittenFile[]> {
  const standing = await Promise.all(files.map((one) => isStanding(one, options)));
  const drafts = files.filter((_, index) => !standing[index]).map((one) => ({ ...one, draft: draftOf(one.file) }));
  try {
    for (const one of drafts) await trying(one.file, () => writeDraft(one, one.draft));
    for (const { file, draft } of drafts) await trying(file, () => rename(draft, file));
  } finally {
    for (const { draft } of drafts) await rm(draft, { force: true });
  }
  return files.map(({ file }, index) => ({ file, became: standing[index] ? 'unchanged' : 'written' }));
}

/** Whether the file stands there with this text; what else stands there has to be one that may be replaced. */
async function isStanding({ file, text, mode }: NewFile, { force, sources }: WriteOptions): Promise<boolean> {
  const found = await trying(file, () => readFile(file, 'utf8').catch(undefinedIfNone));
  if (found === undefined) return false;
  for (const source of sources)
    if (await isSame(file, source)) throw notWritten(file, 'it belongs to what is imported');
  if (found !== text && !force) throw notWritten(file, 'it exists already');
  // A file of secrets that others may read is not yet what it has to be.
  if (found === text && mode !== undefined) await trying(file, () => chmod(file, mode));
  return found === text;
}

function undefinedIfNone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function draftOf(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}

async function writeDraft({ file, text, mode }: NewFile, draft: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(draft, text, { flag: 'wx', ...(mode !== undefined && { mode }) });
}

async function trying<T>(file: string, act: () => Promise<T>): Promise<T> {
  return act().catch((cause: NodeJS.ErrnoException) => {
    throw notWritten(file, cause.code === 'EISDIR' ? 'it is a folder' : String(cause.code), cause);
  });
}

function notWritten(file: string, reason: string, cause?: unknown) {
  return waybillError('WAYBILL_IMPORT_NOT_WRITTEN', { file, reason }, cause === undefined ? {} : { cause });
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [found, wanted] = await Promise.all([one, other].map((file) => stat(file).catch(() => undefined)));
  return found !== undefined && found.ino === wanted?.ino && found.dev === wanted.dev;
}
