#!/usr/bin/env node
// Starts on any Node that npm itself runs on, and hands over to the platform's Node 24, which came with `npm ci`.
// Plain JavaScript on purpose: an older Node cannot read TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUIRED_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

// Programs that an archive brings along are found before those that are installed.
const servers = join(root, 'servers');
if (existsSync(servers)) process.env.PATH = [servers, process.env.PATH].filter(Boolean).join(delimiter);

function platformNode() {
  const name = process.platform === 'win32' ? 'win' : process.platform;
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  for (const parts of [['bin', executable], [executable]]) {
    const candidate = join(root, 'node_modules', `node-${name}-${process.arch}`, ...parts);
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

function handOver(node) {
  // The channel tells the child when this process is gone, however it went; where a signal would kill, it asks instead.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio });
  const pass = (signal) =>
    process.platform === 'win32' ? child.send('shutdown', () => undefined) : child.kill(signal);
  // The terminal already sends Ctrl-C to the whole group; this process only has to outlive its child.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK']) {
    try {
      process.on(signal, () => pass(signal));
    } catch {
      // Not every platform knows every signal.
    }
  }
  child.on('error', (error) => {
    process.stderr.write(`waybill: cannot start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + (signal === 'SIGINT' ? 2 : 15) : code;
  });
}

if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) {
  const { main } = await import(new URL('../starter/cli/main.ts', import.meta.url).href);
  await main(process.argv.slice(2), process.env);
} else {
  const node = platformNode();
  if (node) {
    handOver(node);
  } else {
    process.stderr.write(
      `waybill needs Node ${REQUIRED_MAJOR}; this is ${process.version}, and npm brought none for ${process.platform}-${process.arch}.\n` +
        'Run `npm ci` without --omit=optional, or install Node 24 and try again.\n',
    );
    process.exitCode = 1;
  }
}
