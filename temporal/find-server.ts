import { waybillError } from '../common/errors/catalogue.ts';
import { buildServer } from './build-server.ts';
import { downloadServer, officialDownload } from './download-server.ts';
import { findOnPath } from './find-on-path.ts';
import type { OnProgress } from './report-progress.ts';
import { cachedServers, type Environment, serverCacheFolder } from './server-cache.ts';
import { readServerRecord, recordFileOf, requiredServerVersion } from './server-record.ts';
import {
  isOlder,
  oldestServerVersion,
  pinnedCliVersion,
  pinnedServerVersion,
  readServerVersion,
} from './server-version.ts';

export type ServerSource = 'configured' | 'recorded' | 'path' | 'cache' | 'download' | 'build';

/** A `temporal` program that runs and fits the database file. `path` is absolute. */
export interface FoundServer {
  readonly path: string;
  readonly cliVersion: string;
  readonly serverVersion: string;
  readonly source: ServerSource;
}

export interface FindServerOptions {
  /** `temporal.devServer.executable`. When set, no other is looked for. */
  readonly executable?: string | undefined;
  /** The database file that the server is to open; none for a server in memory. */
  readonly databaseFile?: string | undefined;
  /** Default: Waybill's folder in the system's cache. */
  readonly cacheFolder?: string | undefined;
  readonly download: boolean;
  readonly build: boolean;
  /** Where PATH and the like are read from: `process.env`, except in tests. */
  readonly environment: Environment;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Default: https://temporal.download */
  readonly downloadUrl?: string | undefined;
}

/** One way to come by the program: its candidates, best first. An Error says why the way does not lead there. */
interface Way {
  readonly source: ServerSource;
  readonly name: string;
  candidates(): Promise<readonly string[]>;
}

interface Refusal {
  readonly way: string;
  readonly reason: string;
  readonly other?: { readonly executable: string; readonly foundVersion: string };
}

/**
 * The Temporal server program for the development server, in the order of design section 7: configured, recorded
 * beside the database file, on the PATH, in Waybill's cache, official download, built with Go. A program whose
 * server is not the one that wrote the database file is passed over. Safe to repeat.
 * @throws WAYBILL_TEMPORAL_SERVER_NOT_FOUND naming each way and why it failed
 * @throws WAYBILL_TEMPORAL_VERSION_MISMATCH when only programs of another server version were found
 * @throws WAYBILL_TEMPORAL_RECORD_UNREADABLE, WAYBILL_TEMPORAL_STOPPED (by `signal`)
 */
export async function findServer(options: FindServerOptions): Promise<FoundServer> {
  const required = await requiredServerVersion(options.databaseFile);
  const refusals: Refusal[] = [];
  for (const way of ways(options, required)) {
    const found = await tryWay(way, required, refusals, options.signal);
    if (found !== undefined) return found;
    if (options.signal?.aborted) throw waybillError('WAYBILL_TEMPORAL_STOPPED', { what: 'The look for Temporal' });
    const why = refusals.at(-1)?.reason;
    if (way.source === 'download' && options.download) options.onProgress?.(`No download of Temporal: ${why}`);
  }
  throw notFound(options, required, refusals);
}

function ways(options: FindServerOptions, required: string | undefined): readonly Way[] {
  const { executable, databaseFile, environment, signal } = options;
  if (executable !== undefined) {
    return [{ source: 'configured', name: 'temporal.devServer.executable', candidates: async () => [executable] }];
  }
  const cacheFolder = serverCacheFolder(environment, options.cacheFolder);
  const fetching = { cacheFolder, environment, signal, onProgress: options.onProgress ?? (() => undefined) };
  const baseUrl = options.downloadUrl ?? officialDownload;
  const fetched = async (on: boolean, fetch: () => Promise<string>) => [await fetchWhenUseful(on, required, fetch)];
  return [
    { source: 'recorded', name: 'the one used before', candidates: () => recorded(databaseFile) },
    { source: 'path', name: 'temporal on the PATH', candidates: () => onPath(environment) },
    { source: 'cache', name: `the cache ${cacheFolder}`, candidates: () => cached(cacheFolder) },
    {
      source: 'download',
      name: 'download',
      candidates: () => fetched(options.download, () => downloadServer({ ...fetching, baseUrl })),
    },
    { source: 'build', name: 'build with Go', candidates: () => fetched(options.build, () => buildServer(fetching)) },
  ];
}

async function recorded(databaseFile: string | undefined): Promise<string[]> {
  const record = databaseFile === undefined ? undefined : await readServerRecord(databaseFile);
  if (record === undefined) throw new Error('none is recorded');
  return [record.executable];
}

async function onPath(environment: Environment): Promise<string[]> {
  const path = await findOnPath('temporal', environment);
  if (path === undefined) throw new Error('there is none');
  return [path];
}

async function cached(cacheFolder: string): Promise<string[]> {
  const paths = await cachedServers(cacheFolder);
  if (paths.length === 0) throw new Error('it holds none');
  return paths;
}

async function fetchWhenUseful(on: boolean, required: string | undefined, fetch: () => Promise<string>) {
  if (!on) throw new Error('it is switched off');
  if (required !== undefined && required !== pinnedServerVersion) {
    throw new Error(`it would bring server ${pinnedServerVersion}, not ${required}`);
  }
  return await fetch();
}

async function tryWay(
  way: Way,
  required: string | undefined,
  refusals: Refusal[],
  signal: AbortSignal | undefined,
): Promise<FoundServer | undefined> {
  const refuse = (reason: string, other?: Refusal['other']) => refusals.push({ way: way.name, reason, other });
  const candidates = await way.candidates().catch((error: Error) => {
    refuse(error.message);
    return [];
  });
  for (const path of candidates) {
    const version = await readServerVersion(path, signal).catch((error: Error) => {
      refuse(`${path}: ${error.message}`);
      return undefined;
    });
    if (version === undefined) continue;
    if (required !== undefined && version.serverVersion !== required) {
      const foundVersion = version.serverVersion;
      refuse(`${path} is server ${foundVersion}, not ${required}`, { executable: path, foundVersion });
    } else if (isOlder(version.serverVersion, oldestServerVersion)) {
      refuse(`${path} is server ${version.serverVersion}, older than ${oldestServerVersion}`);
    } else {
      return { path, ...version, source: way.source };
    }
  }
  return undefined;
}

function notFound(options: FindServerOptions, required: string | undefined, refusals: readonly Refusal[]): Error {
  const tried = refusals.map(({ way, reason }) => `${way} (${reason})`).join('; ');
  const other = refusals.find((refusal) => refusal.other !== undefined)?.other;
  if (other !== undefined && options.databaseFile !== undefined) {
    const { databaseFile } = options;
    const recordFile = recordFileOf(databaseFile);
    const facts = { databaseFile, recordFile, recordedVersion: required, ...other, tried };
    return waybillError('WAYBILL_TEMPORAL_VERSION_MISMATCH', facts);
  }
  const cacheFolder = serverCacheFolder(options.environment, options.cacheFolder);
  return waybillError('WAYBILL_TEMPORAL_SERVER_NOT_FOUND', { tried, cacheFolder, version: pinnedCliVersion });
}
