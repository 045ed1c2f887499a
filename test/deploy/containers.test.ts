import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../config/load.ts';
import { findPostgres, startPostgres } from '../harness/postgres.ts';
import { createProgram } from '../../starter/cli/program.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'deploy', 'docker');
const text = readFileSync(path.join(folder, 'compose.yaml'), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}

const compose = parse(text, { merge: true }) as { services: Record<string, Service>; volumes: Record<string, unknown> };
const ours = Object.values(compose.services).filter(({ image }) => image.startsWith('waybill:'));

describe('the Compose file', () => {
  it('asks for nothing that env.example does not name', async () => {
    const named = (await readFile(path.join(folder, 'env.example'), 'utf8')).matchAll(/^(\w+)=/gm);
    const asked = text.matchAll(/\$\{(\w+)/g);

    expect(new Set([...asked].map(([, name]) => name))).toEqual(new Set([...named].map(([, name]) => name)));
  });

  it('starts commands that Waybill has', () => {
    const commands = createProgram({}).commands.map((command) => command.name());

    expect(ours.map(({ command }) => command?.[0])).toEqual(['worker', 'listener', 'console']);
    for (const { command } of ours) expect(commands).toContain(command?.[0]);
  });

  it('keeps data in volumes that it declares, and mounts files that are there', async () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map((one) => one.split(':')[0]),
    );
    const files = mounted.filter((one) => one?.startsWith('./') && one !== './certificates');

    expect(new Set(mounted.filter((one) => !one?.startsWith('./')))).toEqual(new Set(Object.keys(compose.volumes)));
    for (const file of files) await expect(readFile(path.join(folder, file ?? ''))).resolves.toBeDefined();
  });

  it('opens no port to others but that of the listener', () => {
    const open = Object.values(compose.services).flatMap(({ ports = [] }) => ports);

    expect(open.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual(['5000:5000']);
  });
});

describe('the settings for containers', () => {
  it('are right, with the variables of the Compose file', async () => {
    const environment = { WAYBILL_SECRET: 'a', WAYBILL_LEDGER_URL: 'postgres://waybill:b@postgresql/waybill' };
    const { problems, config } = await readConfig(path.join(folder, 'waybill.yaml'), environment);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({ ledger: { kind: 'postgres' }, console: { behindProxy: true } });
  });
});

const postgres = findPostgres();

// Where PostgreSQL is not installed this cannot be shown; `.ci/run` installs it.
describe.skipIf('absent' in postgres)('the script that makes the databases', () => {
  it('gives Waybill and Temporal a role and databases of their own', async () => {
    const server = await startPostgres();
    try {
      const superuser = await onlyPostgres(await server.createDatabase());
      const login = { PGUSER: 'postgres', PGPASSWORD: superuser, PGDATABASE: 'postgres' };
      const at = { PGHOST: '127.0.0.1', PGPORT: String(server.port) };
      const passwords = { WAYBILL_LEDGER_PASSWORD: "it's one", TEMPORAL_DATABASE_PASSWORD: 'another' };
      await promisify(execFile)('sh', [path.join(folder, 'make-databases.sh')], {
        env: {
          PATH: `${'binFolder' in postgres ? postgres.binFolder : ''}:${process.env['PATH']}`,
          ...login,
          ...at,
          ...passwords,
        },
      });
      const asWaybill = { host: '127.0.0.1', port: server.port, user: 'waybill', password: "it's one" };
      const client = new Client({ ...asWaybill, database: 'waybill' });
      await client.connect();
      const { rows } = await client.query(
        'select datname from pg_database join pg_roles on datdba = pg_roles.oid where rolname = $1 order by 1',
        ['temporal'],
      );
      await client.end();
      expect(rows.map(({ datname }) => datname)).toEqual(['temporal', 'temporal_visibility']);
    } finally {
      await server.stop();
    }
  });
});

/** Makes the server as the image's is at first: one role, `postgres`, whose password is given back. */
async function onlyPostgres(database: string): Promise<string> {
  const password = 'of the superuser';
  const first = new Client({ connectionString: database });
  await first.connect();
  await first.query(`create role postgres superuser login password '${password}'`);
  await first.end();
  const { username, port } = new URL(database);
  const second = new Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'postgres',
    password,
    database: 'postgres',
  });
  await second.connect();
  await second.query(`alter role ${username} rename to of_the_tests`);
  await second.end();
  return password;
}
