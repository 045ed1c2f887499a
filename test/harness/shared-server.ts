import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from './memory-logger.ts';
import { type DevServer, startDevServer } from '../../temporal/dev-server.ts';

export interface SharedServer {
  readonly address: string;
  readonly problem: string;
  stop(): Promise<void>;
}

/**
 * A development server in memory on free ports, with both speed keys and timers that fire within 10 ms. Where there
 * is no Temporal program the tests that need none still run: `problem` says why, and the others fail with it.
 */
export async function startSharedServer(): Promise<SharedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-test-temporal-'));
  const server = await startTestServer(folder).catch((error: Error) => error);
  const stop = async () => {
    if (!(server instanceof Error)) await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  return server instanceof Error
    ? { address: '', problem: server.message, stop }
    : { address: server.address, problem: '', stop };
}

/** A server of a test's own, in memory; its log stands in `folder`. */
export async function startTestServer(folder: string, namespace = 'default'): Promise<DevServer> {
  return startDevServer({
    config: {
      dataFolder: folder,
      temporal: {
        namespace,
        devServer: {
          database: '',
          ip: '127.0.0.1',
          port: 0,
          uiPort: 0,
          startTimeoutMs: 60_000,
          download: true,
          build: true,
        },
      },
    },
    environment: process.env,
    logger: silentLogger(),
    onProgress: (line) => process.stderr.write(`${line}\n`),
    forTests: true,
  });
}
