import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../sandbox/s3/server-process.ts';
import { listens } from '../starter/waybill-process.ts';
import { waitFor } from './wait-for.ts';

const PROGRAMS = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];

/** A real broker in a process of its own, on a port that it keeps. */
export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Has it write to disk all that it holds; without that, a kill loses what came in the last second. */
  save(): Promise<void>;
  close(): Promise<void>;
}

/** Where Mosquitto is installed; undefined where it is not. */
export function findMosquitto(): string | undefined {
  return PROGRAMS.find((program) => existsSync(program));
}

export interface MosquittoOptions {
  /** Lines of its configuration besides the listener. */
  readonly lines?: readonly string[];
}

/** Starts a broker on loopback that keeps what it holds on disk. */
export async function startMosquitto({ lines = ['allow_anonymous true'] }: MosquittoOptions = {}): Promise<Mosquitto> {
  const program = findMosquitto();
  if (!program) throw new Error('Mosquitto is not installed; on Debian: apt-get install mosquitto');
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-mosquitto-'));
  const port = await freePort();
  const store = path.join(folder, 'store');
  await mkdir(store);
  const file = path.join(folder, 'mosquitto.conf');
  const user = process.getuid?.() === 0 ? ['user root'] : [];
  const own = [
    `listener ${port} 127.0.0.1`,
    'persistence true',
    `persistence_location ${store}/`,
    'autosave_interval 1',
  ];
  await writeFile(file, [...own, ...user, ...lines, ''].join('\n'));
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    child = spawn(program, ['-c', file], { stdio: 'ignore' });
    await waitFor('the broker to listen', () => listens(port));
  };
  const kill = async (): Promise<void> => {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  };
  const save = async (): Promise<void> => {
    const savedAtMs = async () => (await stat(path.join(store, 'mosquitto.db')).catch(() => undefined))?.mtimeMs ?? 0;
    const before = await savedAtMs();
    child?.kill('SIGUSR1');
    await waitFor('the broker to write', async () => (await savedAtMs()) > before);
  };
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    start,
    kill,
    save,
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
