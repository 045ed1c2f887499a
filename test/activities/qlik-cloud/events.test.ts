import { expect, it } from 'vitest';
import { readReloadEvent } from '../../../rules/alerts/read-reload-event.ts';
import { outcomeOfStatus } from '../../../rules/alerts/reload-outcome.ts';
import { startReceiver } from '../../sandbox/cloud/test-tenant.ts';
import { startCloudWorld } from './cloud-world.ts';

const shapes = ['legacy', 'hybrid', 'cloudEvents'] as const;
const eventTypes = ['com.qlik.v1.app.reload.finished', 'com.qlik.v1.reload.finished'];

it.each(shapes)('reads what a tenant sends in the shape %s, and finds the reload by it', async (eventShape) => {
  await using world = await startCloudWorld({ switches: { eventShape } });
  await using receiver = await startReceiver();
  const { tenant, app, ann } = world;
  tenant.actAs.createWebhook({ name: 'alerts', url: receiver.url, eventTypes });
  const reloadId = tenant.actAs.reloadApp(app, { status: 'FAILED', errorMessage: 'disk full' });
  await tenant.deliveriesIdle();
  const read = receiver.received.map(({ json }) => readReloadEvent(json));

  const same = { tenantId: tenant.tenantId, reloadId, appId: app, outcome: 'failed', hasStatus: true };
  expect(read).toHaveLength(2);
  expect(read).toContainEqual({ event: expect.objectContaining({ ...same, isFinal: false }) as object });
  expect(read).toContainEqual({ event: expect.objectContaining({ ...same, isFinal: true }) as object });
  expect(read).toContainEqual({
    event: expect.objectContaining({
      facts: expect.objectContaining({ errorMessage: 'disk full', durationMs: 60_000, ownerId: ann }) as object,
    }) as object,
  });
  expect(outcomeOfStatus((await world.client().getReload(reloadId)).status)).toBe('failed');
});

it('asks the tenant how a reload ended of which an event says only that it did not succeed', async () => {
  await using world = await startCloudWorld({ switches: { eventFields: 'few' } });
  await using receiver = await startReceiver();
  const { tenant, app } = world;
  tenant.actAs.createWebhook({ name: 'alerts', url: receiver.url, eventTypes: ['com.qlik.v1.reload.finished'] });
  const reloadId = tenant.actAs.reloadApp(app, { status: 'CANCELED' });
  await tenant.deliveriesIdle();

  expect(readReloadEvent(receiver.received[0]?.json)).toMatchObject({
    event: { reloadId, outcome: 'failed', hasStatus: false },
  });
  expect(outcomeOfStatus((await world.client().getReload(reloadId)).status)).toBe('canceled');
});

it('takes no word for an outcome that says that a reload has not ended', () => {
  expect(['QUEUED', 'RELOADING', 'CANCELING', '', 'toString', undefined].map(outcomeOfStatus)).toEqual(
    Array.from({ length: 6 }, () => undefined),
  );
});
