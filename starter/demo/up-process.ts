import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load.ts';
import { connectTemporal } from '../../temporal/connect.ts';
import { queries, reconcileScheduleId, type SiteWatchStatus, workflowIds } from '../../workflows/contract.ts';

/** `waybill up` in a process of its own. */
export interface UpProcess {
  stop(): Promise<void>;
}

/** Building Temporal where it is not there yet takes minutes. */
const START_TIMEOUT_MS = 15 * 60_000;
const STOP_TIMEOUT_MS = 20_000;

/** Starts `waybill up` and resolves when it watches every source site with callbacks in place, and every tenant. */
export async function startUp(configFile: string, say: (line: string) => void): Promise<UpProcess> {
  const waybill = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));
  const child = spawn(process.execPath, [waybill, 'up', '--config', configFile], { stdio: ['ignore', 'pipe', 'pipe'] });
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ended = true;
      resolve();
    });
  });
  const tail: string[] = [];
  let isRunning = false;
  const keep = (chunk: Buffer): void => {
    for (const line of chunk.toString().split('\n')) {
      if (line.trim() === '') continue;
      tail.push(line);
      // What `waybill up` says when all its parts stand; log lines soon push it out of the tail.
      isRunning ||= line.includes('Waybill is running');
      if (/building|download|go install/i.test(line)) say(`  ${line.trim()}`);
    }
    tail.splice(0, Math.max(0, tail.length - 20));
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const stop = async (): Promise<void> => {
    if (ended) return;
    child.kill('SIGINT');
    await Promise.race([exited, wait(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    if (!ended) child.kill('SIGKILL');
  };
  try {
    await untilReady(
      configFile,
      () => isRunning,
      () => ended,
    );
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}\n${tail.join('\n')}`, { cause: error });
  }
  return { stop };
}

async function untilReady(configFile: string, isRunning: () => boolean, hasEnded: () => boolean): Promise<void> {
  const config = await loadConfig(configFile);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Error('waybill up ended before it was ready; its last words:');
    if (isRunning() && (await watches(config))) return;
    await wait(200);
  }
  throw new Error('waybill up did not get ready; its last words:');
}

async function watches(config: Awaited<ReturnType<typeof loadConfig>>): Promise<boolean> {
  try {
    const { client, close } = await connectTemporal({ config, connectTimeoutMs: 1000 });
    try {
      const asked = Object.keys(config.sources).map((site) =>
        client.workflow.getHandle(workflowIds.siteWatch(site)).query<SiteWatchStatus>(queries.status),
      );
      const isWatching = (await Promise.all(asked)).every((one) => one.subscribed && one.lastSweepUtc !== undefined);
      const schedules = Object.keys(config.alerts.tenants).map((tenant) =>
        client.schedule.getHandle(reconcileScheduleId(tenant)).describe(),
      );
      return isWatching && (await Promise.all(schedules)).every(({ info }) => info !== undefined);
    } finally {
      await close();
    }
  } catch {
    // Not there yet: the caller looks again until its own deadline.
    return false;
  }
}
