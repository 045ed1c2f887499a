import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const home = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What to upgrade from while no release is tagged: a commit whose workflows, activities and ledger are those of the
 * present, so that a change after it which breaks open promotions is refused. Nobody has a promotion open under an
 * untagged commit, so move it forward freely with each change that is meant; from the first tag on it is not used.
 */
const UNTAGGED_BASE = '92faa25744e27ecf3e1ae69ed6073a6fdab1d864';

/**
 * Whether the release to upgrade from goes on with what this one has begun. It no longer does once this one added a
 * ledger migration, or a `patched()` that a promotion can have passed: then say so here and in docs/how-to/upgrade.md,
 * and take it back after the next tag.
 */
export const rollBack: 'goes on' | 'refuses the ledger' | 'waits for the new release' = 'goes on';

/** A release that promotions are upgraded from, or why there is none here. */
export type BaseRelease = { readonly name: string; readonly commit: string } | { readonly problem: string };

/** The newest tag `v…` before this commit, else the commit named above. */
export async function findBaseRelease(): Promise<BaseRelease> {
  const tag = await git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^').catch(() => undefined);
  const name = tag ?? UNTAGGED_BASE.slice(0, 7);
  const commit = await git('rev-parse', '--verify', '--quiet', `${tag ?? UNTAGGED_BASE}^{commit}`).catch(
    () => undefined,
  );
  return commit ? { name, commit } : { problem: `${name} is not in this clone; fetch the whole history for this test` };
}

/** A release as it was, in a folder of its own. */
export interface CheckedOutRelease {
  /** Its `bin/waybill.js`. */
  readonly program: string;
  remove(): Promise<void>;
}

/** Lays out a release as a git worktree, with its packages: those of this clone where the lockfile is the same. */
export async function checkOut(commit: string): Promise<CheckedOutRelease> {
  const parent = await mkdtemp(path.join(tmpdir(), 'waybill-base-'));
  const folder = path.join(parent, 'waybill');
  await git('worktree', 'add', '--detach', '--force', folder, commit);
  const remove = async (): Promise<void> => {
    await git('worktree', 'remove', '--force', folder).catch(() => undefined);
    await rm(parent, { recursive: true, force: true, maxRetries: 5 });
    await git('worktree', 'prune');
  };
  try {
    await layPackages(folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return { program: path.join(folder, 'bin', 'waybill.js'), remove };
}

async function layPackages(folder: string): Promise<void> {
  const lockOf = (root: string): Promise<string> => readFile(path.join(root, 'package-lock.json'), 'utf8');
  if ((await lockOf(folder)) === (await lockOf(home))) {
    return symlink(path.join(home, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  }
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  await run(npm, ['ci', '--no-audit', '--no-fund'], { cwd: folder, shell: process.platform === 'win32' });
}

async function git(...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: home });
  return stdout.trim();
}
