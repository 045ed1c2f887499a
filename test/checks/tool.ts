import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './repository.ts';

export interface ToolOutcome {
  readonly exitCode: number;
  readonly output: string;
  readonly errorOutput: string;
}

interface Manifest {
  readonly bin: string | Readonly<Record<string, string>>;
}

/** Runs the command of an installed package with this Node, in `folder`; no shell, so it is the same on Windows. */
export function runTool(name: string, args: readonly string[], folder = root): Promise<ToolOutcome> {
  const home = path.join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as Manifest;
  const script = typeof bin === 'string' ? bin : Object.values(bin)[0];
  if (script === undefined) throw new Error(`${name} has no command`);
  const binFolder = path.join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${binFolder}${path.delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' };
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(home, script), ...args], options, (error, output, errorOutput) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ exitCode, output, errorOutput });
    });
  });
}

/** The problems of a tool that prints them: its output when it failed, nothing otherwise. */
export async function problemsOfTool(name: string, args: readonly string[]): Promise<string[]> {
  const { exitCode, output, errorOutput } = await runTool(name, args);
  if (exitCode === 0) return [];
  return `${output}\n${errorOutput}`.split('\n').filter((line) => line.trim() !== '');
}
