import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBackup } from '../../backup/make-backup.ts';
import { configFromYaml } from '../../config/load.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { restoreTo, settings, type StoresWorld, storesWorld } from './stores-world.ts';

const absent = 'absent' in findPostgres();

describe.skipIf(absent)('a ledger in PostgreSQL', () => {
  let server: PostgresServer;
  let world: StoresWorld;
  let url: string;
  beforeAll(async () => {
    server = await startPostgres();
    url = await server.createDatabase();
    world = await storesWorld(`${settings}ledger:\n  kind: postgres\n  url: '\${env:LEDGER_URL}'\n`);
  });
  afterAll(async () => {
    await world?.close();
    await server?.stop();
  });

  it('is left to its own tools, tells which files of apps are needed, and is marked by a restore', async () => {
    const atUtc = new Date().toISOString();
    const ledger = await openLedger({ kind: 'postgres', url });
    await ledger.putSiteMemory('dev', { firstStartUtc: atUtc, watermarkUtc: atUtc });
    const backup = {
      target: 'test',
      targetAppId: 'app',
      promotionKey: 'key',
      sizeBytes: 300_000,
      withData: true,
      atUtc,
    };
    await ledger.recordBackup({ ...backup, sha256: world.sha256 });
    const environment = { LEDGER_URL: url };
    const config = configFromYaml(
      await readFile(world.configFile, 'utf8'),
      path.dirname(world.configFile),
      environment,
    );

    const made = await makeBackup({ config, configFile: world.configFile, to: world.backups, version: '1' });
    const target = await world.emptyTarget();
    const restored = await restoreTo(world.backups, target.configFile, { environment });

    expect(made.manifest.files.filter(({ part }) => part === 'ledger')).toEqual([]);
    expect(made.manifest.notCopied).toContainEqual(expect.objectContaining({ what: 'the ledger in PostgreSQL' }));
    expect(made.manifest.artifacts).toEqual([{ sha256: world.sha256, sizeBytes: 300_000 }]);
    expect(restored.heldAt).toEqual(['dev']);
    expect((await ledger.getSiteMemory<{ putBackUtc?: string }>('dev'))?.memory.putBackUtc).toBeDefined();
    expect(await ledger.listAudit()).toMatchObject([{ kind: 'store', type: 'restored' }]);
    await ledger.close();
  });
});
