import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { parts } from './parts.ts';

/** Runs the parts that are named, or all, and prints the figure of each part that was ever run here. */

type Part = keyof typeof parts;

const root = path.resolve(import.meta.dirname, '..', '..');
const reports = path.join(root, '.vitest', 'mutation-report');
const names = Object.keys(parts) as Part[];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name as Part));

if (unknown.length > 0) {
  process.stderr.write(`There is no part ${unknown.join(', ')}; there are ${names.join(', ')}.\n`);
  process.exitCode = 2;
} else {
  for (const name of names) if (asked.length === 0 || asked.includes(name)) await runPart(name);
  for (const name of names) process.stdout.write(`${name.padEnd(8)}${figureOf(name)}\n`);
}

async function runPart(name: Part): Promise<void> {
  const stryker = path.join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
  const { mutate, testFiles } = parts[name];
  const config = path.join('test', 'mutation', 'stryker.config.js');
  // A later run repeats only what a change of code or tests may have made another.
  const known = ['--incremental', '--incrementalFile', path.join('.vitest', 'mutation-report', `${name}.known.json`)];
  const args = [stryker, 'run', config, '--mutate', mutate, '--testFiles', testFiles.join(','), ...known];
  await new Promise((resolve) => {
    spawn(process.execPath, args, { cwd: root, stdio: 'inherit' }).on('close', resolve);
  });
  mkdirSync(reports, { recursive: true });
  for (const kind of ['json', 'html']) {
    const made = path.join(reports, `mutation.${kind}`);
    if (existsSync(made)) renameSync(made, path.join(reports, `${name}.${kind}`));
  }
}

/** Of the mutants that stood for something: those that a test noticed, by failing or by never ending. */
function figureOf(name: Part): string {
  const file = path.join(reports, `${name}.json`);
  if (!existsSync(file)) return 'not run';
  const { files } = JSON.parse(readFileSync(file, 'utf8')) as {
    files: Record<string, { mutants: { status: string }[] }>;
  };
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...some: string[]) => statuses.filter((status) => some.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const all = noticed + count('Survived', 'NoCoverage');
  return `${((100 * noticed) / all).toFixed(1)} %  ${noticed} of ${all} (${count('Timeout')} never ended), ${count('Ignored')} left out`;
}
