import { type About, broken, brokenBy, type Finding, look, ok } from '../../common/finding.ts';
import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { TenantConfig } from '../../config/types.ts';
import { ownWebhooks } from '../alerts/own-webhooks.ts';
import { createQlikCloudClients } from '../qlik-cloud/cloud-clients.ts';
import type { QlikCloudClient } from '../qlik-cloud/cloud-client.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { findingOfError } from './finding-of-error.ts';

type Eyes = Pick<ActivityDependencies, 'config' | 'logger'>;

/** Whether each tenant of Qlik Cloud can be asked, and tells the gateway of ended reloads. Reads only. Never throws. */
export async function lookAtTenants(deps: Eyes): Promise<Finding[]> {
  const { tenants } = deps.config().alerts;
  const clients = createQlikCloudClients(() => deps.config().alerts, deps.logger);
  try {
    const all = Object.values(tenants).map((tenant) => lookAtTenant(deps, tenant, clients.get(tenant.alias)));
    return (await Promise.all(all)).flat();
  } finally {
    await clients.close(0);
  }
}

async function lookAtTenant(deps: Eyes, tenant: TenantConfig, client: QlikCloudClient): Promise<Finding[]> {
  const subject = `tenant ${tenant.alias}`;
  const about = ['cloud.tenant', subject] as const;
  const isCalled = deps.config().alerts.broker !== undefined && tenant.reconcile.webhook.enabled;
  try {
    await client.listReloads({ limit: 1 });
  } catch (error) {
    return [findingOfError(deps, about, error)];
  }
  const asked = ok(about, `${tenant.url} takes the login, and shows its reloads.`);
  return isCalled ? [asked, await lookAtWebhook(tenant, client, ['cloud.webhook', subject])] : [asked];
}

async function lookAtWebhook(tenant: TenantConfig, client: QlikCloudClient, about: About): Promise<Finding> {
  const { url, alias, reconcile } = tenant;
  const setting = `alerts.tenants.${alias}.reconcile.webhook`;
  try {
    const own = ownWebhooks(tenant, await client.listWebhooks());
    const [off] = own.filter(({ enabled }) => !enabled);
    if (off) {
      const reason = off.disabledReason ?? 'no reason given';
      return brokenBy(about, waybillError('WAYBILL_ALERT_WEBHOOK_DISABLED', { webhook: off.name, url, reason }));
    }
    const names = own.map(({ name }) => `"${name}"`).join(', ');
    if (own.length > 0) return ok(about, `${names} of ${url} tells of ended reloads.`);
    const wanted = reconcile.webhook.name === undefined ? 'for ended reloads' : `"${reconcile.webhook.name}"`;
    return broken(
      about,
      `${url} has no webhook ${wanted}: failed reloads are found by asking only, which takes up to reconcile.every.`,
      `Make one in the management console of Qlik Cloud, for the event "Reload finished" and the address of the gateway; or set ${setting}.enabled to false.`,
    );
  } catch (error) {
    const why = isWaybillError(error) ? error.message : 'an unexpected error';
    return look(
      about,
      `Whether a webhook tells of ended reloads is not known: ${why}`,
      `Let the login of the tenant see webhooks, or set ${setting}.enabled to false and look in the management console of Qlik Cloud.`,
    );
  }
}
