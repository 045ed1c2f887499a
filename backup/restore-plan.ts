import { existsSync } from 'node:fs';
import path from 'node:path';
import { waybillError } from '../common/errors/catalogue.ts';
import type { Config } from '../config/types.ts';
import { recordFileOf } from '../temporal/server-record.ts';
import type { FoundBackup } from './open-backup.ts';

export const restoreParts = ['ledger', 'temporal', 'artifacts', 'configuration'] as const;
export type RestorePart = (typeof restoreParts)[number];

/** A database that is put back. */
export interface Store {
  readonly part: 'temporal' | 'ledger';
  readonly files: readonly { readonly from: string; readonly to: string; readonly sha256: string }[];
  /** Everything that may stand there now and belongs to the database. */
  readonly places: readonly string[];
}

/** A file of the configuration. */
export interface ConfigurationFile {
  readonly from: string;
  readonly to: string;
  readonly sha256: string;
  /** Something stands there; it is left as it is. */
  readonly stands: boolean;
}

export interface RestorePlan {
  /** In the order in which they are put back: the ledger last, which knows most. */
  readonly stores: readonly Store[];
  readonly configuration: readonly ConfigurationFile[];
  /** The ledger in PostgreSQL gets the mark that it was put back. */
  readonly marksPostgres: boolean;
  readonly artifacts: boolean;
}

/** What a restore would put where. @throws WAYBILL_BACKUP_MISFIT */
export function restorePlan(
  backup: FoundBackup,
  config: Config,
  configFile: string,
  parts: readonly RestorePart[],
): RestorePlan {
  const { manifest, folder } = backup;
  const has = (part: RestorePart): boolean => parts.includes(part);
  const inBackup = (part: Store['part']): boolean => has(part) && manifest.files.some((file) => file.part === part);
  if (inBackup('temporal') && config.temporal.address !== undefined) {
    throw misfit('it holds a Temporal database, and temporal.address names a service that has its own');
  }
  if (has('ledger') && manifest.ledger !== config.ledger.kind) {
    throw misfit(`it is of a ledger of kind ${manifest.ledger}, and ledger.kind is ${config.ledger.kind}`);
  }
  if (has('artifacts') && manifest.artifactStore !== null && config.artifacts.kind !== 'folder') {
    throw misfit('it holds files of apps for a folder, and artifacts.kind is s3');
  }
  const home = path.dirname(configFile);
  return {
    stores: (['temporal', 'ledger'] as const).filter(inBackup).map((part) => storeOf(part, backup, config)),
    configuration: manifest.files.flatMap(({ part, name, stoodAt, sha256 }) => {
      if (part !== 'configuration' || stoodAt === undefined || !has('configuration')) return [];
      const isItself = stoodAt === manifest.configurationFile;
      const to = isItself ? configFile : path.join(home, stoodAt);
      return [{ from: path.join(folder, name), to, sha256, stands: existsSync(to) }];
    }),
    marksPostgres: has('ledger') && manifest.ledger === 'postgres',
    artifacts: has('artifacts') && manifest.artifactStore !== null,
  };
}

function storeOf(part: Store['part'], { manifest, folder }: FoundBackup, config: Config): Store {
  const database = part === 'ledger' ? config.ledger.file : config.temporal.devServer.database;
  const record = recordFileOf(database);
  const files = manifest.files
    .filter((file) => file.part === part)
    .map(({ name, sha256 }) => {
      const to = name.endsWith('.server.json') ? record : database;
      return { from: path.join(folder, name), to, sha256 };
    });
  const places = [database, `${database}-wal`, `${database}-shm`, ...(part === 'temporal' ? [record] : [])];
  return { part, files, places };
}

function misfit(reason: string): Error {
  return waybillError('WAYBILL_BACKUP_MISFIT', { reason });
}
