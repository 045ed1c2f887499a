import type { StoreParts } from './store.ts';

/** One app at a target that a promotion is replacing, or one place where it publishes. */
export interface OverwriteLockKey {
  /** The target site's alias. */
  readonly target: string;
  /** The app's id, or the place as `<stream id>/<name>`. */
  readonly targetAppId: string;
  readonly promotionKey: string;
}

/** Who may replace an app at a target, or publish one of a name in a stream: one promotion at a time. */
export interface OverwriteLocks {
  /** The promotion that holds the app: this one where nobody held it. Safe to repeat. */
  takeOverwriteLock(key: OverwriteLockKey): Promise<string>;
  /** Notes that the holder sends its replace now; true when it was noted before, so that an earlier one may be under way. */
  noteOverwriteBegun(key: OverwriteLockKey): Promise<boolean>;
  /** Gives the app free, where this promotion holds it; without an app, all of the target that it holds. Safe to repeat. */
  releaseOverwriteLock(key: Omit<OverwriteLockKey, 'targetAppId'> & { readonly targetAppId?: string }): Promise<void>;
}

/** Makes the locks group over a database or a transaction. */
export function createOverwriteLocks({ db, nowUtc }: StoreParts): OverwriteLocks {
  return {
    async takeOverwriteLock({ target, targetAppId, promotionKey }) {
      const row = { target, target_app_id: targetAppId, promotion_key: promotionKey, taken_at_utc: nowUtc() };
      for (;;) {
        const taken = await db
          .insertInto('overwrite_locks')
          .values({ ...row, begun: 0 })
          .onConflict((conflict) => conflict.columns(['target', 'target_app_id']).doNothing())
          .returning('promotion_key')
          .executeTakeFirst();
        if (taken) return taken.promotion_key;
        const held = await db
          .selectFrom('overwrite_locks')
          .select('promotion_key')
          .where('target', '=', target)
          .where('target_app_id', '=', targetAppId)
          .executeTakeFirst();
        // Released between both: try again.
        if (held) return held.promotion_key;
      }
    },

    async noteOverwriteBegun({ target, targetAppId, promotionKey }) {
      const noted = await db
        .updateTable('overwrite_locks')
        .set({ begun: 1 })
        .where('target', '=', target)
        .where('target_app_id', '=', targetAppId)
        .where('promotion_key', '=', promotionKey)
        .where('begun', '=', 0)
        .executeTakeFirst();
      return noted.numUpdatedRows === 0n;
    },

    async releaseOverwriteLock({ target, targetAppId, promotionKey }) {
      let query = db
        .deleteFrom('overwrite_locks')
        .where('target', '=', target)
        .where('promotion_key', '=', promotionKey);
      if (targetAppId !== undefined) query = query.where('target_app_id', '=', targetAppId);
      await query.execute();
    },
  };
}
