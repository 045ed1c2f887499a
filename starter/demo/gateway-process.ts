import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** `waybill gateway` in a process of its own. */
export interface GatewayProcess {
  readonly url: string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** Starts the gateway and resolves when it listens. */
export async function startGateway(settingsFile: string): Promise<GatewayProcess> {
  const waybill = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));
  const child = spawn(process.execPath, [waybill, 'gateway', '--settings', settingsFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const url = /listens on (http:\/\/[^/\s"]+)/.exec(said)?.[1];
    if (url !== undefined) return { url, stop: () => stop(child) };
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the gateway did not start:\n${said}`);
    await wait(LOOK_EVERY_MS);
  }
}

async function stop(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await ended;
}
