import { type About, broken, brokenBy, type Finding, look, ok } from '../../common/finding.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { TenantConfig } from '../../config/types.ts';
import { isCalledBy, ownWebhooks, webhookDisabled } from '../alerts/own-webhooks.ts';
import { createQlikCloudClient, type QlikCloudClient } from '../qlik-cloud/cloud-client.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { findingOfError } from './finding-of-error.ts';

type Eyes = Pick<ActivityDependencies, 'config' | 'logger'>;

/** Whether each tenant of Qlik Cloud can be asked, and tells the gateway of ended reloads. Reads only. Never throws. */
export async function lookAtTenants(deps: Eyes): Promise<Finding[]> {
  const tenants = Object.values(deps.config().alerts.tenants);
  return (await Promise.all(tenants.map((tenant) => lookAtTenant(deps, tenant)))).flat();
}

async function lookAtTenant(deps: Eyes, tenant: TenantConfig): Promise<Finding[]> {
  const subject = `tenant ${tenant.alias}`;
  const about = ['cloud.tenant', subject] as const;
  const client = createQlikCloudClient(tenant, deps.logger);
  try {
    await client.listReloads({ limit: 1 });
    const asked = ok(about, `${tenant.url} takes the login, and shows its reloads.`);
    if (!isCalledBy(deps.config().alerts, tenant)) return [asked];
    return [asked, await lookAtWebhook(tenant, client, ['cloud.webhook', subject])];
  } catch (error) {
    return [findingOfError(deps, about, error)];
  } finally {
    await client.close(0);
  }
}

async function lookAtWebhook(tenant: TenantConfig, client: QlikCloudClient, about: About): Promise<Finding> {
  const { url, alias, reconcile } = tenant;
  const setting = `alerts.tenants.${alias}.reconcile.webhook`;
  try {
    const own = ownWebhooks(tenant, await client.listWebhooks());
    const [off] = own.filter(({ enabled }) => !enabled);
    if (off) return brokenBy(about, webhookDisabled(tenant, off));
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
