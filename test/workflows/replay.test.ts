import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyJson, replayStored, storedHistories, storeHistory } from '../harness/histories.ts';
import { testBundle, testTemporal, type TestTemporal, waybillBundle } from '../harness/temporal.ts';

const stored = join(import.meta.dirname, '..', 'histories');
const index = join(import.meta.dirname, '..', '..', 'workflows', 'index.ts');

let temporal: TestTemporal;
let folder: string;

beforeAll(async () => {
  temporal = await testTemporal();
  folder = await mkdtemp(join(tmpdir(), 'waybill-replay-'));
});

afterAll(async () => {
  await temporal.close();
  await rm(folder, { recursive: true, force: true });
});

describe('stored histories', () => {
  it('replay with the workflows of today', async ({ skip }) => {
    const names = await storedHistories(stored);
    const written = await access(index).then(
      () => true,
      () => false,
    );
    skip(!written, 'there is no workflows/index.ts yet');
    skip(names.length === 0, 'no history is stored in test/histories yet');

    const outcomes = await replayStored(stored, { workflowBundle: await waybillBundle() });

    expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(outcomes.map(({ name }) => name)).toEqual(names);
  });
});

describe('replayStored', () => {
  it('fails a workflow change that would break open runs, and only that', async () => {
    const taskQueue = temporal.newName();
    const before = await testBundle(new URL('../fixtures/replay/before.ts', import.meta.url));
    const after = await testBundle(new URL('../fixtures/replay/after.ts', import.meta.url));
    const activities = { first: async () => undefined, second: async () => undefined };
    await temporal.withWorker({ taskQueue, workflowBundle: before, activities }, () =>
      temporal.client.workflow.execute('twoSteps', { taskQueue, workflowId: taskQueue }),
    );
    await storeHistory(folder, 'two-steps', await historyJson(temporal.client, taskQueue));

    expect(await replayStored(folder, { workflowBundle: before })).toEqual([{ name: 'two-steps', error: undefined }]);
    expect(await replayStored(folder, { workflowBundle: after })).toMatchObject([
      { name: 'two-steps', error: { name: 'DeterminismViolationError' } },
    ]);
  });
});
