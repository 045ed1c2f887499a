import type { ChildProcess } from 'node:child_process';

/** One process of Waybill, or its Temporal server, that a test ends with `kill -9` and starts again. */
export interface KillableProcess {
  /** Ends it at once, as a power cut does; resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it as an administrator does: asks it to, and waits until it has. */
  stop(): Promise<void>;
  /** Starts it anew; resolves when it works. Nothing when it runs. */
  start(): Promise<void>;
}

/** What runs now, and a promise of its end. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
}

/** A process that `launch` starts and waits for. It is not started yet. */
export function killable(launch: () => Promise<Running>): KillableProcess {
  let running: Running | undefined;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ended = running;
    running = undefined;
    ended?.child.kill(signal);
    await ended?.ended;
  };
  return {
    async start() {
      running ??= await launch();
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}
