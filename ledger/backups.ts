import type { Selectable } from 'kysely';
import type { StoreParts } from './store.ts';
import type { BackupTable } from './tables.ts';

/** The export of a target app as it was before a promotion first replaced it. */
export interface Backup {
  readonly target: string;
  readonly targetAppId: string;
  readonly promotionKey: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly withData: boolean;
  readonly atUtc: string;
}

export interface BackupFilter {
  readonly target?: string;
  readonly targetAppId?: string;
  readonly promotionKey?: string;
  /** Of any of these promotions; a few hundred at a time. */
  readonly promotionKeys?: readonly string[];
}

export interface ArtifactUseFilter {
  /** Backups and versions older than this, of promotions that have ended, are left out. Default: none is. */
  readonly keepFromUtc?: string;
}

export interface Backups {
  /** The backup of (target, app, promotion): this one (`fresh`), or the one written first. Safe to repeat. */
  recordBackup(backup: Backup): Promise<{ fresh: boolean; backup: Backup }>;
  /** The backup, or `undefined`. */
  getBackup(target: string, targetAppId: string, promotionKey: string): Promise<Backup | undefined>;
  /** Backups, latest first. */
  listBackups(filter?: BackupFilter): Promise<Backup[]>;
  /**
   * SHA-256 of every file that must not be collected: artifacts and versions of open promotions, backups, and versions
   * of ended promotions.
   */
  artifactsInUse(filter?: ArtifactUseFilter): Promise<Set<string>>;
}

/** Makes the backups group over a database or a transaction. */
export function createBackups(parts: StoreParts): Backups {
  const { db } = parts;
  const find = (target: string, targetAppId: string, promotionKey: string) =>
    db
      .selectFrom('backups')
      .selectAll()
      .where('target', '=', target)
      .where('target_app_id', '=', targetAppId)
      .where('promotion_key', '=', promotionKey);

  return {
    async recordBackup(backup) {
      const made = await db
        .insertInto('backups')
        .values(toRow(backup))
        .onConflict((conflict) => conflict.columns(['target', 'target_app_id', 'promotion_key']).doNothing())
        .returningAll()
        .executeTakeFirst();
      const row =
        made ?? (await find(backup.target, backup.targetAppId, backup.promotionKey).executeTakeFirstOrThrow());
      return { fresh: made !== undefined, backup: toBackup(row) };
    },

    async getBackup(target, targetAppId, promotionKey) {
      const row = await find(target, targetAppId, promotionKey).executeTakeFirst();
      return row && toBackup(row);
    },

    async listBackups({ target, targetAppId, promotionKey, promotionKeys } = {}) {
      let query = db.selectFrom('backups').selectAll();
      if (target !== undefined) query = query.where('target', '=', target);
      if (targetAppId !== undefined) query = query.where('target_app_id', '=', targetAppId);
      if (promotionKey !== undefined) query = query.where('promotion_key', '=', promotionKey);
      if (promotionKeys !== undefined) query = query.where('promotion_key', 'in', promotionKeys);
      const rows = await query.orderBy('at_utc', 'desc').orderBy('target_app_id').execute();
      return rows.map(toBackup);
    },

    artifactsInUse: (filter) => artifactsInUse(parts, filter?.keepFromUtc ?? ''),
  };
}

async function artifactsInUse({ db }: StoreParts, keepFromUtc: string): Promise<Set<string>> {
  const open = await db
    .selectFrom('promotions')
    .select(['artifact_sha256', 'version_sha256'])
    .where('ended_at_utc', 'is', null)
    .execute();
  const versions = await db
    .selectFrom('promotions')
    .select('version_sha256')
    .where('version_sha256', 'is not', null)
    .where('ended_at_utc', '>=', keepFromUtc)
    .execute();
  const backups = await db
    .selectFrom('backups')
    .leftJoin('promotions', 'promotions.promotion_key', 'backups.promotion_key')
    .select('backups.sha256')
    .where((where) =>
      where.or([
        where('backups.at_utc', '>=', keepFromUtc),
        where.and([where('promotions.promotion_key', 'is not', null), where('promotions.ended_at_utc', 'is', null)]),
      ]),
    )
    .execute();
  const hashes = [
    ...open.flatMap((row) => [row.artifact_sha256, row.version_sha256]),
    ...versions.map((row) => row.version_sha256),
    ...backups.map((row) => row.sha256),
  ];
  return new Set(hashes.filter((hash) => hash !== null));
}

function toRow(backup: Backup): BackupTable {
  return {
    target: backup.target,
    target_app_id: backup.targetAppId,
    promotion_key: backup.promotionKey,
    sha256: backup.sha256,
    size_bytes: backup.sizeBytes,
    with_data: backup.withData ? 1 : 0,
    at_utc: backup.atUtc,
  };
}

function toBackup(row: Selectable<BackupTable>): Backup {
  return {
    target: row.target,
    targetAppId: row.target_app_id,
    promotionKey: row.promotion_key,
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    withData: row.with_data === 1,
    atUtc: row.at_utc,
  };
}
