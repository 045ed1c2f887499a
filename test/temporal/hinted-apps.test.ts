import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hintedApps, runOfWatch } from '../../temporal/hinted-apps.ts';
import { signals, workflowIds, workflowTypes } from '../../workflows/contract.ts';
import { testBundle, testTemporal, type TestTemporal } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';

let temporal: TestTemporal;

beforeAll(async () => {
  temporal = await testTemporal();
});

afterAll(async () => {
  await temporal.close();
});

describe('the apps that a watch was told of', () => {
  it('are those of its present run, and of the runs since one that is named', async () => {
    const { client } = temporal;
    const site = temporal.newName('site');
    const workflowId = workflowIds.siteWatch(site);
    const workflowBundle = await testBundle(new URL('../fixtures/workflows/watch-in-runs.ts', import.meta.url));
    const watch = client.workflow.getHandle(workflowId);
    const told = async (since: string): Promise<string[]> => [...(await hintedApps(client, site, since))].toSorted();
    const nextRun = async (): Promise<string> => {
      const before = await runOfWatch(client, site);
      await watch.signal('next');
      return waitFor('the next run', async () => {
        const now = await runOfWatch(client, site);
        return now !== before && now;
      });
    };

    await temporal.withWorker({ taskQueue: site, workflowBundle, activities: {} }, async () => {
      await client.workflow.start(workflowTypes.siteWatch, { workflowId, taskQueue: site, args: [] });
      const first = (await runOfWatch(client, site)) ?? '';
      await watch.signal(signals.hint, { appIds: ['A', 'B'] });
      const second = await nextRun();
      await watch.signal(signals.hint, { appIds: ['C'] });
      const third = await nextRun();
      await watch.signal(signals.hint, { appIds: ['D'] });

      expect(await told(third)).toEqual(['d']);
      expect(await told(second)).toEqual(['c', 'd']);
      expect(await told(first)).toEqual(['a', 'b', 'c', 'd']);
      await watch.terminate();
    });
  });

  it('are none where no watch runs', async () => {
    const nowhere = temporal.newName('nowhere');

    expect(await runOfWatch(temporal.client, nowhere)).toBeUndefined();
    expect([...(await hintedApps(temporal.client, nowhere, ''))]).toEqual([]);
  });
});
