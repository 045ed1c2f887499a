import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { waybillError } from '../common/errors/catalogue.ts';
import { isWaybillError } from '../common/errors/waybill-error.ts';
import { ledgerPlace } from '../config/ledger-place.ts';
import { configFromYaml, loadConfig } from '../config/load.ts';
import { decodeText } from '../config/text-file.ts';
import type { Config } from '../config/types.ts';
import { openLedger } from '../ledger/ledger.ts';
import { copyArtifacts } from './copy-artifacts.ts';
import { markRestored } from './mark-restored.ts';
import { type FoundBackup, openBackup, verifyBackup } from './open-backup.ts';
import { asideOf, placeStore, putConfiguration, putStoreId, stageStore } from './put-back.ts';
import { endJournal, readJournal, type RestoreJournal, writeJournal } from './restore-journal.ts';
import { type RestorePart, type RestorePlan, restorePlan } from './restore-plan.ts';
import { isDatabaseInUse } from './sqlite-file.ts';

export interface RestoreOptions {
  /** Folder of a backup, or of several, of which the latest is taken. */
  readonly from: string;
  /** Absolute path of the configuration file; taken from the backup where none stands. */
  readonly configFile: string;
  readonly parts: readonly RestorePart[];
  /** Data that stands in the way is renamed. */
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly now?: () => Date;
}

/** What a restore did, or would do. */
export interface Restored {
  readonly dryRun: boolean;
  readonly backup: string;
  readonly madeAtUtc: string;
  readonly dataFolder: string;
  readonly configFile: string;
  /** Files that were put back. */
  readonly put: readonly string[];
  /** Files that stood in the way, and what they are called now. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
  /** Files of the configuration that stood there and were left as they are. */
  readonly left: readonly string[];
  readonly artifacts: { readonly folder: string; readonly count: number } | null;
  /** Source sites where decisions that the ledger does not know are held from now on. */
  readonly heldAt: readonly string[];
  /** What the backup does not hold. */
  readonly notCopied: FoundBackup['manifest']['notCopied'];
}

/**
 * Puts a backup back, after all of it was verified. Data that stands there is never deleted, and the restore may be
 * repeated after an end at any moment: it then goes on, and until it has ended no process of Waybill starts.
 * @throws WAYBILL_BACKUP_NOT_FOUND, _UNREADABLE, _DAMAGED, _MISFIT, _TARGET_IN_USE, _TARGET_HAS_DATA, before any change
 * @throws WAYBILL_BACKUP_NOT_RESTORED, WAYBILL_CONFIG_*, WAYBILL_LEDGER_*, WAYBILL_ARTIFACT_*
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const backup = await openBackup(path.resolve(options.from));
  await verifyBackup(backup, options.parts);
  const config = await configInForce(backup, options);
  const startedAtUtc = (options.now?.() ?? new Date()).toISOString();
  const fresh: RestoreJournal = {
    backup: backup.folder,
    madeAtUtc: backup.manifest.madeAtUtc,
    startedAtUtc,
    parts: options.parts,
    aside: [],
    done: [],
  };
  const begun = await readJournal(config.dataFolder).catch(() => undefined);
  const journal = begun?.backup === fresh.backup && begun.madeAtUtc === fresh.madeAtUtc ? begun : fresh;
  if (journal !== fresh) await verifyBackup(backup, journal.parts);
  const plan = restorePlan(backup, config, options.configFile, journal.parts);
  refuseInUse(plan);
  const inTheWay = plan.stores
    .filter(({ part }) => !journal.aside.includes(part))
    .flatMap(({ places }) => places.filter((place) => existsSync(place)));
  if (inTheWay.length > 0 && !options.force && journal === fresh && !options.dryRun) {
    throw waybillError('WAYBILL_BACKUP_TARGET_HAS_DATA', { files: inTheWay.join(', ') });
  }
  if (!options.dryRun) await carryOut(backup, config, plan, journal, startedAtUtc);
  const marks = plan.marksPostgres || plan.stores.some(({ part }) => part === 'ledger');
  return {
    dryRun: options.dryRun,
    backup: backup.folder,
    madeAtUtc: backup.manifest.madeAtUtc,
    dataFolder: config.dataFolder,
    configFile: options.configFile,
    put: [
      ...plan.configuration.filter(({ stands }) => !stands).map(({ to }) => to),
      ...plan.stores.flatMap(({ files }) => files.map(({ to }) => to)),
    ],
    renamed: inTheWay.map((from) => ({ from, to: asideOf(from, journal.startedAtUtc) })),
    left: plan.configuration.filter(({ stands }) => stands).map(({ to }) => to),
    artifacts: plan.artifacts ? { folder: config.artifacts.folder, count: backup.manifest.artifacts.length } : null,
    heldAt: marks ? Object.keys(config.sources) : [],
    notCopied: backup.manifest.notCopied,
  };
}

/** The configuration that stands, else that of the backup as it will stand. */
async function configInForce({ folder, manifest }: FoundBackup, options: RestoreOptions): Promise<Config> {
  const { configFile, environment, parts } = options;
  const copied = manifest.files.find(({ stoodAt }) => stoodAt && stoodAt === manifest.configurationFile);
  if (existsSync(configFile) || !copied || !parts.includes('configuration')) return loadConfig(configFile, environment);
  const text = decodeText(await readFile(path.join(folder, copied.name)));
  return configFromYaml(text, path.dirname(configFile), environment);
}

function refuseInUse({ stores }: RestorePlan): void {
  const file = stores.map(({ places }) => places[0] ?? '').find(isDatabaseInUse);
  if (file !== undefined) throw waybillError('WAYBILL_BACKUP_TARGET_IN_USE', { file });
}

async function carryOut(
  backup: FoundBackup,
  config: Config,
  plan: RestorePlan,
  begun: RestoreJournal,
  nowUtc: string,
): Promise<void> {
  const { dataFolder } = config;
  const sites = Object.keys(config.sources);
  // Opened first: a database that does not answer is known before anything changes.
  const postgres = plan.marksPostgres ? await openLedger(await ledgerPlace(config.ledger)) : undefined;
  try {
    let journal = await writeJournal(dataFolder, begun);
    await putConfiguration(plan.configuration);
    if (plan.artifacts) await putArtifacts(backup, config, plan, journal.startedAtUtc);
    const open = plan.stores.filter(({ part }) => !journal.done.includes(part));
    for (const store of open) await stageStore(store, sites, nowUtc);
    refuseInUse({ ...plan, stores: open });
    for (const store of open) journal = await placeStore(store, dataFolder, journal);
    if (postgres) await markRestored(postgres, sites, nowUtc);
    await endJournal(dataFolder);
  } catch (error) {
    if (isWaybillError(error)) throw error;
    const { path: file = dataFolder, code, message } = error as NodeJS.ErrnoException;
    throw waybillError('WAYBILL_BACKUP_NOT_RESTORED', { file, reason: code ?? message }, { cause: error });
  } finally {
    await postgres?.close();
  }
}

async function putArtifacts(
  { manifest, artifactsFolder }: FoundBackup,
  { artifacts }: Config,
  { stores, marksPostgres }: RestorePlan,
  startedAtUtc: string,
): Promise<void> {
  const withLedger = marksPostgres || stores.some(({ part }) => part === 'ledger');
  if (manifest.artifactStore !== null) {
    await putStoreId(artifacts.folder, manifest.artifactStore, { withLedger, startedAtUtc });
  }
  const hashes = manifest.artifacts.map(({ sha256 }) => sha256);
  const [lost] = (await copyArtifacts(artifactsFolder, artifacts.folder, hashes)).notCopied;
  if (lost) throw waybillError('WAYBILL_BACKUP_DAMAGED', { file: lost.what, reason: `is not as it was: ${lost.why}` });
}
