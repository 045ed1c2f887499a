import { openFolderStore } from '../activities/artifacts/folder-store.ts';
import { isWaybillError } from '../common/errors/waybill-error.ts';
import { hashStream } from './hashed-file.ts';
import type { Manifest, NotCopied } from './manifest.ts';

type Artifact = Manifest['artifacts'][number];

export interface CopiedArtifacts {
  /** Id of the store that they come from. */
  readonly storeId: string;
  readonly artifacts: Artifact[];
  readonly copiedBytes: number;
  readonly notCopied: NotCopied[];
}

/**
 * Brings files of apps from one content-addressed folder to another; what stands there whole already is left alone, so it
 * is safe to repeat. What is missing or damaged where it comes from is told and does not stop the rest.
 * @throws WAYBILL_ARTIFACT_DISK_FULL, WAYBILL_ARTIFACT_NOT_WRITABLE, WAYBILL_ARTIFACT_FILE_BUSY
 */
export async function copyArtifacts(
  fromFolder: string,
  toFolder: string,
  hashes: Iterable<string>,
): Promise<CopiedArtifacts> {
  const [from, to] = [await openFolderStore(fromFolder), await openFolderStore(toFolder)];
  const result = { storeId: from.storeId, artifacts: [] as Artifact[], copiedBytes: 0, notCopied: [] as NotCopied[] };
  for (const sha256 of [...hashes].toSorted()) {
    const there = await to.stat(sha256).catch(() => undefined);
    if (there) {
      result.artifacts.push({ sha256, sizeBytes: there.sizeBytes });
      continue;
    }
    try {
      const { stream, sizeBytes } = await from.open(sha256);
      const written = await to.write(stream, { expectedSizeBytes: sizeBytes });
      if (written.sha256 === sha256) {
        result.artifacts.push(written);
        result.copiedBytes += sizeBytes;
      } else {
        result.notCopied.push({ what: from.localPath(sha256), why: 'it is damaged: its content has another SHA-256' });
      }
    } catch (error) {
      if (!isLost(error)) throw error;
      result.notCopied.push({ what: from.localPath(sha256), why: error.message });
    }
  }
  return result;
}

function isLost(error: unknown): error is Error {
  return isWaybillError(error) && ['WAYBILL_ARTIFACT_MISSING', 'WAYBILL_ARTIFACT_DAMAGED'].includes(error.code);
}

/** The file of the first of these that is not there or does not hold what its name says, and why; undefined: all do. */
export async function damagedArtifact(
  folder: string,
  artifacts: readonly Artifact[],
): Promise<{ file: string; reason: string } | undefined> {
  if (artifacts.length === 0) return undefined;
  const store = await openFolderStore(folder);
  for (const { sha256 } of artifacts) {
    const file = store.localPath(sha256);
    try {
      const { stream } = await store.open(sha256);
      if ((await hashStream(stream)).sha256 !== sha256) return { file, reason: 'has another SHA-256 than its name' };
    } catch (error) {
      return { file, reason: `cannot be read (${(error as Error).message})` };
    }
  }
  return undefined;
}
