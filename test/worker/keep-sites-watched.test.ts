import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import { isRunning } from '../../temporal/is-running.ts';
import { SiteKeeper } from '../../worker/keep-sites-watched.ts';
import { workflowIds } from '../../workflows/contract.ts';
import { endWorkflows } from '../harness/end-workflows.ts';
import { memoryLogger } from '../harness/memory-logger.ts';
import { type TestTemporal, testTemporal } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';

/** Far less than the minute after which a watch that stands is looked for again. */
const SOON_MS = 30_000;

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await testTemporal();
});
afterAll(() => temporal?.close());

/** The connection, over which the first calls of one kind fail as when the server is too busy. */
function busyAtFirst(connection: Connection, method: 'describeWorkflowExecution', times: number): Connection {
  let left = times;
  const service = new Proxy(connection.workflowService, {
    get: (target, name) => {
      const value = Reflect.get(target, name) as unknown;
      if (name !== method || left <= 0) return typeof value === 'function' ? value.bind(target) : value;
      left -= 1;
      return () => Promise.reject(Object.assign(new Error('too busy'), { code: 8 }));
    },
  });
  return new Proxy(connection, {
    get: (target, name) => {
      if (name === 'workflowService') return service;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('a site whose watch could not be started', () => {
  it('is tried again soon, and not only after a minute', async () => {
    const queue = temporal.newName();
    const site = queue
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]/g, '-')
      .slice(-30);
    const at = (host: string) => ({ hosts: [host], certificates: 'certificates' });
    const yaml = {
      sites: { [site]: at('dev.example'), test: at('test.example') },
      sources: { [site]: {} },
      targets: { test: {} },
      temporal: { address: temporal.address, taskQueue: queue },
    };
    const config = configFromYaml(stringify(yaml), tmpdir(), {});
    const logger = memoryLogger();
    const closing = new AbortController();
    const keeper = new SiteKeeper(closing.signal);
    const connection = busyAtFirst(temporal.connection, 'describeWorkflowExecution', 2);

    keeper.keep({ config, connection, dataConverter: temporal.dataConverter, logger });
    await waitFor('the watch to run', () => isRunning(temporal.client, workflowIds.siteWatch(site)), SOON_MS);

    closing.abort();
    await keeper.ended();
    const troubles = logger.lines.filter(({ msg }) => msg === 'siteWatch could not be started');
    expect(troubles.length).toBeGreaterThan(0);
    await endWorkflows(temporal, queue, site);
  });
});
