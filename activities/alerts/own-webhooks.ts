import { waybillError } from '../../common/errors/catalogue.ts';
import type { WaybillError } from '../../common/errors/waybill-error.ts';
import type { AlertsConfig, TenantConfig } from '../../config/types.ts';
import type { CloudWebhook } from '../qlik-cloud/answers.ts';

/** Whether a webhook of the tenant is to bring ended reloads: there is a broker to bring them by, and it is wanted. */
export function isCalledBy({ broker }: AlertsConfig, { reconcile }: TenantConfig): boolean {
  return broker !== undefined && reconcile.webhook.enabled;
}

/** The webhooks that bring ended reloads to Waybill: the one of `reconcile.webhook.name`, else all for that event. */
export function ownWebhooks(
  { reconcile: { webhook } }: Pick<TenantConfig, 'reconcile'>,
  all: readonly CloudWebhook[],
): CloudWebhook[] {
  return all.filter(({ name, eventTypes }) =>
    webhook.name === undefined ? eventTypes.some((type) => type.endsWith('reload.finished')) : name === webhook.name,
  );
}

/** What is told of a webhook that Qlik Cloud has disabled. */
export function webhookDisabled(
  { url }: Pick<TenantConfig, 'url'>,
  { name: webhook, disabledReason: reason = 'no reason given' }: CloudWebhook,
): WaybillError {
  return waybillError('WAYBILL_ALERT_WEBHOOK_DISABLED', { webhook, url, reason });
}
