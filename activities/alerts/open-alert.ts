import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { TenantConfig } from '../../config/types.ts';
import type { FailureStatus } from '../../rules/alerts/failed-reload.ts';
import { outcomeOfStatus } from '../../rules/alerts/reload-outcome.ts';
import type { ReloadNews, ReloadOutcome } from '../../workflows/contract.ts';
import type { OpenAlertInput, OpenedAlert, ReloadAlertKey } from '../alert-types.ts';
import { attemptContext } from '../activity-context.ts';
import type { AlertDependencies } from './alert-dependencies.ts';

const statusOf: Readonly<Record<ReloadOutcome, FailureStatus>> = {
  failed: 'FAILED',
  'exceeded-limit': 'EXCEEDED_LIMIT',
  canceled: 'CANCELED',
  succeeded: 'FAILED',
};

/** A reload may be shown some seconds after its event; one that is not shown then is none of the list. */
const LOOKS = 4;

/** How a reload ended, by the word of Qlik Cloud; failed for one that is not known. */
export function outcomeOf(status: string): ReloadOutcome {
  return outcomeOfStatus(status) ?? 'failed';
}

/** Room for the answers that a step may need besides the one that takes long. */
const CALLS_PER_STEP = 3;

/**
 * Notes a failed reload in the ledger; once there it is never alerted twice, whatever Temporal still knows. News that
 * come later amend it. Safe to repeat.
 * @throws WAYBILL_CLOUD_TENANT_UNKNOWN
 */
export async function openAlert(deps: AlertDependencies, input: OpenAlertInput): Promise<OpenedAlert> {
  const { tenant, reloadId, appId, news } = input;
  const settings = tenantOf(deps, tenant);
  const known = await deps.ledger.noteReloadFailure({ tenant, reloadId, appId, ...toldBy(news) });
  if (known.state === 'open') await deps.ledger.amendReloadFailure(input, merged(known.event, news));
  return {
    ended: known.state === 'open' ? undefined : known.state,
    alertsCanceled: settings.canceled,
    pace: {
      settleMs: settings.settleMs,
      settleCheckMs: settings.settleCheckMs,
      gatherMs: settings.gatherMs,
      attemptMs: settings.timeoutMs * CALLS_PER_STEP,
    },
  };
}

/** The settings of a tenant. @throws WAYBILL_CLOUD_TENANT_UNKNOWN */
export function tenantOf({ config }: Pick<AlertDependencies, 'config'>, tenant: string): TenantConfig {
  const settings = config().alerts.tenants[tenant];
  if (!settings) {
    const known = Object.keys(config().alerts.tenants).join(', ') || 'none';
    throw waybillError('WAYBILL_CLOUD_TENANT_UNKNOWN', { tenant, known });
  }
  return settings;
}

function toldBy({ outcome, event }: ReloadNews): { status: FailureStatus; event: object | null } {
  return { status: statusOf[outcome], event: event ?? null };
}

/** An engine attempt and the end of the reload tell different things; what the end says wins. */
function merged(known: unknown, news: ReloadNews): { status: FailureStatus; event: object | null } {
  const { status, event } = toldBy(news);
  if (event === null) return { status, event: (known ?? null) as object | null };
  return { status, event: { ...(known as object | null), ...event } };
}

/** How a reload ended, as Qlik Cloud says; `unknown` for one that it does not list (an app reloaded in the editor). */
export async function askOutcome(
  deps: AlertDependencies,
  { tenant, reloadId }: ReloadAlertKey,
): Promise<{ outcome?: ReloadOutcome | 'unknown' }> {
  const { signal, attempt } = attemptContext();
  try {
    const { status } = await deps.cloud(tenant).getReload(reloadId, { signal });
    return { outcome: outcomeOfStatus(status) };
  } catch (error) {
    const isUnknown = isWaybillError(error) && error.code === 'WAYBILL_CLOUD_NOT_YET' && attempt >= LOOKS;
    if (isUnknown) return { outcome: 'unknown' };
    throw error;
  }
}

/** Nobody is to be told of it. Safe to repeat. */
export async function passAlert({ ledger }: AlertDependencies, key: ReloadAlertKey): Promise<void> {
  await ledger.endReloadFailure(key, 'passed');
}
