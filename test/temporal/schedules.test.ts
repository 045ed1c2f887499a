import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureNamespace } from '../../temporal/ensure-namespace.ts';
import { ensureSiteWatch } from '../../temporal/ensure-site-watch.ts';
import { ensureSchedules } from '../../temporal/schedules.ts';
import { reconcileScheduleId, scheduleIds } from '../../workflows/contract.ts';
import { silentLogger } from '../harness/memory-logger.ts';
import { testBundle, testTemporal, type TestTemporal } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';

const logger = silentLogger();
const timeouts = { heartbeatMs: 60_000 };
let temporal: TestTemporal;
let client: Client;
let namespace: string;

beforeAll(async () => {
  temporal = await testTemporal();
});

afterAll(async () => {
  await temporal.close();
});

beforeEach(async () => {
  // Schedules have fixed ids: each test gets a namespace of its own.
  namespace = `test-${randomUUID()}`;
  const { connection, address, dataConverter } = temporal;
  const made = await ensureNamespace({ connection, address, namespace, retentionMs: 3 * 86_400_000, logger });
  expect(made).toMatchObject({ namespace: 'made', missing: [] });
  client = new Client({ connection, namespace, dataConverter });
});

describe('ensureSchedules', () => {
  it('makes the Schedules once, changes those that differ and keeps a pause', async () => {
    const options = { client, taskQueue: 'waybill', sweepEveryMs: 3_600_000, logger };
    const handle = client.schedule.getHandle(scheduleIds.sweepStaging);

    expect(await ensureSchedules(options)).toEqual({ [scheduleIds.sweepStaging]: 'made' });
    expect(await ensureSchedules(options)).toEqual({ [scheduleIds.sweepStaging]: 'unchanged' });
    await handle.pause('looking into it');
    expect(await ensureSchedules({ ...options, sweepEveryMs: 60_000 })).toEqual({
      [scheduleIds.sweepStaging]: 'changed',
    });

    const described = await handle.describe();
    expect(described.spec.intervals).toMatchObject([{ every: 60_000 }]);
    expect(described.action).toMatchObject({ workflowType: 'sweepStaging', taskQueue: 'waybill', args: [{}] });
    expect(described.state).toMatchObject({ paused: true, note: 'looking into it' });
  });

  it('asks for failed reloads as often as is set, and no more of a tenant that is gone or is never to be asked', async () => {
    const base = { client, taskQueue: 'waybill', sweepEveryMs: 3_600_000, logger };
    const ensure = (...reconcile: { tenant: string; everyMs: number }[]) => ensureSchedules({ ...base, reconcile });
    const [eu, us] = [reconcileScheduleId('eu'), reconcileScheduleId('us')];
    const listed = async () => {
      const found: string[] = [];
      for await (const { scheduleId } of client.schedule.list()) found.push(scheduleId);
      return found.filter((id) => id !== scheduleIds.sweepStaging).toSorted();
    };
    const isListed = (...ids: string[]) =>
      waitFor(`the Schedules ${ids.join()}`, async () => (await listed()).join() === ids.join());

    expect(await ensure({ tenant: 'eu', everyMs: 60_000 }, { tenant: 'us', everyMs: 60_000 })).toMatchObject({
      [eu]: 'made',
      [us]: 'made',
    });
    const other = { ...base, taskQueue: 'other' };
    await ensureSchedules({ ...other, reconcile: [{ tenant: 'of-another', everyMs: 60_000 }] });
    const { spec, action } = await client.schedule.getHandle(eu).describe();
    expect(spec.intervals).toMatchObject([{ every: 60_000 }]);
    expect(action).toMatchObject({ workflowType: 'reconcileReloads', taskQueue: 'waybill', args: [{ tenant: 'eu' }] });
    await isListed(eu, reconcileScheduleId('of-another'), us);

    expect(await ensure({ tenant: 'eu', everyMs: 120_000 }, { tenant: 'us', everyMs: 0 })).toMatchObject({
      [eu]: 'changed',
      [us]: 'removed',
    });
    await isListed(eu, reconcileScheduleId('of-another'));
    expect(await ensure()).toMatchObject({ [eu]: 'removed' });
    await isListed(reconcileScheduleId('of-another'));
    expect(await ensure()).toEqual({ [scheduleIds.sweepStaging]: 'unchanged' });
  });

  it('starts a siteWatch for each site by way of a small workflow', async () => {
    const taskQueue = temporal.newName();
    const keepWatched = { sites: ['dev', 'lab'], workflowType: 'ensureSiteWatch' };
    await ensureSchedules({ client, taskQueue, sweepEveryMs: 3_600_000, keepWatched, logger });
    await ensureSiteWatch(client, 'dev', { temporal: { taskQueue }, timeouts });
    const first = await client.workflow.getHandle('siteWatch/dev').describe();
    const workflowBundle = await testBundle(new URL('../fixtures/workflows/index.ts', import.meta.url));

    await temporal.withWorker({ taskQueue, namespace, workflowBundle }, async () => {
      await client.schedule.getHandle(scheduleIds.ensureSiteWatch).trigger();
      const lab = await waitFor('siteWatch/lab', () =>
        client.workflow
          .getHandle('siteWatch/lab')
          .describe()
          .catch(() => undefined),
      );
      expect(lab.status.name).toBe('RUNNING');
    });

    expect(await client.workflow.getHandle('siteWatch/dev').describe()).toMatchObject({ runId: first.runId });
  });
});

describe('ensureSiteWatch', () => {
  it('starts one run however often it is called, and a new one when that has ended', async () => {
    const handle = client.workflow.getHandle('siteWatch/dev');

    await Promise.all(
      [1, 2, 3].map(() => ensureSiteWatch(client, 'dev', { temporal: { taskQueue: 'waybill' }, timeouts })),
    );
    const first = await handle.describe();
    await ensureSiteWatch(client, 'dev', { temporal: { taskQueue: 'waybill' }, timeouts });
    expect((await handle.describe()).runId).toBe(first.runId);
    await handle.terminate();
    await ensureSiteWatch(client, 'dev', { temporal: { taskQueue: 'waybill' }, timeouts });

    expect((await handle.describe()).runId).not.toBe(first.runId);
  });
});

describe('ensureNamespace', () => {
  it('is safe to repeat and to run at once', async () => {
    const { connection, address } = temporal;
    const name = `test-${randomUUID()}`;
    const options = { connection, address, namespace: name, retentionMs: 86_400_000, logger };

    await Promise.all([ensureNamespace(options), ensureNamespace(options)]);

    expect(await ensureNamespace(options)).toEqual({ namespace: 'unchanged', added: [], missing: [] });
    expect(await ensureNamespace({ ...options, retentionMs: 30 * 86_400_000 })).toMatchObject({
      namespace: 'retention raised',
    });
    expect(await ensureNamespace(options)).toMatchObject({ namespace: 'unchanged' });
  });

  it('refuses a search attribute of another type', async () => {
    const { connection, address } = temporal;
    const name = `test-${randomUUID()}`;
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    await waitFor('the namespace', () =>
      connection.operatorService.addSearchAttributes({ namespace: name, searchAttributes: { WaybillApp: 3 } }).then(
        () => true,
        () => false,
      ),
    );

    await expect(
      ensureNamespace({ connection, address, namespace: name, retentionMs: 86_400_000, logger }),
    ).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_SEARCH_ATTRIBUTE_TYPE',
      facts: { name: 'WaybillApp', wanted: 'Keyword' },
    });
  });

  it('goes on, with the commands to run, where the service does not let it change anything', async () => {
    const warnings: string[] = [];
    const denied = Object.assign(new Error('7 PERMISSION_DENIED: not yours'), { code: 7 });
    const deny = async () => Promise.reject(denied);
    const { connection, address } = temporal;
    const managed = {
      ...connection,
      operatorService: { listSearchAttributes: deny, addSearchAttributes: deny },
      workflowService: Object.assign(Object.create(connection.workflowService) as object, { updateNamespace: deny }),
    } as unknown as typeof connection;
    const name = `test-${randomUUID()}`;
    await connection.workflowService.registerNamespace({
      namespace: name,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    const warn = (_facts: object, message: string) => void warnings.push(message);

    const outcome = await ensureNamespace({
      connection: managed,
      address,
      namespace: name,
      retentionMs: 30 * 86_400_000,
      logger: { ...logger, warn },
    });

    expect(outcome).toMatchObject({ namespace: 'unchanged', added: [] });
    expect(outcome.missing).toContain('WaybillTargets');
    expect(warnings).toEqual([
      expect.stringContaining(`temporal operator namespace update --namespace ${name} --retention 720h`),
      expect.stringContaining('--name WaybillTargets --type KeywordList'),
    ]);
  });
});
