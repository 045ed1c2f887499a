import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../harness/wait-for.ts';

const bin = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));

export interface WaybillProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when that text stands on stdout; throws with all output when the process ends before. */
  says(text: string, withinMs?: number): Promise<void>;
  /** The first log line with that message. */
  logged(message: string): Promise<Readonly<Record<string, unknown>>>;
  /** The exit code; `undefined` after a signal. */
  readonly ended: Promise<number | undefined>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | undefined>;
}

export interface RunOptions {
  /** The program to run `bin/waybill.js` with. Default: this Node. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The `bin/waybill.js` to run. Default: that of this checkout. */
  readonly program?: string;
}

const running = new Set<ChildProcess>();

/** Runs `waybill <args>` as people do. */
export function waybill(args: readonly string[], options: RunOptions = {}): WaybillProcess {
  const env = { ...process.env, WAYBILL_DEBUG: '', NO_COLOR: '1', ...options.env };
  const child = spawn(options.node ?? process.execPath, [options.program ?? bin, ...args], {
    env,
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const ended = new Promise<number | undefined>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code ?? undefined);
    });
  });
  const seen = (what: string, look: () => unknown, withinMs: number) =>
    waitFor(
      `${what}\n${output.stdout}\n${output.stderr}`,
      () => {
        if (look()) return true;
        if (!running.has(child)) throw new Error(`it ended before ${what}\n${output.stdout}\n${output.stderr}`);
        return false;
      },
      withinMs,
    );
  return {
    child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    async says(text, withinMs = 60_000) {
      await seen(`it said "${text}"`, () => output.stdout.includes(text), withinMs);
    },
    async logged(message) {
      const find = () => linesOf(output.stderr).find(({ msg }) => String(msg).startsWith(message));
      await seen(`it logged "${message}"`, find, 30_000);
      return find()!;
    },
    ended,
    async stop(signal = 'SIGINT') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs a command to its end. */
export async function waybillOnce(args: readonly string[], options: RunOptions = {}) {
  const run = waybill(args, options);
  return { exitCode: await run.ended, stdout: run.stdout(), stderr: run.stderr() };
}

/** Ends what a failed test left running. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The JSON lines of a log. */
export function linesOf(text: string): Readonly<Record<string, unknown>>[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}

/** A Node along PATH that is too old for Waybill; undefined where there is none. */
export function oldNode(): string | undefined {
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const candidates = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, executable));
  return candidates.find((node) => existsSync(node) && majorOf(node) < 24);
}

function majorOf(node: string): number {
  try {
    return Number(execFileSync(node, ['-p', 'process.versions.node.split(".")[0]']).toString());
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Ports on loopback that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whether something listens there. */
export function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
