import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreJournalOf } from '../../common/restore-journal.ts';
import { waybillOnce } from '../starter/waybill-process.ts';
import { restoreTo, type StoresWorld, storesWorld } from './stores-world.ts';

let world: StoresWorld;
beforeAll(async () => {
  world = await storesWorld();
  await world.backUp();
});
afterAll(() => world?.close());

const hook = pathToFileURL(path.join(import.meta.dirname, 'kill-at-rename.ts')).href;

/** Runs `waybill restore` until that rename; says whether it came so far. */
async function restoreKilledAt(rename: string, configFile: string): Promise<boolean> {
  const env = { NODE_OPTIONS: `--import ${hook}`, KILL_AT_RENAME: rename };
  const { exitCode } = await waybillOnce(['restore', world.backups, '--config', configFile, '--force'], { env });
  if (exitCode !== undefined) expect(exitCode).toBe(0);
  return exitCode === undefined;
}

describe.each(['before', 'after'])('a restore that is killed %s a rename', (side) => {
  it('holds the start back while it is half, and is whole once it is repeated, whichever rename it was', async () => {
    let kills = 0;
    for (let wasKilled = true; wasKilled; ) {
      const target = await world.emptyTarget();
      await restoreTo(world.backups, target.configFile);
      wasKilled = await restoreKilledAt(`${kills + 1} ${side}`, target.configFile);
      if (!wasKilled) break;
      kills += 1;

      const isHalf = existsSync(restoreJournalOf(target.config.dataFolder));
      if (isHalf && kills === 3) {
        const start = await waybillOnce(['up', '--config', target.configFile]);
        expect(start.stderr).toContain('Code: WAYBILL_BACKUP_RESTORE_UNFINISHED');
      }
      // Where it had begun, it goes on with what had been asked for then.
      await restoreTo(world.backups, target.configFile, isHalf ? { parts: ['ledger'] } : { force: true });

      const what = `after kill ${kills} ${side}`;
      expect(await target.held(), what).toEqual({ histories: ['first'], artifacts: [true], putBack: true });
      const names = await readdir(target.config.dataFolder);
      expect(
        names.filter((name) => /\.restoring|under-way/.test(name)),
        what,
      ).toEqual([]);
      const renamed = names.filter((name) => name.startsWith('ledger.sqlite.before-restore')).length;
      expect(renamed, what).toBe(1);
    }
    expect(kills).toBeGreaterThan(6);
  });
});
