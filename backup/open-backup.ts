import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { waybillError } from '../common/errors/catalogue.ts';
import { damagedArtifact } from './copy-artifacts.ts';
import { hashFile } from './hashed-file.ts';
import { ARTIFACTS } from './make-backup.ts';
import { MANIFEST, type Manifest, readManifest } from './manifest.ts';
import type { RestorePart } from './restore-plan.ts';

/** A backup that was found, not verified yet. */
export interface FoundBackup {
  readonly folder: string;
  /** The folder of the files of apps. */
  readonly artifactsFolder: string;
  readonly manifest: Manifest;
}

/**
 * The backup in a folder: the folder itself, or the latest whole one that is kept in it.
 * @throws WAYBILL_BACKUP_NOT_FOUND, WAYBILL_BACKUP_UNREADABLE
 */
export async function openBackup(from: string): Promise<FoundBackup> {
  const folder = existsSync(path.join(from, MANIFEST)) ? from : await latestIn(from);
  const artifactsFolder = path.join(path.dirname(path.resolve(folder)), ARTIFACTS);
  return { folder, artifactsFolder, manifest: await readManifest(folder) };
}

async function latestIn(from: string): Promise<string> {
  const names = await readdir(from).catch(() => []);
  const whole = names.filter((name) => /^waybill-\d/.test(name) && existsSync(path.join(from, name, MANIFEST)));
  const latest = whole.toSorted().at(-1);
  if (latest === undefined) throw waybillError('WAYBILL_BACKUP_NOT_FOUND', { folder: from });
  return path.join(from, latest);
}

/**
 * Nothing when every file of these parts is as it was written.
 * @throws WAYBILL_BACKUP_DAMAGED naming the first that is not
 */
export async function verifyBackup(backup: FoundBackup, parts: readonly RestorePart[]): Promise<void> {
  const { folder, artifactsFolder, manifest } = backup;
  for (const { name, sha256, sizeBytes } of manifest.files.filter(({ part }) => parts.includes(part))) {
    const file = path.join(folder, name);
    const found = await hashFile(file).catch((cause: NodeJS.ErrnoException) => {
      throw waybillError('WAYBILL_BACKUP_DAMAGED', { file, reason: `cannot be read (${cause.code})` }, { cause });
    });
    const reason =
      found.sizeBytes === sizeBytes ? 'has another SHA-256' : `has ${found.sizeBytes} bytes in place of ${sizeBytes}`;
    if (found.sha256 !== sha256) throw waybillError('WAYBILL_BACKUP_DAMAGED', { file, reason });
  }
  if (!parts.includes('artifacts')) return;
  const damaged = await damagedArtifact(artifactsFolder, manifest.artifacts);
  if (damaged) throw waybillError('WAYBILL_BACKUP_DAMAGED', damaged);
}
