import type { AlertsConfig, TenantConfig } from '../../config/types.ts';
import { waybillError } from '../../common/errors/catalogue.ts';
import type { Logger } from '../../common/logger.ts';
import { createQlikCloudClient, type QlikCloudClient } from './cloud-client.ts';

/** The clients of all tenants of a configuration. */
export interface QlikCloudClients {
  /**
   * The client of a tenant: the same as long as its settings stay as they are, so that it should be asked for anew each time.
   * @throws WAYBILL_CLOUD_TENANT_UNKNOWN when the configuration has no tenant of this alias
   */
  get(tenantAlias: string): QlikCloudClient;
  /** Closes those that were made, giving running calls `graceMs` (default 5 s) to end. */
  close(graceMs?: number): Promise<void>;
}

/** One client a tenant, each made when it is first asked for; `config` is asked for the settings of today. */
export function createQlikCloudClients(config: () => AlertsConfig, logger: Logger): QlikCloudClients {
  const clients = new Map<string, { readonly client: QlikCloudClient; readonly settings: string }>();
  return {
    get(tenantAlias) {
      const { tenants } = config();
      const tenant = Object.hasOwn(tenants, tenantAlias) ? tenants[tenantAlias] : undefined;
      if (!tenant) {
        const facts = { tenant: tenantAlias, known: Object.keys(tenants).join(', ') || 'none' };
        throw waybillError('WAYBILL_CLOUD_TENANT_UNKNOWN', facts);
      }
      const settings = settingsOf(tenant);
      const known = clients.get(tenantAlias);
      if (known?.settings === settings) return known.client;
      const client = createQlikCloudClient(tenant, logger);
      clients.set(tenantAlias, { client, settings });
      known?.client.close(tenant.timeoutMs).catch(() => undefined);
      return client;
    },

    async close(graceMs) {
      await Promise.all([...clients.values()].map(({ client }) => client.close(graceMs)));
    },
  };
}

/** What a client is made of. A secret by where it stands: its text is read at each use. */
function settingsOf({ url, ca, timeoutMs, apiKey, login }: TenantConfig): string {
  const client = login && [login.clientId, login.clientSecret.describe()];
  return JSON.stringify([url, ca, timeoutMs, apiKey?.describe(), client]);
}
