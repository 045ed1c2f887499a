import { describe, expect, it } from 'vitest';
import { lookAtTenants } from '../../../activities/doctor/look-at-tenants.ts';
import { configFromYaml } from '../../../config/load.ts';
import type { Finding } from '../../../common/finding.ts';
import { type CloudWorld, startCloudWorld } from './cloud-world.ts';

interface Wanted {
  readonly apiKey?: string;
  readonly hasBroker?: boolean;
  readonly webhook?: object;
}

/** What doctor says of the tenant of a world. */
async function look(world: CloudWorld, { apiKey, hasBroker = true, webhook }: Wanted = {}): Promise<Finding[]> {
  const { url, apiKey: right } = world.tenant;
  const eu = {
    id: 'tenantid000000000000000000000001',
    url,
    apiKey: apiKey ?? right,
    ...(webhook ? { reconcile: { webhook } } : {}),
  };
  const alerts = { tenants: { eu }, ...(hasBroker ? { broker: { url: 'mqtt://127.0.0.1:1' } } : {}) };
  const config = configFromYaml(JSON.stringify({ alerts }), world.folder, {});
  return lookAtTenants({ config: () => config, logger: world.logger });
}

const reloadFinished = {
  name: 'Waybill',
  url: 'https://gateway.example/hook',
  eventTypes: ['com.qlik.v1.reload.finished'],
};

describe('what doctor says of a tenant of Qlik Cloud', () => {
  it('is well where it can be asked, and a webhook tells of ended reloads', async () => {
    await using world = await startCloudWorld();
    world.tenant.actAs.createWebhook(reloadFinished);

    const findings = await look(world);

    expect(findings).toMatchObject([
      { check: 'cloud.tenant', subject: 'tenant eu', verdict: 'ok' },
      { check: 'cloud.webhook', verdict: 'ok', what: expect.stringContaining('"Waybill"') as string },
    ]);
  });

  it('is the error of the login where that is refused, without the secret', async () => {
    await using world = await startCloudWorld();

    const findings = await look(world, { apiKey: 'a-key-that-nobody-gave' });

    expect(findings).toMatchObject([{ check: 'cloud.tenant', verdict: 'broken', code: 'WAYBILL_CLOUD_LOGIN' }]);
    expect(JSON.stringify(findings)).not.toContain('a-key-that-nobody-gave');
  });

  it('is that a webhook is missing, or the one that is named, and where to make it', async () => {
    await using world = await startCloudWorld();
    const missing = (await look(world))[1];
    world.tenant.actAs.createWebhook(reloadFinished);
    const another = (await look(world, { webhook: { name: 'Ours' } }))[1];

    expect(missing).toMatchObject({ check: 'cloud.webhook', verdict: 'broken' });
    expect(missing?.remedy).toContain('alerts.tenants.eu.reconcile.webhook.enabled');
    expect(another).toMatchObject({ verdict: 'broken', what: expect.stringContaining('"Ours"') as string });
  });

  it('is that a webhook was disabled, and why', async () => {
    await using world = await startCloudWorld();
    const id = world.tenant.actAs.createWebhook(reloadFinished);
    world.tenant.actAs.disableWebhook(id, 'It failed too often.');

    expect((await look(world))[1]).toMatchObject({
      verdict: 'broken',
      code: 'WAYBILL_ALERT_WEBHOOK_DISABLED',
      what: expect.stringContaining('It failed too often.') as string,
    });
  });

  it('is that webhooks may not be seen, which is no fault of the tenant', async () => {
    await using world = await startCloudWorld();
    world.tenant.faults.add({ path: '/webhooks', times: 0, effect: { type: 'status', status: 403 } });

    expect((await look(world))[1]).toMatchObject({ check: 'cloud.webhook', verdict: 'look' });
  });

  it.each([
    ['no broker is configured', { hasBroker: false }],
    ['none is wanted', { webhook: { enabled: false } }],
  ])('says nothing of webhooks where %s', async (_, wanted) => {
    await using world = await startCloudWorld();

    expect((await look(world, wanted)).map(({ check }) => check)).toEqual(['cloud.tenant']);
  });
});
