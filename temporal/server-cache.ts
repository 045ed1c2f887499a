import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pinnedCliVersion } from './server-version.ts';

/** Environment variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The value of an environment variable, whatever the case of its name (Windows writes `Path`). */
export function fromEnvironment(environment: Environment, name: string): string | undefined {
  const exact = environment[name];
  if (exact !== undefined) return exact;
  const key = Object.keys(environment).find((candidate) => candidate.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : environment[key];
}

/** Waybill's own cache for programs: `configured`, else the folder that the operating system has for caches. */
export function serverCacheFolder(environment: Environment, configured?: string): string {
  if (configured !== undefined) return configured;
  return join(systemCacheFolder(environment), 'waybill', 'bin');
}

function systemCacheFolder(environment: Environment): string {
  if (process.platform === 'win32') {
    return fromEnvironment(environment, 'LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
}

const suffix = process.platform === 'win32' ? '.exe' : '';

/** Where the program that Waybill downloads or builds is kept. */
export function pinnedServerPath(cacheFolder: string): string {
  return join(cacheFolder, `temporal-${pinnedCliVersion}${suffix}`);
}

/** Every temporal program in the cache: the one that Waybill would fetch first, then the others, newest first. */
export async function cachedServers(cacheFolder: string): Promise<string[]> {
  const names = await readdir(cacheFolder).catch(() => []);
  const pattern = process.platform === 'win32' ? /^temporal-\d+\.\d+\.\d+\.exe$/ : /^temporal-\d+\.\d+\.\d+$/;
  const newestFirst = names
    .filter((name) => pattern.test(name))
    .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  const pinned = pinnedServerPath(cacheFolder);
  const paths = newestFirst.map((name) => join(cacheFolder, name));
  return paths.includes(pinned) ? [pinned, ...paths.filter((path) => path !== pinned)] : paths;
}
