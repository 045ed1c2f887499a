import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, ParentMessage, UsageReport } from './serve-parent.ts';

/** A bench process that is ready. */
export interface BenchChild<Ready> {
  readonly ready: Ready;
  readonly pid: number;
  usage(): Promise<UsageReport>;
  /** Ends it in order and waits until it is gone. Safe to repeat. */
  stop(): Promise<void>;
}

/** Starts one of the files in this folder as a process of its own; resolves when it is ready. */
export async function startChild<Ready>(
  name: 'sandbox' | 'worker' | 'listener' | 'gateway' | 'bare-webhook',
  options: object,
): Promise<BenchChild<Ready>> {
  const file = fileURLToPath(new URL(`./${name}-process.ts`, import.meta.url));
  const child = fork(file, [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting: { test: (message: ChildMessage) => boolean; give: (message: ChildMessage | Error) => void }[] = [];
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', (message: ChildMessage) => {
    if ('failed' in message) return failAll(`the ${name} process failed: ${message.failed}`);
    const at = waiting.findIndex(({ test }) => test(message));
    if (at >= 0) waiting.splice(at, 1)[0]?.give(message);
  });
  const failAll = (why: string): void => {
    for (const { give } of waiting.splice(0)) give(new Error(why));
  };
  void exited.then(() => failAll(`the ${name} process has ended`));
  const next = (test: (message: ChildMessage) => boolean): Promise<ChildMessage> =>
    new Promise((resolve, reject) => {
      waiting.push({ test, give: (given) => (given instanceof Error ? reject(given) : resolve(given)) });
    });
  const ask = (message: ParentMessage): void => void (child.connected && child.send(message));
  const first = await next((message) => 'ready' in message);
  return {
    ready: ('ready' in first ? first.ready : undefined) as Ready,
    pid: child.pid ?? 0,
    async usage() {
      const answer = next((message) => 'usage' in message);
      ask({ ask: 'usage' });
      const message = await answer;
      if (!('usage' in message)) throw new Error('no usage was told');
      return message.usage;
    },
    async stop() {
      ask({ ask: 'stop' });
      await exited;
    },
  };
}
