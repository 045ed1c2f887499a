import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onPath } from '../on-path.ts';
import { wait } from '../qrs/wait.ts';
import { freePort } from '../s3/server-process.ts';

/** Where packages put it besides the PATH. */
const PLACES = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', 'C:\\Program Files\\mosquitto'];
const TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** A real broker in a process of its own, on a port that it keeps. */
export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut would: what it confirmed in the last second is lost. */
  kill(): Promise<void>;
  /** Ends it with all that it holds on disk. */
  stop(): Promise<void>;
  /** Safe to repeat. */
  start(): Promise<void>;
  /** Has it write to disk all that it holds; without that, a kill loses what came in the last second. */
  save(): Promise<void>;
  close(): Promise<void>;
}

export interface MosquittoOptions {
  /** Lines of its configuration besides the listener. */
  readonly lines?: readonly string[];
}

/** Where Mosquitto is installed; undefined where it is not. */
export function findMosquitto(): string | undefined {
  const name = process.platform === 'win32' ? 'mosquitto.exe' : 'mosquitto';
  return [...onPath(name), ...PLACES.map((folder) => path.join(folder, name))].find((file) => existsSync(file));
}

/** Starts a broker on loopback that keeps what it holds on disk. */
export async function startMosquitto({ lines = ['allow_anonymous true'] }: MosquittoOptions = {}): Promise<Mosquitto> {
  const program = findMosquitto();
  if (!program) throw new Error('Mosquitto is not installed; on Debian: apt-get install mosquitto');
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-mosquitto-'));
  const port = await freePort();
  const file = await writeSettings(folder, port, lines);
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    if (child && child.exitCode === null && child.signalCode === null) return;
    child = spawn(program, ['-c', file], { stdio: 'ignore' });
    await until(`Mosquitto to listen on port ${port}`, () => listens(port));
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  };
  const kill = (): Promise<void> => end('SIGKILL');
  const save = async (): Promise<void> => {
    const before = await savedAtMs(folder);
    child?.kill('SIGUSR1');
    await until('the broker to write', async () => (await savedAtMs(folder)) > before);
  };
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    start,
    kill,
    save,
    stop: () => end('SIGTERM'),
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function writeSettings(folder: string, port: number, lines: readonly string[]): Promise<string> {
  const store = path.join(folder, 'store');
  await mkdir(store);
  const file = path.join(folder, 'mosquitto.conf');
  const user = process.getuid?.() === 0 ? ['user root'] : [];
  const own = [
    `listener ${port} 127.0.0.1`,
    'persistence true',
    `persistence_location ${store}${path.sep}`,
    'autosave_interval 1',
  ];
  await writeFile(file, [...own, ...user, ...lines, ''].join('\n'));
  return file;
}

async function savedAtMs(folder: string): Promise<number> {
  return (await stat(path.join(folder, 'store', 'mosquitto.db')).catch(() => undefined))?.mtimeMs ?? 0;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await wait(LOOK_EVERY_MS);
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
