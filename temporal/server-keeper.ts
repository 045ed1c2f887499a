/**
 * A process between Waybill and the Temporal server: it ends the server when Waybill is gone, however it went, which
 * it sees by its standard input being closed. It stands apart from the terminal, so that Ctrl-C reaches Waybill
 * alone and the server lives until Waybill has drained.
 *
 * Arguments: log file, program, arguments of the program. First line of output: the server's process id.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, writeSync } from 'node:fs';

const PATIENCE_MS = 5_000;

function keep(logFile: string, program: string, args: readonly string[]): void {
  const log = openSync(logFile, 'a');
  const server = spawn(program, args, { stdio: ['ignore', log, log], windowsHide: true });
  server.on('spawn', () => process.stdout.write(`${server.pid}\n`));
  server.on('error', (error) => {
    writeSync(log, `${error.message}\n`);
    process.exit(127);
  });
  server.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  process.stdin.on('end', () => end(server)).on('error', () => end(server));
  process.stdin.resume();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(server));
}

function end(server: ChildProcess): void {
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), PATIENCE_MS);
}

const [logFile, program, ...args] = process.argv.slice(2);
if (logFile !== undefined && program !== undefined) keep(logFile, program, args);
