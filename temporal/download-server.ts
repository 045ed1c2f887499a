import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { whileBusy } from '../common/busy-files.ts';
import { extractTarEntry } from './extract-tar-entry.ts';
import { type OnProgress, withProgress } from './report-progress.ts';
import { pinnedServerPath } from './server-cache.ts';
import { pinnedCliVersion } from './server-version.ts';

/** Where Temporal offers its programs; the SDK's own test server is fetched from there too. */
export const officialDownload = 'https://temporal.download';

const ANSWER_TIMEOUT_MS = 10_000;
const DOWNLOAD_TIMEOUT_MS = 15 * 60_000;

export interface DownloadOptions {
  readonly cacheFolder: string;
  readonly baseUrl: string;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads the pinned `temporal` program into the cache and returns its path. Throws an Error that says why not:
 * without a way to the internet within 10 seconds. Safe to repeat, also by several processes at once: the file
 * appears whole or not at all. The request is the one that the Temporal SDK makes (crates/sdk-core, ephemeral_server).
 */
export async function downloadServer(options: DownloadOptions): Promise<string> {
  const { archiveUrl, fileToExtract } = await askForArchive(options);
  const target = pinnedServerPath(options.cacheFolder);
  const temporary = `${target}.${randomUUID()}.part`;
  await mkdir(options.cacheFolder, { recursive: true });
  try {
    await withProgress(
      options.onProgress,
      (seconds) => `Downloading Temporal ${pinnedCliVersion} from ${new URL(archiveUrl).host}: ${seconds} s`,
      () => fetchProgram(archiveUrl, fileToExtract, temporary, options.signal),
    );
    await chmod(temporary, 0o755);
    await whileBusy(() => rename(temporary, target));
  } finally {
    await rm(temporary, { force: true });
  }
  return target;
}

async function askForArchive(options: DownloadOptions): Promise<{ archiveUrl: string; fileToExtract: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'darwin' : 'linux';
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (arch === undefined) throw new Error(`none is offered for ${process.arch}`);
  const query = new URLSearchParams({ arch, platform, format: 'tar.gz' });
  const url = `${options.baseUrl}/cli/v${pinnedCliVersion}?${query.toString()}`;
  const response = await request(url, ANSWER_TIMEOUT_MS, options.signal);
  const info = (await response.json()) as { archiveUrl?: unknown; fileToExtract?: unknown };
  if (typeof info.archiveUrl !== 'string' || typeof info.fileToExtract !== 'string') {
    throw new Error(`${new URL(url).host} gave an answer without an archive`);
  }
  return { archiveUrl: info.archiveUrl, fileToExtract: info.fileToExtract };
}

async function fetchProgram(url: string, name: string, destination: string, signal?: AbortSignal): Promise<void> {
  const response = await request(url, DOWNLOAD_TIMEOUT_MS, signal);
  if (response.body === null) throw new Error('the download is empty');
  const archive = createGunzip();
  const body = Readable.fromWeb(response.body);
  body.on('error', (error) => archive.destroy(error));
  body.pipe(archive);
  try {
    await extractTarEntry(archive, name, destination);
  } finally {
    body.destroy();
    archive.destroy();
  }
}

async function request(url: string, timeoutMs: number, signal?: AbortSignal): Promise<Response> {
  const { host } = new URL(url);
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/octet-stream' },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  }).catch((error: Error & { cause?: { code?: string } }) => {
    throw new Error(`${host} cannot be reached (${error.cause?.code ?? error.name})`, { cause: error });
  });
  if (!response.ok) throw new Error(`${host} answered ${response.status}`);
  return response;
}
