import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../temporal/find-on-path.ts';
import { serverCacheFolder } from '../../temporal/server-cache.ts';

const run = promisify(execFile);
const VERSION = '1.31.0';
const FETCH_TIMEOUT_MS = 10 * 60_000;

/** Temporal's time-skipping test server, or why there is none on this machine. */
export type TestServer = { readonly program: string } | { readonly problem: string };

/**
 * The time-skipping server of Temporal's Java SDK: from the cache where other servers are, else fetched there by Maven
 * (once, 33 MB). It comes as jars (toolchain facts, section 3), so it needs Java, and a shell script to start it by.
 */
export async function findTestServer(report: (line: string) => void = () => undefined): Promise<TestServer> {
  if (process.platform === 'win32') return { problem: 'its start script needs a Unix shell' };
  const java = await findOnPath('java', process.env);
  if (!java) return { problem: 'Java is not on the PATH' };
  const folder = join(serverCacheFolder(process.env), `temporal-test-server-${VERSION}`);
  const program = join(folder, 'temporal-test-server');
  if (await isThere(program)) return { program };
  const maven = await findOnPath('mvn', process.env);
  if (!maven) return { problem: `${program} is not there, and Maven, which would fetch it, is not on the PATH` };
  report(`Temporal's time-skipping server: fetching it into ${folder}`);
  const failure = await fetchWith(maven, java, folder).catch((error: Error & { stdout?: string }) => error);
  return failure instanceof Error && !(await isThere(program)) ? { problem: reasonOf(failure) } : { program };
}

/** Appears whole or not at all, so that several processes may fetch it at once. */
async function fetchWith(maven: string, java: string, folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const building = await mkdtemp(`${folder}-`);
  try {
    await writeFile(join(building, 'pom.xml'), pom);
    const jars = join(building, 'jars');
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${jars}`, '-DincludeScope=runtime'];
    await run(maven, ['--quiet', '--batch-mode', ...goal], { cwd: building, timeout: FETCH_TIMEOUT_MS });
    const start = `exec "${java}" -XX:TieredStopAtLevel=1 -cp "${folder}/jars/*" io.temporal.testserver.TestServer "$@"`;
    await writeFile(join(building, 'temporal-test-server'), `#!/bin/sh\n${start}\n`, { mode: 0o755 });
    await rename(building, folder);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>waybill</groupId>
  <artifactId>time-skipping-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function reasonOf(failure: Error & { stdout?: string }): string {
  const said = failure.stdout?.split('\n').find((line) => line.includes('ERROR'));
  return `Maven could not fetch it: ${said ?? failure.message}`;
}
