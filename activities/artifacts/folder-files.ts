import { hostname } from 'node:os';
import path from 'node:path';
import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { codeOf, isBusy } from '../../common/busy-files.ts';
import { temporaryName } from './temporary-names.ts';

/** The paths of a folder store. */
export interface FolderFiles {
  root: string;
  /** Whole artifacts, as `<first two digits>/<sha256>`, each with a `.json` that tells its size. */
  objects: string;
  /** What is being written or removed; a file here is worth nothing after a crash. */
  incoming: string;
  object(sha256: string): string;
  note(sha256: string): string;
  temporary(): string;
}

export function folderFiles(root: string): FolderFiles {
  const objects = path.join(root, 'objects');
  const incoming = path.join(root, 'incoming');
  const object = (sha256: string): string => path.join(objects, sha256.slice(0, 2), sha256);
  return {
    root,
    objects,
    incoming,
    object,
    note: (sha256) => `${object(sha256)}.json`,
    temporary: () => path.join(incoming, temporaryName()),
  };
}

/**
 * The error to tell of a failed file operation in the store; what is no file error stays as it is. A source that reads
 * a file elsewhere has its own errors: those name a path outside the store.
 */
export function folderError(root: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || isWaybillError(error) || !isAbout(root, error)) return error;
  const facts = { store: root, host: hostname(), reason: code };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return waybillError('WAYBILL_ARTIFACT_DISK_FULL', facts, { cause: error });
  if (code === 'EBUSY' || (isBusy(error) && (error as NodeJS.ErrnoException).syscall === 'rename')) {
    return waybillError('WAYBILL_ARTIFACT_FILE_BUSY', facts, { cause: error });
  }
  const isSetup = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code);
  return waybillError(isSetup ? 'WAYBILL_ARTIFACT_NOT_WRITABLE' : 'WAYBILL_ARTIFACT_STORE_FAILED', facts, {
    cause: error,
  });
}

/** File errors of an open handle (as of a full disk) name no path. */
function isAbout(root: string, error: unknown): boolean {
  const { path: file, syscall } = error as NodeJS.ErrnoException;
  if (file !== undefined) return path.resolve(file).startsWith(path.resolve(root));
  return syscall === 'write' || syscall === 'writev' || syscall === 'fsync' || syscall === 'close';
}
