import { mkdir } from 'node:fs/promises';
import proto from '@temporalio/proto';
import { stringify } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { ensureSiteWatch } from '../../temporal/ensure-site-watch.ts';
import { startWorker } from '../../worker/start-worker.ts';
import { searchAttributes, signals, workflowIds } from '../../workflows/contract.ts';
import { memoryLogger } from '../harness/memory-logger.ts';
import { testTemporal, waybillBundle } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startSurroundings, type World, type WorldOptions } from '../harness/world.ts';
import { serverClock } from './server-clock.ts';
import { startTestServer } from './start-test-server.ts';

const ValueType = proto.temporal.api.enums.v1.IndexedValueType;
const types = Object.fromEntries(
  Object.entries(searchAttributes).map(([name, type]) => [name, ValueType[`INDEXED_VALUE_TYPE_${type}`]]),
);

/** A world whose Temporal server skips the time in which nothing happens; Waybill's clock goes with it. */
export interface SkippingWorld extends World {
  /** When, by the clock of this host, it was first this time for Waybill. */
  hostUtcOf(utc: string): string;
  /** What the time is there, in milliseconds. */
  nowMs(): Promise<number>;
  /** Lets so much time pass, and everything happen that is due in it. */
  pass(ms: number): Promise<void>;
  /** Tells the watch of the source that something may have happened to an app, as the listener does. */
  hint(appId: string): Promise<void>;
}

/** Starts everything on the server behind `program`. Tests of one world are serial: its time is one for all. */
export async function startSkippingWorld(program: string, options: WorldOptions = {}): Promise<SkippingWorld> {
  const surroundings = await startSurroundings(options);
  const { alias, folder, inbox, sites, yaml, suffix } = surroundings;
  const server = await startTestServer(program);
  yaml['temporal'] = { address: server.address, taskQueue: `waybill-${suffix}` };
  // Weeks are skipped from one due thing to the next, so none may be due all the time.
  yaml['sources'][alias('dev')].sweep = '10d';
  options.change?.(yaml, alias);
  const config = configFromYaml(stringify(yaml), folder, {});
  await mkdir(config.dataFolder, { recursive: true });
  const clock = serverClock();
  const ledger = await openLedger({ kind: 'sqlite', file: config.ledger.file, now: clock.now });
  const logger = memoryLogger();
  const { codePath } = await waybillBundle();
  // That server has no Schedules and lists no search attributes, so what a worker prepares is prepared here.
  const started = { config, ledger, logger, bundlePath: codePath, handleSignals: false, prepare: false };
  const temporal = await testTemporal(server.address);
  await temporal.client.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: types,
  });
  const worker = await startWorker({ ...started, now: clock.now });
  await ensureSiteWatch(temporal.client, alias('dev'), config);
  await waitFor('the first look at the source', async () => ledger.getSiteMemory(alias('dev')));
  const watch = temporal.client.workflow.getHandle(workflowIds.siteWatch(alias('dev')));
  return {
    folder,
    config,
    ledger,
    temporal,
    logger,
    inbox,
    sites,
    alias,
    site: (name) => sites[name]!,
    hostUtcOf: clock.hostUtcOf,
    nowMs: () => server.nowMs(),
    pass: (ms) => server.pass(ms),
    hint: (appId) => watch.signal(signals.hint, { appIds: [appId] }),
    async close() {
      await worker.close();
      await ledger.close();
      await temporal.close();
      await server.stop();
      await surroundings.close();
    },
  };
}
