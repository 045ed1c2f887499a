import type { TenantConfig } from '../../config/types.ts';
import type { Logger } from '../../common/logger.ts';
import { type AppCalls, createAppCalls } from './app-calls.ts';
import { createCloudHttp } from './cloud-http.ts';
import { createReloadCalls, type ReloadCalls } from './reload-calls.ts';
import { createWebhookCalls, type WebhookCalls } from './webhook-calls.ts';

/**
 * The REST API of one tenant, as far as Waybill uses it (Qlik Cloud facts, section 2): reads only, so each is safe to repeat.
 * Beside the codes that a call names, each may throw WAYBILL_CONFIG_SECRET_MISSING and those that begin with WAYBILL_CLOUD_:
 * UNREACHABLE, TIMEOUT, SERVER, ANSWER and RATE_LIMITED, which may pass, and LOGIN, FORBIDDEN, REFUSED, CERTIFICATE, CA_FILE.
 */
export interface QlikCloudClient extends ReloadCalls, AppCalls, WebhookCalls {
  /** Alias of the tenant. */
  readonly tenant: string;
  /** Lets running calls end for `graceMs` (default 5 s), then cuts the connections. Safe to repeat. */
  close(graceMs?: number): Promise<void>;
}

/** A client for one tenant. It opens nothing and reads no secret before its first call; it may be used by many at once. */
export function createQlikCloudClient(tenant: TenantConfig, logger: Logger): QlikCloudClient {
  const http = createCloudHttp(tenant, logger);
  const place = { tenant: tenant.alias, host: new URL(tenant.url).host };
  return {
    tenant: tenant.alias,
    ...createReloadCalls(http, place),
    ...createAppCalls(http),
    ...createWebhookCalls(http, place),
    close: (graceMs = 5000) => http.close(graceMs),
  };
}
