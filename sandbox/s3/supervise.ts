/**
 * Runs `supervise.ts <program> <arguments…>` until its own standard input ends, that is until the process that
 * started it is gone, however that ended; so no server is left behind. Passes output and exit code on.
 */
import { spawn } from 'node:child_process';

const [program, ...programArguments] = process.argv.slice(2);
if (program === undefined) process.exit(2);

const child = spawn(program, programArguments, { stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
child.once('error', () => process.exit(3));
child.once('exit', (code) => process.exit(code ?? 1));
process.stdin.resume().once('close', () => child.kill());
// The terminal sends an interrupt to all: let the child end first and tell how.
process.on('SIGINT', () => child.kill());
process.on('SIGTERM', () => child.kill());
