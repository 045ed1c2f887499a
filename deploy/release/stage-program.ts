import { execFile } from 'node:child_process';
import { access, chmod, copyFile, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeLicences } from './licences.ts';
import type { Platform } from './platforms.ts';

const run = promisify(execFile);

/** What stands in a checkout and is of no use where Waybill runs. */
const NOT_SHIPPED = ['test', 'bench', '.ci', 'vitest.config.ts', 'biome.json', '.oxlintrc.json', '.gitignore'];
/** Of no use without a compiler, or on another platform. */
const NOT_NEEDED = [
  'node_modules/.bin',
  'node_modules/@temporalio/core-bridge/sdk-core',
  'node_modules/@temporalio/core-bridge/src',
];
const NATIVE_MODULES = 'node_modules/@temporalio/core-bridge/releases';
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

export interface StageOptions {
  /** The checkout; what git does not track is not shipped. */
  readonly root: string;
  /** Made anew. */
  readonly folder: string;
  readonly platform: Platform;
  /** Programs that are put into `servers/` under these names, without ending. */
  readonly servers: Readonly<Record<string, string>>;
  readonly report: (line: string) => void;
}

/** Makes the folder that an archive holds: program, libraries, Node, launcher, licences and bill of materials. */
export async function stageProgram({ root, folder, platform, servers, report }: StageOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await copyTracked(root, folder);
  report('Installing the libraries that are needed at run time …');
  await npm(folder, ['ci', '--omit=dev', `--os=${platform.os}`, `--cpu=${platform.cpu}`, '--no-audit', '--no-fund']);
  await npm(folder, ['pkg', 'delete', 'devDependencies', 'scripts']);
  await access(path.join(folder, platform.node));
  await writeFile(path.join(folder, 'bill-of-materials.cdx.json'), await billOfMaterials(folder));
  await removeUnneeded(folder, platform);
  await writeLicences(folder);
  await writeLauncher(folder, platform);
  await mkdir(path.join(folder, 'servers'));
  for (const [name, file] of Object.entries(servers)) {
    const target = path.join(folder, 'servers', `${name}${platform.exe}`);
    await copyFile(file, target);
    await chmod(target, 0o755);
  }
}

async function copyTracked(root: string, folder: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '-z'], { cwd: root, maxBuffer: MOST_OUTPUT_BYTES });
  const files = stdout.split('\0').filter((file) => file !== '');
  const shipped = files.filter((file) => !NOT_SHIPPED.some((one) => file === one || file.startsWith(`${one}/`)));
  for (const file of shipped) await cp(path.join(root, file), path.join(folder, file));
}

/** npm's own CycloneDX list of what was installed. */
async function billOfMaterials(folder: string): Promise<string> {
  return npm(folder, ['sbom', '--omit=dev', '--sbom-format=cyclonedx']);
}

async function removeUnneeded(folder: string, { native }: Platform): Promise<void> {
  for (const one of NOT_NEEDED) await rm(path.join(folder, one), { recursive: true, force: true });
  const natives = path.join(folder, NATIVE_MODULES);
  for (const one of await readdir(natives)) {
    if (one !== native) await rm(path.join(natives, one), { recursive: true });
  }
  await access(path.join(natives, native));
}

/** Starts with the Node of the archive, whatever stands on the PATH. */
async function writeLauncher(folder: string, { name, node }: Platform): Promise<void> {
  if (name === 'win-x64') {
    const program = node.replaceAll('/', '\\');
    const lines = ['@echo off', `"%~dp0${program}" "%~dp0bin\\waybill.js" %*`, 'exit /b %ERRORLEVEL%', ''];
    await writeFile(path.join(folder, 'waybill.cmd'), lines.join('\r\n'));
    return;
  }
  const file = path.join(folder, 'waybill');
  const lines = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    `exec "$here/${node}" "$here/bin/waybill.js" "$@"`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  await chmod(file, 0o755);
}

/** The npm that runs this script, and no shell. */
async function npm(cwd: string, args: readonly string[]): Promise<string> {
  const cli = process.env['npm_execpath'];
  if (!cli) throw new Error('Run this by npm: npm run release');
  const { stdout } = await run(process.execPath, [cli, ...args], { cwd, maxBuffer: MOST_OUTPUT_BYTES });
  return stdout;
}
