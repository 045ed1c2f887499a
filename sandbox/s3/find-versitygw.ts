import { spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { onPath } from '../on-path.ts';

const VERSION = '1.8.0';
const MODULE = `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`;
/** Name of the program, without an ending: others may stand beside it. */
export const S3_SERVER_NAME = `versitygw-${VERSION}`;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** Where Waybill keeps what it builds for a user: under the system's cache folder. */
export function defaultCacheFolder(): string {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  const base =
    process.platform === 'win32' ? (LOCALAPPDATA ?? path.join(homedir(), 'AppData', 'Local')) : XDG_CACHE_HOME;
  return path.join(base ?? path.join(homedir(), '.cache'), 'waybill');
}

/**
 * Path of the S3 server: `versitygw-1.8.0` in the cache or on the PATH, or built in the cache with Go (some minutes, once). Safe to call from
 * several processes at once. `report` gets a line for each thing that takes time.
 */
export async function findVersitygw(cacheFolder: string, report: (line: string) => void): Promise<string> {
  const wanted = path.join(cacheFolder, 'bin', `${S3_SERVER_NAME}${SUFFIX}`);
  for (const one of [wanted, ...onPath(path.basename(wanted))]) if (await isThere(one)) return one;
  report(`S3 server: not in ${wanted}; building it with Go, this takes some minutes once`);
  await mkdir(path.dirname(wanted), { recursive: true });
  const buildFolder = await mkdtemp(path.join(path.dirname(wanted), 'build-'));
  try {
    await goInstall(buildFolder, report);
    await rename(path.join(buildFolder, `versitygw${SUFFIX}`), wanted);
  } catch (error) {
    // Another process may have finished first; on Windows its file cannot be replaced while it runs.
    if (!(await isThere(wanted))) throw notAvailable(wanted, error);
  } finally {
    await rm(buildFolder, { recursive: true, force: true });
  }
  return wanted;
}

async function goInstall(goBin: string, report: (line: string) => void): Promise<void> {
  const go = spawn('go', ['install', MODULE], {
    env: { ...process.env, GOBIN: goBin, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
  });
  let lastLines = '';
  go.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastLines = (lastLines + text).slice(-2000);
    for (const line of text.split('\n')) if (line.trim() !== '') report(`S3 server: ${line.trim()}`);
  });
  const code = await new Promise<number | null>((resolve, reject) => go.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`go install ended with ${code}: ${lastLines}`);
}

async function isThere(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function notAvailable(wanted: string, cause: unknown): Error {
  return new Error(
    `There is no S3 server: ${wanted} does not exist and could not be built (${cause instanceof Error ? cause.message : String(cause)}). ` +
      `Put versitygw ${VERSION} there, or install Go and let it reach its modules, or run without S3.`,
    { cause },
  );
}
