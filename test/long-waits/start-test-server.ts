import { spawn } from 'node:child_process';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import { msToTs } from '@temporalio/common/lib/time.js';
import { waitFor } from '../harness/wait-for.ts';
import { freePorts } from '../starter/waybill-process.ts';

const keeper = fileURLToPath(new URL('../../temporal/server-keeper.ts', import.meta.url));

/** A time-skipping server that runs. Its time is one for all workflows, and stands still while an activity runs. */
export interface RunningTestServer {
  readonly address: string;
  nowMs(): Promise<number>;
  /** Lets so much time pass, and everything happen that is due in it. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** Java starts in a second; on a machine that does much else at the same time it takes longer. */
const STARTS_WITHIN_MS = 120_000;
const DAY_MS = 86_400_000;

/**
 * Starts the server behind `program`. The SDK's own `createTimeSkipping` gives it five seconds, which a busy machine
 * exceeds, and cannot be told to use one that runs.
 */
export async function startTestServer(program: string): Promise<RunningTestServer> {
  const [port = 0] = await freePorts(1);
  // The keeper ends it with this process, however that ends.
  const args = [keeper, devNull, program, String(port)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  const address = `127.0.0.1:${port}`;
  try {
    const connection = await waitFor(
      'the time-skipping server',
      () => (child.exitCode === null ? connectTo(address).catch(() => undefined) : gone(program)),
      STARTS_WITHIN_MS,
    );
    return {
      address,
      async nowMs() {
        const { time } = await connection.testService!.getCurrentTime({});
        return Number(time?.seconds ?? 0) * 1000;
      },
      async pass(ms) {
        // A call for each day: during a long one the client pings more often than this server allows, and repeats it.
        for (let leftMs = Math.ceil(ms); leftMs > 0; leftMs -= DAY_MS) {
          await connection.testService!.unlockTimeSkippingWithSleep({ duration: msToTs(Math.min(leftMs, DAY_MS)) });
        }
      },
      async stop() {
        await connection.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A connection with the service that skips time, as `@temporalio/testing` makes it. */
function connectTo(address: string): Promise<Connection> {
  const options = { address, [InternalConnectionOptionsSymbol]: { supportsTestService: true } };
  return Connection.connect(options as ConnectionOptions);
}

function gone(program: string): never {
  throw new Error(`${program} ended by itself`);
}
