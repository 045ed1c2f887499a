import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SiteConfig, SourceConfig } from '../../config/types.ts';
import type { AttemptSink } from '../../ledger/attempt-sink.ts';
import { usablePort } from '../../temporal/server-ports.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { type RunningWorkers, runWorkers, type RunWorkersOptions } from '../../worker/run-worker.ts';
import type { FleetState } from '../../worker/worker-state.ts';
import { endWorkflows } from '../harness/end-workflows.ts';
import { memoryLogger, silentLogger } from '../harness/memory-logger.ts';
import { tcpProxy } from '../harness/tcp-proxy.ts';
import { testTemporalConfig } from '../harness/temporal-config.ts';
import { testBundle, testTemporal, type TestTemporal } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';

let temporal: TestTemporal;
let bundlePath: string;

beforeAll(async () => {
  temporal = await testTemporal();
  bundlePath = (await testBundle(new URL('../fixtures/workflows/index.ts', import.meta.url))).codePath;
});

afterAll(async () => {
  await temporal.close();
});

interface Setup {
  readonly site?: string;
  readonly address?: string;
  readonly healthPort?: number;
  readonly namespace?: string;
}

function configOf({ site = `s${randomUUID().slice(0, 8)}`, address, healthPort, namespace = 'default' }: Setup) {
  const taskQueue = temporal.newName();
  const config: RunWorkersOptions['config'] = {
    dataFolder: tmpdir(),
    temporal: testTemporalConfig({ address: address ?? temporal.address, taskQueue, namespace }),
    sites: { [site]: { alias: site } as SiteConfig },
    sources: { [site]: { alias: site } as SourceConfig },
    staging: { sweepAfterMs: 86_400_000, sweepEveryMs: 3_600_000 },
    timeouts: { heartbeatEveryMs: 1_000 } as RunWorkersOptions['config']['timeouts'],
    worker: {
      maxCachedWorkflows: 10,
      takeOverMs: 10_000,
      siteSlots: 2,
      siteBulkSlots: 1,
      smallTransferBytes: 0,
      localLooks: true,
      exportHeadStartMs: 3000,
      callStacks: false,
      shutdownGraceMs: 5_000,
      sites: [],
      pollTimeoutReportMs: 600_000,
      healthBind: '127.0.0.1',
      healthPort,
    },
  };
  return { site, taskQueue, config };
}

const noActivities = {
  main: {},
  site: () => ({ idle: async () => undefined }),
  siteBulk: () => ({ idle: async () => undefined }),
};

async function run(options: Partial<RunWorkersOptions> & Pick<RunWorkersOptions, 'config'>): Promise<RunningWorkers> {
  const workers = await runWorkers({
    logger: silentLogger(),
    activities: noActivities,
    bundlePath,
    prepare: false,
    handleSignals: false,
    ...options,
  });
  onTestFinished(() => workers.stop().catch(() => undefined));
  return workers;
}

function call(taskQueue: string, activity: string, queue?: string): Promise<unknown> {
  const args = [{ activity, taskQueue: queue }];
  return temporal.client.workflow.execute('call', { taskQueue, workflowId: `${taskQueue}/${randomUUID()}`, args });
}

describe('runWorkers', () => {
  it('serves the main queue and two queues a site, each with its own activities', async () => {
    const { config, site, taskQueue } = configOf({});
    const activities = {
      main: { where: async () => 'main' },
      site: (alias: string) => ({ where: async () => `quick ${alias}` }),
      siteBulk: (alias: string) => ({ where: async () => `bulk ${alias}` }),
    };

    const workers = await run({ config, activities });

    expect(await call(taskQueue, 'where')).toBe('main');
    expect(await call(taskQueue, 'where', `site-${site}`)).toBe(`quick ${site}`);
    expect(await call(taskQueue, 'where', `site-${site}-bulk`)).toBe(`bulk ${site}`);
    expect(workers.state()).toMatchObject({
      phase: 'running',
      queues: [{ state: 'RUNNING' }, { taskQueue: `site-${site}` }, { taskQueue: `site-${site}-bulk` }],
    });
  });

  it('tells a watch that went on without it to look at the settings of now', async () => {
    const { config, site, taskQueue } = configOf({});
    const watch = { workflowId: workflowIds.siteWatch(site), taskQueue: `${taskQueue}/nobody` };
    const handle = await temporal.client.workflow.start('siteWatch', watch);
    onTestFinished(() => endWorkflows(temporal, watch.taskQueue, site));

    await run({ config, prepare: true });

    const { events } = await handle.fetchHistory();
    const told = events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName).filter(Boolean);
    expect(told).toEqual(['settings']);
  });

  it.each([
    ['has the call stack of a workflow where that is wanted', true],
    ['keeps no call stacks of workflows by default', false],
  ])('%s', async (_, callStacks) => {
    const { config, taskQueue } = configOf({});
    await run({ config: { ...config, worker: { ...config.worker, callStacks } } });
    const workflowId = temporal.newName();
    const handle = await temporal.client.workflow.start('siteWatch', { workflowId, taskQueue });
    onTestFinished(async () => void (await handle.terminate()));

    const stack = await handle.query<string>('__stack_trace');

    expect(stack.includes('at siteWatch')).toBe(callStacks);
  });

  it('gives the activities a client of its own connection', async () => {
    const { config, taskQueue } = configOf({});
    const activities = (client: Client) => ({
      ...noActivities,
      main: { describe: async (workflowId: string) => (await client.workflow.getHandle(workflowId).describe()).type },
    });
    await run({ config, activities });

    const workflowId = temporal.newName();
    const args = [{ activity: 'describe', input: workflowId }];
    expect(await temporal.client.workflow.execute('call', { taskQueue, workflowId, args })).toBe('call');
  });

  it('drains: what runs ends well, nothing new begins, attempts are flushed', async () => {
    const { config, taskQueue } = configOf({});
    const events: string[] = [];
    const attempts = {
      attemptStarted: () => undefined,
      attemptFinished: () => void events.push('finished'),
      flush: async () => void events.push('flushed'),
    };
    let release = () => undefined as void;
    const slow = async () => {
      events.push('begun');
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return 'done';
    };
    const phases: string[] = [];
    const onStateChange = ({ phase }: FleetState) => void phases.push(phase);
    const workers = await run({
      config,
      activities: { ...noActivities, main: { slow } },
      attempts: attempts as unknown as AttemptSink,
      onStateChange,
    });
    const handle = await temporal.client.workflow.start('call', {
      taskQueue,
      workflowId: taskQueue,
      args: [{ activity: 'slow' }],
    });
    await waitFor('the activity', () => events.includes('begun'));

    const stopped = workers.stop();
    await waitFor('draining', () => workers.state().phase === 'draining');
    release();
    await stopped;
    await workers.done;
    await workers.stop();

    expect(events).toEqual(['begun', 'finished', 'flushed']);
    expect(phases).toEqual(['running', 'draining', 'stopped']);
    const history = await handle.fetchHistory();
    expect(history.events?.some((event) => event.activityTaskCompletedEventAttributes != null)).toBe(true);
    await handle.terminate();
  });

  it('waits for a Temporal service that is not there yet, and tells the truth about its health', async () => {
    const port = await usablePort('127.0.0.1', 0, 'test');
    const healthPort = await usablePort('127.0.0.1', 0, 'test');
    const { config } = configOf({ address: `127.0.0.1:${port}`, healthPort });
    const logger = memoryLogger();
    const health = async (what: string) => (await fetch(`http://127.0.0.1:${healthPort}/health/${what}`)).status;

    const running = run({ config, logger });
    await waitFor('a warning', () => logger.lines.find((line) => line['code'] === 'WAYBILL_TEMPORAL_UNREACHABLE'));
    expect([await health('live'), await health('ready')]).toEqual([200, 503]);

    const proxy = await tcpProxy(temporal.address, port);
    onTestFinished(() => proxy.cut());
    const workers = await running;
    expect([await health('live'), await health('ready')]).toEqual([200, 200]);

    proxy.cut();
    await waitFor('not ready', async () => (await health('ready')) === 503);
    expect(await health('live')).toBe(200);
    const again = await tcpProxy(temporal.address, port);
    onTestFinished(() => again.cut());
    await waitFor('ready again', async () => (await health('ready')) === 200);
    await workers.stop();
    await expect(health('live')).rejects.toThrow('fetch failed');
  });

  it('stops while it starts', async () => {
    const { config } = configOf({ address: '127.0.0.1:1' });
    const logger = memoryLogger();
    const stop = new AbortController();

    const running = run({ config, logger, signal: stop.signal });
    await waitFor('a warning', () => logger.lines.length > 0);
    stop.abort();

    await expect(running).rejects.toMatchObject({ code: 'WAYBILL_TEMPORAL_STOPPED' });
  });

  it('starts siteWatch of every source site and the Schedules, and starts siteWatch again on the next start', async () => {
    const { config, site } = configOf({});
    const handle = temporal.client.workflow.getHandle(`siteWatch/${site}`);

    const first = await run({ config, prepare: true });
    await waitFor('siteWatch', () => handle.describe().catch(() => undefined));
    await first.stop();
    await handle.terminate();
    await run({ config, prepare: true });

    await waitFor('siteWatch again', async () => (await handle.describe()).status.name === 'RUNNING');
    await handle.terminate();
    const sweep = await temporal.client.schedule.getHandle('waybill-sweep-staging').describe();
    expect(sweep.action).toMatchObject({ workflowType: 'sweepStaging' });
  });

  it('leaves an activity behind that does not let itself be cancelled', async () => {
    const { config, taskQueue } = configOf({});
    let begun = false;
    const stubborn = async () => {
      begun = true;
      await new Promise(() => undefined);
    };
    const logger = memoryLogger();
    const own = { ...config, worker: { ...config.worker, shutdownGraceMs: 50 } };
    const workers = await run({
      config: own,
      logger,
      activities: { ...noActivities, main: { stubborn } },
      forceAfterGraceMs: 200,
    });
    const handle = await temporal.client.workflow.start('call', {
      taskQueue,
      workflowId: taskQueue,
      args: [{ activity: 'stubborn' }],
    });
    await waitFor('the activity', () => begun);

    await workers.stop();

    expect(logger.lines).toContainEqual(
      expect.objectContaining({ taskQueue, level: 'warn', msg: expect.stringContaining('left behind') as string }),
    );
    expect(workers.state().phase).toBe('stopped');
    await handle.terminate();
  });
});
