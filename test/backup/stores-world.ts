import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { openFolderStore } from '../../activities/artifacts/folder-store.ts';
import { type MadeBackup, makeBackup } from '../../backup/make-backup.ts';
import { type RestoreOptions, type Restored, restoreBackup } from '../../backup/restore-backup.ts';
import { restoreParts } from '../../backup/restore-plan.ts';
import { configFromYaml } from '../../config/load.ts';
import type { Config } from '../../config/types.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { smallest } from '../config/write-config.ts';

/** What must be in no backup. */
export const SECRETS = ['smtp-canary-9f2', 'key-canary-7c1', 'own-canary-3d8', 'ca-key-canary-5e4'];

const KEY = (text: string): string => `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`;

export const settings = `${smallest}mail:
  host: smtp.company.example
  from: waybill@company.example
  ca: ca.pem
  login:
    user: waybill
    password: '\${file:secrets/smtp}'
  templates: templates
temporal:
  tls: { ca: both.pem }
`;

/** All stores of an installation, with something in each, without Waybill. */
export interface StoresWorld {
  readonly folder: string;
  readonly configFile: string;
  readonly config: Config;
  readonly backups: string;
  /** Of the file of an app that the ledger needs. */
  readonly sha256: string;
  /** A row of the Temporal database. */
  addHistory(text: string): void;
  backUp(): Promise<MadeBackup>;
  restore(options?: Partial<RestoreOptions>): Promise<Restored>;
  /** Another folder to restore to, with nothing in it. */
  emptyTarget(): Promise<StoresTarget>;
  close(): Promise<void>;
}

/** Where a backup is restored to. */
export interface StoresTarget {
  readonly configFile: string;
  readonly config: Config;
  /** What the stores hold: rows of Temporal, needed files of apps and whether they are there, marks of the ledger. */
  held(): Promise<{ histories: string[]; artifacts: boolean[]; putBack: boolean }>;
}

export async function storesWorld(yaml = settings): Promise<StoresWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-backup-'));
  const home = path.join(folder, 'home');
  const config = configFromYaml(yaml, home, {});
  const configFile = path.join(home, 'waybill.yaml');
  await writeAll(home, {
    'waybill.yaml': yaml,
    'ca.pem': '-----BEGIN CERTIFICATE-----\npublic\n-----END CERTIFICATE-----\n',
    'both.pem': KEY('ca-key-canary-5e4'),
    'secrets/smtp': 'smtp-canary-9f2',
    'templates/publish.hbs': 'Hello {{owner}}',
    'certificates/dev/client_key.pem': KEY('key-canary-7c1'),
    'data/installation-secret': 'own-canary-3d8',
    'data/temporal.sqlite.server.json': '{"executable":"temporal","cliVersion":"1.5.1","serverVersion":"1.29.1"}',
  });
  const sha256 = await fillLedger(config);
  const histories = new DatabaseSync(config.temporal.devServer.database);
  histories.exec('pragma journal_mode = wal; create table histories (text text)');
  const backups = path.join(folder, 'backups');
  const world: StoresWorld = {
    folder,
    configFile,
    config,
    backups,
    sha256,
    addHistory: (text) => void histories.prepare('insert into histories values (?)').run(text),
    backUp: () => makeBackup({ config, configFile, to: backups, version: '0.0.0-test' }),
    restore: (options) => restoreTo(backups, configFile, options),
    async emptyTarget() {
      const target = await mkdtemp(path.join(folder, 'target-'));
      return targetIn(target, yaml);
    },
    async close() {
      if (histories.isOpen) histories.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  world.addHistory('first');
  return world;
}

export function restoreTo(from: string, configFile: string, options: Partial<RestoreOptions> = {}): Promise<Restored> {
  const base = { from, configFile, parts: restoreParts, force: false, dryRun: false, environment: {} };
  return restoreBackup({ ...base, ...options });
}

function targetIn(folder: string, yaml: string): StoresTarget {
  const config = configFromYaml(yaml, folder, {});
  return {
    config,
    configFile: path.join(folder, 'waybill.yaml'),
    async held() {
      const database = new DatabaseSync(config.temporal.devServer.database);
      const histories = database.prepare('select text from histories').all();
      database.close();
      const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
      const store = await openFolderStore(config.artifacts.folder);
      const needed = [...(await ledger.artifactsInUse())];
      const artifacts = await Promise.all(needed.map(async (sha256) => (await store.stat(sha256)) !== undefined));
      const site = await ledger.getSiteMemory<{ putBackUtc?: string }>('dev');
      await ledger.close();
      return { histories: histories.map((row) => String(row['text'])), artifacts, putBack: !!site?.memory.putBackUtc };
    },
  };
}

async function fillLedger(config: Config): Promise<string> {
  const store = await openFolderStore(config.artifacts.folder);
  const { sha256, sizeBytes } = await store.write(Readable.from([Buffer.alloc(300_000, 'needed')]));
  await store.write(Readable.from([Buffer.from('not needed by anything')]));
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
  const [target, targetAppId, promotionKey] = ['test', 'app', 'key'];
  const atUtc = new Date().toISOString();
  await ledger.recordBackup({ target, targetAppId, promotionKey, sha256, sizeBytes, withData: true, atUtc });
  await ledger.record({ promotionKey, seq: 'export', type: 'exported', atUtc });
  await ledger.putSiteMemory('dev', { firstStartUtc: atUtc, watermarkUtc: atUtc, sweeps: 7 });
  await ledger.close();
  return sha256;
}

async function writeAll(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/** Every file below a folder, with what it holds. */
export async function filesBelow(folder: string): Promise<{ name: string; bytes: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({
      name: path.relative(folder, file).replaceAll('\\', '/'),
      bytes: await readFile(file),
    })),
  );
}
