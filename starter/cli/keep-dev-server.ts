import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/types.ts';
import { type DevServer, startDevServer } from '../../temporal/dev-server.ts';
import type { Environment } from '../../temporal/server-cache.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A server that ran this long is started again without the pauses of those before. */
const WELL_AFTER_MS = 60_000;

export interface KeepDevServerOptions {
  readonly config: Config;
  readonly environment: Environment;
  readonly logger: Logger;
  readonly onProgress: (line: string) => void;
  /** Stops the first start. */
  readonly signal: AbortSignal;
}

export interface KeptServer extends Pick<DevServer, 'address' | 'uiUrl' | 'logFile'> {
  /** Ends the server for good. Safe to repeat. */
  close(): Promise<void>;
}

/**
 * Runs the Temporal development server and starts it again, with growing pauses, whenever it ends by itself: what
 * uses it finds it again at the same address. The first start must succeed.
 * @throws as `startDevServer`
 */
export async function keepDevServer(options: KeepDevServerOptions): Promise<KeptServer> {
  const first = await startDevServer({ ...options, environment: options.environment });
  const { address, uiUrl, logFile } = first;
  const closing = new AbortController();
  const current = { server: first };
  const keeping = keep(current, options, closing.signal);
  const close = async (): Promise<void> => {
    closing.abort();
    await current.server.stop();
    await keeping;
  };
  return { address, uiUrl, logFile, close };
}

async function keep(
  current: { server: DevServer },
  options: KeepDevServerOptions,
  closing: AbortSignal,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const startedMs = performance.now();
    const { code } = await current.server.exited;
    if (closing.aborted) return;
    if (performance.now() - startedMs > WELL_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
    const { logFile } = current.server;
    options.logger.error(
      { code, logFile, againInMs: pauseMs },
      'The Temporal server ended by itself; starting it again',
    );
    const again = await startAgain(options, closing, pauseMs);
    if (again === undefined) return;
    current.server = again.server;
    pauseMs = again.nextPauseMs;
    if (closing.aborted) await again.server.stop();
  }
}

interface StartedAgain {
  readonly server: DevServer;
  readonly nextPauseMs: number;
}

async function startAgain(
  options: KeepDevServerOptions,
  closing: AbortSignal,
  firstPauseMs: number,
): Promise<StartedAgain | undefined> {
  for (let pauseMs = firstPauseMs; ; pauseMs = longer(pauseMs)) {
    await wait(pauseMs, undefined, { signal: closing }).catch(() => undefined);
    if (closing.aborted) return undefined;
    try {
      const server = await startDevServer({ ...options, signal: closing });
      return { server, nextPauseMs: longer(pauseMs) };
    } catch (error) {
      if (closing.aborted) return undefined;
      options.logger.error(
        { err: error, againInMs: longer(pauseMs) },
        'The Temporal server could not be started again',
      );
    }
  }
}

function longer(pauseMs: number): number {
  return Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
}
