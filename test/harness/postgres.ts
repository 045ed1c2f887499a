import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../../sandbox/s3/server-process.ts';

export interface PostgresServer {
  readonly port: number;
  /** Address of a new, empty database of this server, with its password. */
  createDatabase(): Promise<string>;
  /** Ends the server, its connections included, and removes its data. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** PEM files of the server's certificate and key: the server then speaks TLS as well. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Where the server's programs are and the account to run them as, or why no test can use them. */
export type PostgresPrograms = Programs | { readonly absent: string };

interface Programs {
  readonly binFolder: string;
  readonly account?: { readonly uid: number; readonly gid: number };
}

const exe = process.platform === 'win32' ? '.exe' : '';

/** Looks where packages install PostgreSQL, newest first, then along PATH. */
export function findPostgres(): PostgresPrograms {
  const packaged = ['/usr/lib/postgresql', 'C:\\Program Files\\PostgreSQL'].flatMap((root) =>
    existsSync(root)
      ? readdirSync(root)
          .sort((a, b) => Number(b) - Number(a))
          .map((version) => join(root, version, 'bin'))
      : [],
  );
  const binFolder = [...packaged, ...(process.env.PATH ?? '').split(delimiter)].find((folder) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(folder, program + exe))),
  );
  if (binFolder === undefined) return { absent: 'PostgreSQL is not installed on this machine' };
  if (process.getuid?.() !== 0) return { binFolder };
  try {
    const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }).toString());
    return { binFolder, account: { uid: idOf('-u'), gid: idOf('-g') } };
  } catch {
    return { absent: 'PostgreSQL does not run as root, and there is no account named postgres' };
  }
}

/** A server of the caller's own, on loopback and a free port, with its data in a temporary folder; about 2 s. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = findPostgres();
  if ('absent' in programs) throw new Error(programs.absent);
  const folder = await mkdtemp(join(tmpdir(), 'waybill-test-postgres-'));
  const password = randomBytes(12).toString('hex');
  const data = createCluster(programs, folder, password);
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    ...tlsSettings(programs, data, options.tls),
  ];
  const server = spawn(
    join(programs.binFolder, `postgres${exe}`),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...programs.account, cwd: folder, windowsHide: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const urlOf = (database: string) => `postgres://waybill:${password}@127.0.0.1:${port}/${database}`;
  await untilItAnswers(server, urlOf('postgres'));

  return {
    port,
    async createDatabase() {
      const name = `ledger_${randomUUID().replaceAll('-', '')}`;
      await query(urlOf('postgres'), `create database ${name}`);
      return urlOf(name);
    },
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill('SIGINT');
        await once(server, 'exit');
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs one statement on a connection of its own. */
export async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** The data folder of a new cluster that lets the account `waybill` in by password. */
function createCluster(programs: Programs, folder: string, password: string): string {
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  for (const file of [folder, passwordFile]) handOver(programs, file);
  execFileSync(
    join(programs.binFolder, `initdb${exe}`),
    ['-A', 'scram-sha-256', '-U', 'waybill', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-locale', '-N', '-D', data],
    { ...programs.account, cwd: folder, windowsHide: true, stdio: 'pipe' },
  );
  return data;
}

/** The server refuses a key that others may read, or that is not its own: it gets a copy. */
function tlsSettings(programs: Programs, data: string, tls: PostgresOptions['tls']): string[] {
  if (tls === undefined) return [];
  const pair = { ssl_cert_file: tls.certificate, ssl_key_file: tls.key };
  const files = Object.entries(pair).map(([setting, file]) => {
    const copy = join(data, `${setting}.pem`);
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    handOver(programs, copy);
    return `${setting}=${copy}`;
  });
  return ['ssl=on', ...files];
}

function handOver({ account }: Programs, file: string): void {
  if (account) chownSync(file, account.uid, account.gid);
}

async function untilItAnswers(server: ChildProcess, url: string): Promise<void> {
  let log = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-4000);
  });
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await query(url, 'select 1');
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) {
        server.kill('SIGKILL');
        throw new Error(`PostgreSQL did not start: ${log}`, { cause: error });
      }
      await delay(50);
    }
  }
}
