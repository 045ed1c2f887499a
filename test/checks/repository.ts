import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the repository, absolute. */
export const root = path.resolve(import.meta.dirname, '..', '..');

/** Files that git tracks or would track, as paths from the root with forward slashes. */
export function repositoryFiles(): string[] {
  const options = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z'];
  const output = execFileSync('git', options, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return output.split('\0').filter((file) => file !== '' && existsSync(path.join(root, file)));
}

/** The text of a file of the repository, with `\n` line ends whatever git made of them. */
export function textOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8').replaceAll('\r\n', '\n');
}

/** True for files that break rules on purpose. */
export function isFaultyFixture(file: string): boolean {
  return file.startsWith('test/fixtures/faulty/');
}
