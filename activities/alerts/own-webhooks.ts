import type { TenantConfig } from '../../config/types.ts';
import type { CloudWebhook } from '../qlik-cloud/answers.ts';

/** The webhooks that bring ended reloads to Waybill: the one of `reconcile.webhook.name`, else all for that event. */
export function ownWebhooks(
  { reconcile: { webhook } }: Pick<TenantConfig, 'reconcile'>,
  all: readonly CloudWebhook[],
): CloudWebhook[] {
  return all.filter(({ name, eventTypes }) =>
    webhook.name === undefined ? eventTypes.some((type) => type.endsWith('reload.finished')) : name === webhook.name,
  );
}
