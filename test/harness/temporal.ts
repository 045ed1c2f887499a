import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { silentLogger } from './memory-logger.ts';
import { inject } from 'vitest';
import { connectTemporal } from '../../temporal/connect.ts';
import { createDataConverter } from '../../temporal/data-converter.ts';
import { attemptInterceptor } from '../../worker/attempt-interceptor.ts';
import { workflowBundle } from '../../worker/bundle.ts';
import { installRuntime } from '../../worker/install-runtime.ts';
import { testTemporalConfig } from './temporal-config.ts';

/** The Temporal server of this test run (in memory, timers within 10 ms), as one test file uses it. */
export interface TestTemporal {
  readonly address: string;
  readonly client: Client;
  readonly connection: Connection;
  readonly native: NativeConnection;
  readonly dataConverter: DataConverter;
  /** A task queue, and a prefix for workflow ids, that no other test has. */
  newName(label?: string): string;
  /** Runs a Worker, with errors translated as in production, while `during` runs; it has drained when this resolves. */
  withWorker<T>(options: TestWorkerOptions, during: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type TestWorkerOptions = Pick<WorkerOptions, 'taskQueue' | 'activities' | 'interceptors' | 'workflowBundle'> &
  Partial<WorkerOptions>;

/** host:port of the server of this run. Throws why there is none. */
export function testTemporalAddress(): string {
  const problem = inject('temporalProblem');
  if (problem) throw new Error(`No Temporal server for the tests: ${problem}`);
  return inject('temporalAddress');
}

/** Connects to the server of this run, or to that at `address`; once a test file, in `beforeAll`, and `close()` in `afterAll`. */
export async function testTemporal(address = testTemporalAddress()): Promise<TestTemporal> {
  const logger = silentLogger();
  installRuntime(logger);
  const { client, connection, close } = await connectTemporal({
    config: { temporal: testTemporalConfig({ address }) },
  });
  const native = await NativeConnection.connect({ address });
  const dataConverter = await createDataConverter(undefined);
  return {
    address,
    client,
    connection,
    native,
    dataConverter,
    newName: (label = 'test') => `${label}-${randomUUID()}`,
    async withWorker(options, during) {
      const interceptors = { activity: [attemptInterceptor({ logger })] };
      const common = { connection: native, namespace: 'default', dataConverter, interceptors };
      const worker = await Worker.create({ ...common, ...options });
      return worker.runUntil(during);
    },
    async close() {
      await native.close();
      await close();
    },
  };
}

/** The bundle of a file of workflows, built once for each state of it and shared by all tests. */
export async function testBundle(workflowsFile: URL, encrypted = false): Promise<{ codePath: string }> {
  const path = fileURLToPath(workflowsFile);
  const sources = [
    path,
    ...['workflows', 'common'].map((folder) => fileURLToPath(new URL(`../../${folder}`, import.meta.url))),
  ];
  // A folder for each, as the latest few of a folder are kept.
  const name = createHash('sha256').update(`${path} ${encrypted}`).digest('hex').slice(0, 12);
  const dataFolder = join(tmpdir(), 'waybill-test-bundles', name);
  const { codePath } = await workflowBundle({
    dataFolder,
    encrypted,
    logger: silentLogger(),
    workflowsPath: path,
    sources,
  });
  return { codePath };
}

/** The bundle of Waybill's own workflows. */
export async function waybillBundle(): Promise<{ codePath: string }> {
  return testBundle(new URL('../../workflows/index.ts', import.meta.url));
}
