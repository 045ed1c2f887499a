import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { waybillError } from '../common/errors/catalogue.ts';
import type { Config } from '../config/types.ts';
import { devServerArguments } from './dev-server-arguments.ts';
import { findServer, type FoundServer } from './find-server.ts';
import type { Logger } from '../common/logger.ts';
import type { OnProgress } from './report-progress.ts';
import type { Environment } from './server-cache.ts';
import { usablePort } from './server-ports.ts';
import { frontendServes } from './server-ready.ts';
import { writeServerRecord } from './server-record.ts';

const keeperFile = fileURLToPath(new URL('./server-keeper.ts', import.meta.url));
const LOOK_EVERY_MS = 50;
const STOP_PATIENCE_MS = 10_000;
/** It collects its garbage half as often as Go does by default: a tenth of its time, for a third more memory. */
const USUAL_ENVIRONMENT: Environment = { GOGC: '200' };
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

type Keeper = ChildProcessByStdio<Writable, Readable, null>;

export interface StartDevServerOptions {
  readonly config: Pick<Config, 'dataFolder'> & {
    readonly temporal: Pick<Config['temporal'], 'namespace' | 'devServer'>;
  };
  /** Where PATH and the like are read from: `process.env`, except in tests. */
  readonly environment: Environment;
  readonly logger: Logger;
  readonly onProgress?: OnProgress;
  /** Stops a start that is under way. A server that runs is stopped by `stop()`. */
  readonly signal?: AbortSignal;
  /** For tests: no database file, timers within 10 ms. */
  readonly forTests?: boolean;
}

/** How the server process ended. `expected` when `stop()` was called. */
export interface DevServerExit {
  readonly code: number | null;
  readonly expected: boolean;
}

export interface DevServer {
  /** host:port of the service. */
  readonly address: string;
  readonly uiUrl: string;
  readonly pid: number;
  readonly program: FoundServer;
  readonly logFile: string;
  /** Ends the server and waits until it is gone. Safe to repeat. */
  stop(): Promise<void>;
  readonly exited: Promise<DevServerExit>;
}

/**
 * Runs the Temporal development server as a child process and resolves when it truly serves its namespace. It listens
 * on `devServer.ip` (loopback by default: it knows no login), writes to `<dataFolder>/temporal-server.log`, and ends
 * when this process ends, however that ends. A port of 0 picks a free one.
 * @throws WAYBILL_TEMPORAL_SERVER_NOT_FOUND, WAYBILL_TEMPORAL_VERSION_MISMATCH, WAYBILL_TEMPORAL_RECORD_UNREADABLE
 * @throws WAYBILL_TEMPORAL_PORT_IN_USE, WAYBILL_TEMPORAL_SERVER_FAILED, WAYBILL_TEMPORAL_STOPPED
 */
export async function startDevServer(options: StartDevServerOptions): Promise<DevServer> {
  const { devServer, namespace } = options.config.temporal;
  const databaseFile = options.forTests ? undefined : devServer.database;
  const program = await findServer({ ...devServer, databaseFile, ...pick(options) });
  const port = await usablePort(devServer.ip, devServer.port, 'temporal.devServer.port');
  const uiPort = await usablePort(devServer.ip, devServer.uiPort, 'temporal.devServer.uiPort');
  const logFile = await prepareLog(options.config.dataFolder);
  if (databaseFile !== undefined) await mkdir(dirname(databaseFile), { recursive: true });
  const { forTests } = options;
  const args = devServerArguments({ ip: devServer.ip, port, uiPort, namespace, databaseFile, forTests });
  const server = launch(program, args, logFile, options);
  try {
    const address = `${devServer.ip}:${port}`;
    const pid = await waitUntilServing(server, address, options);
    if (databaseFile !== undefined) await recordProgram(databaseFile, program);
    options.logger.info({ address, pid, program: program.path, server: program.serverVersion }, 'Temporal serves');
    const { stop, exited } = server;
    return { address, uiUrl: `http://${devServer.ip}:${uiPort}`, pid, program, logFile, stop, exited };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function recordProgram(databaseFile: string, { path, cliVersion, serverVersion }: FoundServer): Promise<void> {
  await writeServerRecord(databaseFile, { executable: path, cliVersion, serverVersion });
}

function pick({ environment, onProgress, signal }: StartDevServerOptions) {
  return { environment, onProgress, signal };
}

/** The log file of the server; one that has grown large is put aside, so that there are two at most. */
async function prepareLog(dataFolder: string): Promise<string> {
  const logFile = join(dataFolder, 'temporal-server.log');
  await mkdir(dataFolder, { recursive: true });
  const sizeBytes = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (sizeBytes > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
  return logFile;
}

interface Launched extends Pick<DevServer, 'stop' | 'exited' | 'logFile'> {
  readonly program: FoundServer;
  readonly pid: Promise<number>;
}

function launch(
  program: FoundServer,
  args: readonly string[],
  logFile: string,
  { environment, forTests }: StartDevServerOptions,
): Launched {
  const keeper: Keeper = spawn(process.execPath, [keeperFile, logFile, program.path, ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // A group of its own, so that Ctrl-C in the terminal does not end the server before the worker has drained.
    detached: process.platform !== 'win32',
    windowsHide: true,
    env: { ...USUAL_ENVIRONMENT, ...environment },
  });
  let expected = false;
  const exited = new Promise<DevServerExit>((resolve) => {
    keeper.once('error', () => resolve({ code: null, expected }));
    keeper.once('exit', (code) => resolve({ code, expected }));
  });
  keeper.stdin.on('error', () => undefined);
  const pid = firstLine(keeper);
  const stop = async () => {
    expected = true;
    if (forTests) kill(await pid);
    keeper.stdin.end();
    const patience = setTimeout(() => keeper.kill('SIGKILL'), STOP_PATIENCE_MS);
    await exited;
    clearTimeout(patience);
  };
  return { program, logFile, stop, exited, pid };
}

/** A server in memory has nothing to write down; its orderly end would cost 1.5 s. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

async function firstLine(keeper: Keeper): Promise<number> {
  for await (const chunk of keeper.stdout) return Number.parseInt(String(chunk), 10);
  return Number.NaN;
}

async function waitUntilServing(server: Launched, address: string, options: StartDevServerOptions): Promise<number> {
  const { startTimeoutMs } = options.config.temporal.devServer;
  const deadline = performance.now() + startTimeoutMs;
  let ended: DevServerExit | undefined;
  void server.exited.then((exit) => {
    ended = exit;
  });
  const pid = await server.pid;
  for (;;) {
    if (options.signal?.aborted) throw waybillError('WAYBILL_TEMPORAL_STOPPED', { what: 'The start of Temporal' });
    if (ended !== undefined) throw await failed(server, `it ended at once (code ${ended.code})`);
    if (await frontendServes(address, options.config.temporal.namespace)) return pid;
    if (performance.now() > deadline) throw await failed(server, `it does not answer after ${startTimeoutMs / 1000} s`);
    await wait(LOOK_EVERY_MS);
  }
}

async function failed(server: Launched, reason: string): Promise<Error> {
  const log = await readFile(server.logFile, 'utf8').catch(() => '');
  const said = log.trim().split('\n').at(-1);
  const facts = { executable: server.program.path, logFile: server.logFile };
  return waybillError('WAYBILL_TEMPORAL_SERVER_FAILED', { ...facts, reason: said ? `${reason}: ${said}` : reason });
}
