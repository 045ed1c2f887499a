import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQueueWatch, describeQueues, expectedQueues, type QueueHealth } from '../../temporal/queue-health.ts';
import { testBundle, testTemporal, type TestTemporal } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';

let temporal: TestTemporal;

beforeAll(async () => {
  temporal = await testTemporal();
});

afterAll(async () => {
  await temporal.close();
});

describe('describeQueues', () => {
  it('tells a queue that is polled from one that only fills up', async () => {
    const polled = temporal.newName('polled');
    const forgotten = temporal.newName('forgotten');
    const queues = [polled, forgotten].map((queue) => ({ queue, kind: 'workflow' as const }));
    const workflowBundle = await testBundle(new URL('../fixtures/workflows/index.ts', import.meta.url));
    await temporal.client.workflow.start('sweepStaging', { taskQueue: forgotten, workflowId: forgotten });

    await temporal.withWorker({ taskQueue: polled, workflowBundle }, async () => {
      const [first, second] = await waitFor('both to show', async () => {
        const health = await describeQueues(temporal.client, queues);
        return health[0]?.polled && health[1]?.backlog === 1 && health;
      });

      expect(first).toMatchObject({ queue: polled, polled: true, lastPollUtc: expect.any(String) as string });
      expect(second).toEqual({ queue: forgotten, kind: 'workflow', polled: false, lastPollUtc: undefined, backlog: 1 });
    });
    await temporal.client.workflow.getHandle(forgotten).terminate();
  });
});

describe('createQueueWatch', () => {
  const minuteMs = 60_000;
  const queue: QueueHealth = { queue: 'site-test', kind: 'activity', polled: false, backlog: 3 };
  const startMs = Date.parse('2026-11-21T10:00:00Z');

  it('reports a queue once nobody has polled it for long enough, since the last poll', () => {
    const watch = createQueueWatch(10 * minuteMs);
    const lastPollUtc = '2026-11-21T09:58:00.000Z';

    expect(watch.observe([{ ...queue, lastPollUtc }], startMs)).toEqual([]);
    expect(watch.observe([queue], startMs + 7 * minuteMs)).toEqual([]);
    expect(watch.observe([queue], startMs + 8 * minuteMs)).toEqual([
      { ...queue, sinceUtc: lastPollUtc, forMs: 10 * minuteMs },
    ]);
  });

  it('forgets a queue that is polled again', () => {
    const watch = createQueueWatch(10 * minuteMs);
    watch.observe([queue], startMs);
    watch.observe([{ ...queue, polled: true }], startMs + 9 * minuteMs);

    expect(watch.observe([queue], startMs + 11 * minuteMs)).toEqual([]);
  });
});

describe('expectedQueues', () => {
  it('lists the main queue for both kinds and two queues a site', () => {
    expect(expectedQueues('waybill', ['dev'])).toEqual([
      { queue: 'waybill', kind: 'workflow' },
      { queue: 'waybill', kind: 'activity' },
      { queue: 'site-dev', kind: 'activity' },
      { queue: 'site-dev-bulk', kind: 'activity' },
    ]);
  });
});
