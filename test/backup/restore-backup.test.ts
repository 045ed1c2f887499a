import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MANIFEST } from '../../backup/manifest.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { verifyAudit } from '../../views/audit/verify-audit.ts';
import { waybillOnce } from '../starter/waybill-process.ts';
import { filesBelow, restoreTo, type StoresTarget, type StoresWorld, storesWorld } from './stores-world.ts';

let world: StoresWorld;
let target: StoresTarget;
let backup: string;

beforeAll(async () => {
  world = await storesWorld();
  ({ folder: backup } = await world.backUp());
});
beforeEach(async () => {
  target = await world.emptyTarget();
});
afterAll(() => world?.close());

const restore: typeof world.restore = (options) => restoreTo(world.backups, target.configFile, options);
const whole = { histories: ['first'], artifacts: [true], putBack: true };
const standing = async (): Promise<string[]> =>
  (await filesBelow(path.dirname(target.configFile))).map(({ name }) => name);

/** Changes the last bit of a file, and gives what undoes it. */
async function flipBit(file: string): Promise<() => Promise<void>> {
  const before = await readFile(file);
  const after = Buffer.from(before);
  after.writeUInt8(after.readUInt8(after.length - 1) ^ 1, after.length - 1);
  await writeFile(file, after);
  return () => writeFile(file, before);
}

describe('a restore into an empty folder', () => {
  it('puts everything back, the configuration too, and marks the ledger as put back', async () => {
    const restored = await restore();

    expect(await target.held()).toEqual(whole);
    expect(await standing()).toEqual(expect.arrayContaining(['waybill.yaml', 'templates/publish.hbs', 'ca.pem']));
    expect((await standing()).filter((name) => /restor/.test(name))).toEqual([]);
    expect(restored).toMatchObject({ backup, heldAt: ['dev'], renamed: [], left: [], artifacts: { count: 1 } });
  });

  it('gives an audit trail that holds, tells of the restore, and goes on', async () => {
    const source = await openLedger({ kind: 'sqlite', file: world.config.ledger.file });
    const before = await verifyAudit(source);
    await source.close();

    await restore();

    const ledger = await openLedger({ kind: 'sqlite', file: target.config.ledger.file });
    await ledger.record({ promotionKey: 'p', seq: 'after', type: 'exported', atUtc: new Date().toISOString() });
    expect(before.entries).toBeGreaterThan(0);
    expect(await verifyAudit(ledger, before.lastHash)).toMatchObject({ holds: true, entries: before.entries + 2 });
    expect(await ledger.listAudit({ kinds: ['store'] })).toMatchObject([{ type: 'restored', n: before.entries + 1 }]);
    await ledger.close();
  });

  it('tells people what was put back, what they keep themselves, and what happens next', async () => {
    const { exitCode, stdout } = await waybillOnce(['restore', world.backups, '--config', target.configFile]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${backup}, made at `);
    expect(stdout).toContain(`  ${target.config.ledger.file}\n  1 files of apps in ${target.config.artifacts.folder}`);
    expect(stdout).toContain('${file:secrets/smtp}\n    mail.login.password: it is a secret');
    expect(stdout).toContain('They are held');
    expect(stdout).toContain('  waybill adopt dev\n');
  });

  it('changes nothing with dryRun, and tells the same', async () => {
    const wouldBe = await restore({ dryRun: true });

    expect(await standing()).toEqual([]);
    expect({ ...(await restore()), dryRun: true }).toEqual(wouldBe);
  });
});

describe('a restore where data stands', () => {
  beforeEach(async () => {
    await restore();
    await writeFile(target.configFile, `${await readFile(target.configFile, 'utf8')}# changed here\n`);
  });

  it('refuses, and changes nothing', async () => {
    const before = await filesBelow(path.dirname(target.configFile));

    await expect(restore()).rejects.toMatchObject({
      code: 'WAYBILL_BACKUP_TARGET_HAS_DATA',
      message: expect.stringContaining(target.config.ledger.file) as string,
    });

    expect(await filesBelow(path.dirname(target.configFile))).toEqual(before);
  });

  it('with force renames what stands there, deletes nothing, and leaves the configuration as it is', async () => {
    const before = await readFile(target.config.ledger.file);

    const { renamed, left } = await restore({ force: true });

    expect(await target.held()).toEqual(whole);
    const ledger = renamed.find(({ from }) => from === target.config.ledger.file);
    expect(await readFile(ledger!.to)).toEqual(before);
    expect(await readFile(target.configFile, 'utf8')).toContain('# changed here');
    expect(left).toContain(target.configFile);
  });

  it('puts back the ledger alone when asked to', async () => {
    const { put, renamed } = await restore({ force: true, parts: ['ledger'] });

    expect(put).toEqual([target.config.ledger.file]);
    expect(renamed.map(({ from }) => from)).toEqual([target.config.ledger.file]);
  });

  it('refuses while a process has the ledger open', async () => {
    const ledger = await openLedger({ kind: 'sqlite', file: target.config.ledger.file });
    try {
      // In a process of its own: SQLite's locks are between processes.
      const { stderr } = await waybillOnce(['restore', world.backups, '--config', target.configFile, '--force']);
      expect(stderr).toContain('Code: WAYBILL_BACKUP_TARGET_IN_USE');
    } finally {
      await ledger.close();
    }
  });
});

describe('a backup that is not as it was written', () => {
  let undo: (() => Promise<void>) | undefined;
  afterEach(() => undo?.());

  it.each(['ledger.sqlite', 'temporal.sqlite', 'configuration/templates/publish.hbs'])(
    'is refused for a flipped bit in %s, by its name, before any change',
    async (name) => {
      const file = path.join(backup, name);
      undo = await flipBit(file);

      await expect(restore()).rejects.toMatchObject({ code: 'WAYBILL_BACKUP_DAMAGED', facts: { file } });

      expect(await standing()).toEqual([]);
    },
  );

  it('is refused for a flipped bit in the file of an app, by its name', async () => {
    const file = path.join(world.backups, 'artifacts', 'objects', world.sha256.slice(0, 2), world.sha256);
    undo = await flipBit(file);

    await expect(restore()).rejects.toMatchObject({ code: 'WAYBILL_BACKUP_DAMAGED', facts: { file } });
  });

  it('is refused where its list leads out of its folder', async () => {
    const file = path.join(backup, MANIFEST);
    const before = await readFile(file, 'utf8');
    undo = () => writeFile(file, before);
    await writeFile(file, before.replace('"ledger.sqlite"', '"../../ledger.sqlite"'));

    await expect(restore()).rejects.toMatchObject({ code: 'WAYBILL_BACKUP_UNREADABLE' });
  });

  it('is none where a backup was never finished', async () => {
    await expect(restore({ from: path.join(world.folder, 'home') })).rejects.toMatchObject({
      code: 'WAYBILL_BACKUP_NOT_FOUND',
    });
  });
});
