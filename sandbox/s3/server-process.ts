import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';

/** A server program that runs until `stop()`, or until this process is gone. */
export interface ServerProcess {
  /** Resolves when the program has ended. */
  ended: Promise<void>;
  /** The end of what it wrote, for error messages. */
  output(): string;
  stop(): Promise<void>;
}

export function startServerProcess(program: string, programArguments: readonly string[]): ServerProcess {
  const supervisor = path.join(import.meta.dirname, 'supervise.ts');
  const child = spawn(process.execPath, [supervisor, program, ...programArguments], {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-4000)));
  }
  const ended = endOf(child, (text) => (output += text));
  return {
    ended,
    output: () => output.trim(),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function endOf(child: ChildProcess, write: (text: string) => void): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      write(String(error));
      resolve();
    });
  });
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
