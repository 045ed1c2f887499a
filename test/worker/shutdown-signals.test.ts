import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testTemporalConfig } from '../harness/temporal-config.ts';
import { testBundle, testTemporalAddress } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';

/** A worker process of its own; its lines of output, and how it ends. */
async function startWorkerProcess(address: string) {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-signals-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { codePath } = await testBundle(new URL('../fixtures/workflows/index.ts', import.meta.url));
  const config = {
    dataFolder: folder,
    temporal: testTemporalConfig({ address, taskQueue: `signals-${process.pid}-${Date.now()}` }),
    worker: {
      maxCachedWorkflows: 10,
      takeOverMs: 10_000,
      siteSlots: 1,
      siteBulkSlots: 1,
      smallTransferBytes: 0,
      localLooks: true,
      exportHeadStartMs: 3000,
      callStacks: false,
      shutdownGraceMs: 1000,
      sites: [],
      healthBind: '127.0.0.1',
    },
    timeouts: { heartbeatEveryMs: 1000 },
    sites: {},
    sources: {},
    staging: {},
  };
  const module = pathToFileURL(join(import.meta.dirname, '../../worker/run-worker.ts')).href;
  const script = join(folder, 'worker.ts');
  await writeFile(
    script,
    `const { runWorkers } = await import(${JSON.stringify(module)});
     const say = (line) => process.stdout.write(line + '\\n');
     const logger = { debug() {}, info: (_, m) => say(m), warn: (f, m) => say(f.code + ' ' + m), error: (_, m) => say(m) };
     const activities = { main: { idle: async () => {} }, site: () => ({}), siteBulk: () => ({}) };
     try {
       const workers = await runWorkers({ config: ${JSON.stringify(config)}, logger, activities, prepare: false, bundlePath: ${JSON.stringify(codePath)} });
       await workers.done;
       say('ended in order');
     } catch (error) { say(error.code); }`,
  );
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  return { child, said: () => output.join(''), exit: once(child, 'exit') };
}

// Windows ends a process without asking it; there the console's Ctrl-C and Ctrl-Break arrive as these signals.
describe.skipIf(process.platform === 'win32')('signals', () => {
  it('drain a running worker, and the process ends by itself', async () => {
    const { child, said, exit } = await startWorkerProcess(testTemporalAddress());
    await waitFor('the worker to poll', () => said().includes('The worker polls'));

    child.kill('SIGTERM');

    expect(await exit).toEqual([0, null]);
    expect(said()).toMatch(/drains[^]*ended in order/);
  });

  it('end a start that waits for Temporal', async () => {
    const { child, said, exit } = await startWorkerProcess('127.0.0.1:1');
    await waitFor('a warning', () => said().includes('WAYBILL_TEMPORAL_UNREACHABLE'));

    child.kill('SIGINT');

    expect(await exit).toEqual([0, null]);
    expect(said()).toContain('WAYBILL_TEMPORAL_STOPPED');
  });
});
