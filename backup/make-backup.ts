import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { whileBusy } from '../common/busy-files.ts';
import { waybillError } from '../common/errors/catalogue.ts';
import { isWaybillError } from '../common/errors/waybill-error.ts';
import { ledgerPlace } from '../config/ledger-place.ts';
import type { Config } from '../config/types.ts';
import { openLedger } from '../ledger/ledger.ts';
import { recordFileOf } from '../temporal/server-record.ts';
import { copyArtifacts } from './copy-artifacts.ts';
import { copyConfiguration } from './copy-configuration.ts';
import { copyHashed, hashFile } from './hashed-file.ts';
import { type BackedUpFile, type Manifest, type NotCopied, writeManifest } from './manifest.ts';
import { copyDatabase } from './sqlite-file.ts';

/** The files of apps of all backups in one folder. */
export const ARTIFACTS = 'artifacts';

export interface MakeBackupOptions {
  readonly config: Config;
  /** Absolute path of the file that `config` comes from. */
  readonly configFile: string;
  /** The folder that backups are kept in; made when it is not there. */
  readonly to: string;
  /** Version of this Waybill. */
  readonly version: string;
  readonly now?: () => Date;
}

export interface MadeBackup {
  /** The folder of this backup. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Bytes of files of apps that no earlier backup in the folder had. */
  readonly copiedArtifactBytes: number;
  /** Files of apps that are needed and are missing or damaged. */
  readonly lostArtifacts: readonly NotCopied[];
}

interface Copied {
  readonly files: readonly BackedUpFile[];
  readonly notCopied: readonly NotCopied[];
}

/**
 * Makes a backup while Waybill runs, or while it does not; safe to repeat, each is a folder of its own.
 *
 * The order makes a restore promote nothing twice. Temporal's database comes first and the ledger after it, so the ledger
 * knows every step that Temporal knows: a promotion that Temporal begins again finds in the ledger what it has done, as
 * after the loss of Temporal's database (docs/decisions/0014). The other way round, Temporal would run promotions that
 * the ledger never heard of; they are refused and asked about (docs/decisions/0016). Files of apps come last: each is
 * stored before the ledger names it, and none that is needed is collected, so all that the copied ledger names are there.
 * What is decided after the backup neither store knows; `waybill restore` marks the ledger for that.
 * @throws WAYBILL_CLI_NO_LEDGER, WAYBILL_BACKUP_NOT_WRITTEN, WAYBILL_BACKUP_DATABASE_FAILED, WAYBILL_LEDGER_*,
 * WAYBILL_ARTIFACT_*
 */
export async function makeBackup(options: MakeBackupOptions): Promise<MadeBackup> {
  const { config, configFile, to, version } = options;
  const madeAtUtc = (options.now?.() ?? new Date()).toISOString();
  const stamp = madeAtUtc.replaceAll(/[:.]/g, '-');
  const unfinished = path.join(to, `unfinished-${stamp}-${randomUUID().slice(0, 8)}`);
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    const temporal = await copyTemporal(config, unfinished);
    const ledger = await copyLedger(config, unfinished);
    const artifacts = await copyNeeded(config, unfinished, path.join(to, ARTIFACTS), madeAtUtc);
    const configuration = await copyConfiguration(config, configFile, unfinished);
    const parts = [temporal, ledger, configuration];
    const manifest: Manifest = {
      format: 1,
      waybill: version,
      madeAtUtc,
      installation: config.installation.id,
      ledger: config.ledger.kind,
      configurationFile: path.basename(configFile),
      files: parts.flatMap((part) => part.files),
      artifacts: artifacts.artifacts,
      artifactStore: artifacts.storeId,
      notCopied: [...parts.flatMap((part) => part.notCopied), ...artifacts.notCopied],
    };
    await writeManifest(unfinished, manifest);
    const folder = path.join(to, `waybill-${stamp}`);
    await whileBusy(() => rename(unfinished, folder));
    return { folder, manifest, copiedArtifactBytes: artifacts.copiedBytes, lostArtifacts: artifacts.lost };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    if (isWaybillError(error)) throw error;
    const { path: file = to, code, message } = error as NodeJS.ErrnoException;
    throw waybillError('WAYBILL_BACKUP_NOT_WRITTEN', { file, reason: code ?? message }, { cause: error });
  }
}

async function copyTemporal({ temporal }: Config, folder: string): Promise<Copied> {
  const { database } = temporal.devServer;
  if (temporal.address !== undefined) {
    const why = 'the Temporal service is backed up with its own means, before the ledger';
    return { files: [], notCopied: [{ what: `Temporal at ${temporal.address}`, why }] };
  }
  if (!existsSync(database)) {
    return { files: [], notCopied: [{ what: database, why: 'it is not there; the ledger holds what is open' }] };
  }
  await copyDatabase(database, path.join(folder, 'temporal.sqlite'));
  const files: BackedUpFile[] = [await listed('temporal', folder, 'temporal.sqlite')];
  const record = recordFileOf(database);
  if (existsSync(record)) {
    const name = 'temporal.sqlite.server.json';
    files.push({ part: 'temporal', name, ...(await copyHashed(record, path.join(folder, name))) });
  }
  return { files, notCopied: [] };
}

async function copyLedger({ ledger }: Config, folder: string): Promise<Copied> {
  if (ledger.kind === 'postgres') {
    const why = 'its own tools back it up (pg_dump), right after this backup';
    return { files: [], notCopied: [{ what: 'the ledger in PostgreSQL', why }] };
  }
  if (!existsSync(ledger.file)) throw waybillError('WAYBILL_CLI_NO_LEDGER', { file: ledger.file });
  await copyDatabase(ledger.file, path.join(folder, 'ledger.sqlite'));
  return { files: [await listed('ledger', folder, 'ledger.sqlite')], notCopied: [] };
}

async function listed(part: BackedUpFile['part'], folder: string, name: string): Promise<BackedUpFile> {
  return { part, name, ...(await hashFile(path.join(folder, name))) };
}

async function copyNeeded(config: Config, folder: string, toFolder: string, madeAtUtc: string) {
  if (config.artifacts.kind === 's3') {
    const notCopied = [{ what: 'files of apps in S3', why: 'the bucket is backed up with its own means' }];
    return { storeId: null, artifacts: [], copiedBytes: 0, notCopied, lost: [] };
  }
  const keepFromUtc = new Date(Date.parse(madeAtUtc) - config.artifacts.keepMs).toISOString();
  const needed = await artifactsNeeded(config, folder, keepFromUtc);
  const { notCopied: lost, ...copied } = await copyArtifacts(config.artifacts.folder, toFolder, needed);
  return { ...copied, notCopied: lost, lost };
}

/** A second copy is asked, for opening it brings it to this program's schema; the backup keeps the one it had. */
async function artifactsNeeded({ ledger }: Config, folder: string, keepFromUtc: string): Promise<Set<string>> {
  const asked = path.join(folder, 'asked.sqlite');
  if (ledger.kind === 'sqlite') await copyFile(path.join(folder, 'ledger.sqlite'), asked);
  const opened = await openLedger(await ledgerPlace({ ...ledger, file: asked }));
  try {
    return await opened.artifactsInUse({ keepFromUtc });
  } finally {
    await opened.close();
    for (const end of ['', '-wal', '-shm']) await whileBusy(() => rm(`${asked}${end}`, { force: true }));
  }
}
