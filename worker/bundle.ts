import { fork } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whileBusy } from '../common/busy-files.ts';
import { waybillError } from '../common/errors/catalogue.ts';
import { failureConverterPath } from '../temporal/data-converter.ts';
import type { Logger } from '../common/logger.ts';
import type { BundleFailure } from './bundle-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version: sdkVersion } = createRequire(import.meta.url)('@temporalio/worker/package.json') as {
  version: string;
};
const KEPT_BUNDLES = 3;

export interface BundleOptions {
  /** Bundles are kept in `<dataFolder>/bundles`. */
  readonly dataFolder: string;
  /** Whether `temporal.encryption` is set: it decides which failure converter is inside. */
  readonly encrypted: boolean;
  readonly logger: Logger;
  /** Default: Waybill's own workflows. For tests. */
  readonly workflowsPath?: string;
  /** Folders and files whose text decides whether a kept bundle still fits. Default: all that is bundled. */
  readonly sources?: readonly string[];
}

export interface WorkflowBundle {
  readonly codePath: string;
  /** False when a kept one was used. */
  readonly built: boolean;
}

/**
 * The workflow code as one file for Workers and replays. It is built once (1 to 2 s) for each state of the sources and
 * each SDK version, and found by both from then on, so that no Worker can meet a bundle of another SDK. Safe to
 * repeat, also by several processes at once.
 * @throws WAYBILL_TEMPORAL_BUNDLE_FAILED
 */
export async function workflowBundle(options: BundleOptions): Promise<WorkflowBundle> {
  const converter = failureConverterPath(options.encrypted);
  const sources = [options.sources ?? [join(root, 'workflows'), join(root, 'common')], converter ?? []].flat();
  const folder = join(options.dataFolder, 'bundles');
  const codePath = join(folder, `${await contentKey(sources)}.js`);
  if (await isWhole(codePath)) return { codePath, built: false };
  const workflowsPath = options.workflowsPath ?? join(root, 'workflows', 'index.ts');
  await mkdir(folder, { recursive: true });
  const temporary = `${codePath}.${randomUUID()}.part`;
  await build(workflowsPath, temporary, converter, options.logger);
  const { size: sizeBytes } = await stat(temporary);
  await whileBusy(() => rename(temporary, codePath));
  await forgetOldOnes(folder, codePath);
  options.logger.info({ codePath, sizeBytes }, 'The workflow code was bundled');
  return { codePath, built: true };
}

async function build(
  workflowsPath: string,
  outFile: string,
  failureConverterPath: string | undefined,
  logger: Logger,
): Promise<void> {
  const failure = await bundleElsewhere([workflowsPath, outFile, failureConverterPath ?? []].flat());
  if (!failure) return;
  await rm(outFile, { force: true });
  logger.error({ said: failure.said }, 'The workflow code cannot be bundled');
  const reason = `${failure.reason} ${failure.said.join(' ')}`.replaceAll(/\s+/g, ' ').slice(0, 2000);
  throw waybillError('WAYBILL_TEMPORAL_BUNDLE_FAILED', { reason });
}

function bundleElsewhere(words: readonly string[]): Promise<BundleFailure | undefined> {
  const child = fork(join(root, 'worker', 'bundle-process.ts'), words, {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise((resolve) => {
    let failure: BundleFailure | undefined;
    child.once('message', (told: BundleFailure) => (failure = told));
    child.once('error', ({ message }) => resolve({ reason: message, said: [] }));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(failure ?? { reason: `the bundler ended with ${signal ?? code}`, said: [] });
    });
  });
}

/** Same texts, same SDK, same key. File names count too, but not where Waybill is installed. */
async function contentKey(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${sdkVersion}\n`);
  for (const file of (await Promise.all(sources.map(filesOf))).flat().toSorted()) {
    hash.update(`${relative(root, file).split(sep).join('/')}\n`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 32);
}

async function filesOf(source: string): Promise<string[]> {
  if (!(await stat(source)).isDirectory()) return [source];
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return files.map((entry) => join(entry.parentPath, entry.name));
}

/** A bundle is renamed into place when whole; an empty file is what a full disk can leave. */
async function isWhole(codePath: string): Promise<boolean> {
  return stat(codePath).then(
    (found) => found.size > 0,
    () => false,
  );
}

async function forgetOldOnes(folder: string, current: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const dated = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return {
        path,
        atMs: await stat(path).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  const others = dated.filter(({ path }) => path !== current).toSorted((a, b) => b.atMs - a.atMs);
  await Promise.all(others.slice(KEPT_BUNDLES - 1).map(({ path }) => rm(path, { force: true })));
}
