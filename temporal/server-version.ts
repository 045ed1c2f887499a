import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION_TIMEOUT_MS = 20_000;

/** The version of the `temporal` program that Waybill downloads or builds: the last one that `go install` can build. */
export const pinnedCliVersion = '1.5.1';

/** The server inside the pinned program. */
export const pinnedServerVersion = '1.29.1';

/** The oldest server that has Updates, which decisions are sent by. */
export const oldestServerVersion = '1.25.0';

/** What a `temporal` program says of itself. The server's version decides what its database file looks like. */
export interface ServerVersion {
  readonly cliVersion: string;
  readonly serverVersion: string;
}

/** Asks a `temporal` program for its versions. Throws an Error that says why it is not one. */
export async function readServerVersion(executable: string, signal?: AbortSignal): Promise<ServerVersion> {
  const { stdout } = await run(executable, ['--version'], {
    timeout: VERSION_TIMEOUT_MS,
    windowsHide: true,
    signal,
  }).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`it cannot be run (${error.code ?? error.message})`, { cause: error });
  });
  const found = /temporal version (\S+) \(Server (\d+\.\d+\.\d+)[^,]*, UI/.exec(stdout);
  if (!found?.[1] || !found[2]) throw new Error('it does not say that it is a temporal program with a server');
  return { cliVersion: found[1], serverVersion: found[2] };
}

/** True when version `a` is lower than `b`; both are three numbers with dots. */
export function isOlder(a: string, b: string): boolean {
  return a.localeCompare(b, 'en', { numeric: true }) < 0;
}
