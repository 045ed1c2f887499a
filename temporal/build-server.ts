import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { whileBusy } from '../common/busy-files.ts';
import { findOnPath } from './find-on-path.ts';
import { type OnProgress, withProgress } from './report-progress.ts';
import { type Environment, pinnedServerPath } from './server-cache.ts';
import { pinnedCliVersion } from './server-version.ts';

const run = promisify(execFile);
const BUILD_TIMEOUT_MS = 30 * 60_000;
const OUTPUT_BYTES = 16 * 1024 * 1024;
const goPackage = 'github.com/temporalio/cli/cmd/temporal';
/** Without these the program calls itself 0.0.0-DEV and is 40 MB larger. */
const linkerFlags = `-s -w -X github.com/temporalio/cli/temporalcli.Version=${pinnedCliVersion}`;

export interface BuildOptions {
  readonly cacheFolder: string;
  readonly environment: Environment;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Builds the pinned `temporal` program with Go into the cache and returns its path; takes minutes the first time.
 * Throws an Error that says why not. Safe to repeat, also by several processes at once: the file appears whole or
 * not at all. Version 1.5.1 is the last that `go install` can build (temporal facts, section 0).
 */
export async function buildServer(options: BuildOptions): Promise<string> {
  const go = await findOnPath('go', options.environment);
  if (go === undefined) throw new Error('Go is not on the PATH');
  await mkdir(options.cacheFolder, { recursive: true });
  const folder = await mkdtemp(join(options.cacheFolder, 'build-'));
  try {
    await withProgress(
      options.onProgress,
      (seconds) => `Building Temporal ${pinnedCliVersion} with Go (once; takes minutes): ${seconds} s`,
      () => install(go, folder, options),
    );
    const target = pinnedServerPath(options.cacheFolder);
    const built = join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal');
    await whileBusy(() => rename(built, target));
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function install(go: string, folder: string, options: BuildOptions): Promise<void> {
  const args = ['install', '-ldflags', linkerFlags, `${goPackage}@v${pinnedCliVersion}`];
  const env = { ...options.environment, GOBIN: folder };
  await run(go, args, {
    env,
    signal: options.signal,
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES,
    windowsHide: true,
  }).catch((error: Error & { stderr?: string }) => {
    const said = error.stderr?.trim().split('\n').at(-1);
    throw new Error(`go install failed: ${said || error.message}`, { cause: error });
  });
}
