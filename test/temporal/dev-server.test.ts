import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silentLogger } from '../harness/memory-logger.ts';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { connectTemporal } from '../../temporal/connect.ts';
import { type DevServer, startDevServer, type StartDevServerOptions } from '../../temporal/dev-server.ts';
import { ensureNamespace } from '../../temporal/ensure-namespace.ts';
import { frontendServes } from '../../temporal/server-ready.ts';
import { searchAttributes } from '../../workflows/contract.ts';
import { testTemporalConfig } from '../harness/temporal-config.ts';
import { waitFor } from '../harness/wait-for.ts';

const logger = silentLogger();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-dev-server-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

function settings(changes: Partial<StartDevServerOptions['config']['temporal']['devServer']> = {}) {
  const { devServer } = testTemporalConfig();
  const own = { database: join(folder, 'temporal.sqlite'), port: 0, uiPort: 0, build: true };
  return { dataFolder: folder, temporal: { namespace: 'default', devServer: { ...devServer, ...own, ...changes } } };
}

async function start(
  changes: Parameters<typeof settings>[0] = {},
  environment: NodeJS.ProcessEnv = process.env,
): Promise<DevServer> {
  const server = await startDevServer({ config: settings(changes), environment, logger });
  onTestFinished(() => server.stop());
  return server;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function ensure({ address }: DevServer, namespace = 'default') {
  const temporal = testTemporalConfig({ address });
  const { connection, close } = await connectTemporal({ config: { temporal } });
  try {
    return await ensureNamespace({
      connection,
      address,
      namespace,
      retentionMs: temporal.retentionMs,
      logger,
    });
  } finally {
    await close();
  }
}

describe('startDevServer', () => {
  it.skipIf(process.platform !== 'linux')(
    'has the server collect its garbage less often, unless the environment says how often',
    async () => {
      const { GOGC: _, ...others } = process.env;
      const usual = await start({}, others);
      const set = await start({ database: join(folder, 'other.sqlite') }, { ...others, GOGC: '75' });

      const environmentOf = async ({ pid }: DevServer) => (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0');
      expect(await environmentOf(usual)).toContain('GOGC=200');
      expect(await environmentOf(set)).toContain('GOGC=75');
    },
  );

  it('serves when it says so, shows its pages, and is gone when stopped', async () => {
    const server = await start();

    expect(await frontendServes(server.address, 'default')).toBe(true);
    expect((await fetch(server.uiUrl)).status).toBe(200);
    await server.stop();

    expect(await server.exited).toEqual({ code: 0, expected: true });
    expect(isAlive(server.pid)).toBe(false);
    expect(await frontendServes(server.address, 'default')).toBe(false);
  });

  it('keeps its data in the file, and search attributes that a namespace lacks are made there', async () => {
    const first = await start();
    await first.stop();
    const record = JSON.parse(await readFile(join(folder, 'temporal.sqlite.server.json'), 'utf8')) as unknown;
    expect(record).toMatchObject({ executable: first.program.path, serverVersion: first.program.serverVersion });

    const second = await start();
    expect(await ensure(second)).toEqual({ namespace: 'retention raised', added: [], missing: [] });
    const made = await ensure(second, 'another');
    expect(made).toMatchObject({ added: Object.keys(searchAttributes), missing: [] });
    await second.stop();

    const third = await start();
    expect(await ensure(third)).toEqual({ namespace: 'unchanged', added: [], missing: [] });
    expect(await ensure(third, 'another')).toEqual({ namespace: 'unchanged', added: [], missing: [] });
  });

  it('names the setting when its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());

    await expect(start({ port: (other.address() as AddressInfo).port })).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_PORT_IN_USE',
      remedy: expect.stringContaining('temporal.devServer.port') as string,
    });
  });

  it('says what the server said when it does not start', async () => {
    await writeFile(join(folder, 'temporal.sqlite'), 'this is no database '.repeat(100));

    await expect(start()).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_SERVER_FAILED',
      message: expect.stringMatching(/not a database/) as string,
      remedy: expect.stringContaining('temporal-server.log') as string,
    });
  });

  it('tells when the server ends by itself', async () => {
    const server = await start();

    process.kill(server.pid, 'SIGKILL');

    expect(await server.exited).toMatchObject({ expected: false });
  });

  it('takes the server down when the process that started it is killed', async () => {
    const script = join(folder, 'parent.ts');
    const module = pathToFileURL(join(import.meta.dirname, '../../temporal/dev-server.ts')).href;
    await writeFile(
      script,
      `const { startDevServer } = await import(${JSON.stringify(module)});
       const quiet = { debug() {}, info() {}, warn() {}, error() {} };
       const server = await startDevServer({ config: ${JSON.stringify(settings())}, environment: process.env, logger: quiet });
       process.stdout.write(server.pid + '\\n');
       setInterval(() => {}, 1000);`,
    );
    const parent: ChildProcess = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout!, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);

    parent.kill('SIGKILL');

    await waitFor('the server to be gone', () => !isAlive(pid));
  });
});
