import { waybillError } from '../../common/errors/catalogue.ts';
import { workflowIds } from '../../workflows/contract.ts';
import type { AlertSend } from '../../ledger/alert-sends.ts';
import { attemptContext } from '../activity-context.ts';
import type { ReconcileOutcome } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { destinationsOf } from './destinations.ts';
import { reloadFacts } from '../qlik-cloud/to-facts.ts';
import { outcomeOf, tenantOf } from './open-alert.ts';
import { collectOldScriptLogs } from './script-log-files.ts';
import { channelOf } from './route-alert.ts';

/** How far a tenant was looked through; the ledger remembers it under `alerts:<tenant>`. */
interface Watermark {
  /** The newest end of a failure that was seen, UTC. */
  readonly untilUtc: string;
}

/** No more failures are taken up at once; the next look finds the others. */
const AT_ONCE = 500;
/** What waits for less than this is on its way. */
const ON_ITS_WAY_MS = 120_000;

/**
 * Finds failed reloads of a tenant that no event told of, and alerts that were lost on the way, and starts them; reports
 * webhooks that Qlik Cloud has disabled. The first look begins at that moment: what failed before is nobody's news.
 * Safe to repeat.
 */
export async function reconcileTenant(
  deps: AlertDependencies,
  { tenant }: { readonly tenant: string },
): Promise<ReconcileOutcome> {
  const missed = await findMissed(deps, tenant);
  const resumed = (await resumeFailures(deps, tenant)) + (await resumeAlerts(deps, tenant));
  const disabledWebhooks = await disabledOnes(deps, tenant);
  await collectScriptLogs(deps);
  if (missed > 0) deps.logger.warn({ tenant, missed }, 'failed reloads that no event told of');
  return { missed, resumed, disabledWebhooks };
}

async function findMissed(deps: AlertDependencies, tenant: string): Promise<number> {
  const { reconcile, canceled } = tenantOf(deps, tenant);
  const scope = `alerts:${tenant}`;
  const now = deps.nowUtc();
  const known = await deps.ledger.getSiteMemory<Watermark>(scope);
  if (!known) {
    await deps.ledger.putSiteMemory(scope, { untilUtc: now } satisfies Watermark, { revision: 0 });
    return 0;
  }
  const { untilUtc } = known.memory;
  const sinceUtc = new Date(Date.parse(untilUtc) - reconcile.overlapMs).toISOString();
  const statuses = ['FAILED', 'EXCEEDED_LIMIT', ...(canceled ? ['CANCELED'] : [])] as const;
  const { signal } = attemptContext();
  const { reloads, isComplete } = await deps
    .cloud(tenant)
    .listReloads({ status: statuses, since: new Date(sinceUtc), limit: AT_ONCE, signal });
  const told = await deps.ledger.knownReloads(
    tenant,
    reloads.map(({ id }) => id),
  );
  const missed = reloads.filter(({ id }) => !told.has(id));
  const { heartbeatMs } = deps.config().timeouts;
  for (const { id, appId, status } of missed)
    await deps.tellReload({ tenant, reloadId: id, appId, heartbeatMs }, { outcome: outcomeOf(status), isFinal: true });
  // Where some were left out, the next look begins where this one did.
  if (!isComplete) return missed.length;
  const ends = reloads.flatMap((reload) => reloadFacts(reload).endedAtUtc ?? []);
  const newest = [untilUtc, ...ends].toSorted().at(-1) ?? untilUtc;
  await deps.ledger.putSiteMemory(scope, { untilUtc: newest } satisfies Watermark, { revision: known.revision });
  return missed.length;
}

/** Failures that the ledger holds open and no workflow has in hand: Temporal has lost them. */
async function resumeFailures(deps: AlertDependencies, tenant: string): Promise<number> {
  const failures = await deps.ledger.listReloadFailures({ tenant });
  const open = failures.filter(({ state, foundAtUtc }) => state === 'open' && isOld(deps, foundAtUtc));
  let resumed = 0;
  for (const { reloadId, appId } of open) {
    if (await deps.isRunning(workflowIds.reloadAlert(tenant, reloadId))) continue;
    const { heartbeatMs } = deps.config().timeouts;
    // Not final: it asks Qlik Cloud how the reload ended before anybody is told.
    await deps.tellReload({ tenant, reloadId, appId, heartbeatMs }, { outcome: 'failed', isFinal: false });
    resumed += 1;
  }
  return resumed;
}

/** Alerts that were claimed and that no channel has in hand. */
async function resumeAlerts(deps: AlertDependencies, tenant: string): Promise<number> {
  const waiting = [
    ...(await deps.ledger.listAlerts({ tenant, state: 'waiting' })),
    ...(await deps.ledger.listAlerts({ tenant, state: 'held' })),
  ].filter(({ updatedAtUtc }) => isOld(deps, updatedAtUtc));
  let resumed = 0;
  for (const alert of waiting) if (await resumeAlert(deps, tenant, alert)) resumed += 1;
  return resumed;
}

async function resumeAlert(deps: AlertDependencies, tenant: string, alert: AlertSend): Promise<boolean> {
  const { destination: id, recipient, appId, kind, reloadId } = alert;
  const destination = destinationsOf(deps.config()).find((one) => one.id === id);
  if (!destination?.settings.enabled) {
    await deps.ledger.noteAlert(alert, 'given-up', `There is no destination ${id} any more.`);
    return false;
  }
  if (await deps.isRunning(workflowIds.alertChannel(tenant, id, recipient || appId))) return false;
  await deps.handToChannel(channelOf(deps, tenant, appId, destination, recipient), { kind, reloadId });
  return true;
}

function isOld({ nowUtc }: AlertDependencies, utc: string): boolean {
  return Date.parse(nowUtc()) - Date.parse(utc) > ON_ITS_WAY_MS;
}

/** A folder that cannot be cleared is no reason to hear of no failure. */
async function collectScriptLogs({ config, logger, nowUtc }: AlertDependencies): Promise<void> {
  const { enabled, folder, keepForMs } = config().alerts.scriptLogs;
  if (!enabled) return;
  try {
    await collectOldScriptLogs(folder, keepForMs, new Date(nowUtc()));
  } catch (error) {
    logger.warn({ folder, err: error }, 'old script logs could not be removed');
  }
}

/** Webhooks for reloads that Qlik Cloud has disabled: without them only this look finds failures. */
async function disabledOnes(deps: AlertDependencies, tenant: string): Promise<string[]> {
  const { reconcile, url } = tenantOf(deps, tenant);
  if (!reconcile.webhook.enabled || !deps.config().alerts.broker) return [];
  const all = await deps.cloud(tenant).listWebhooks({ signal: attemptContext().signal });
  const ours = all.filter(({ name, eventTypes }) =>
    reconcile.webhook.name === undefined
      ? eventTypes.some((type) => type.endsWith('reload.finished'))
      : name === reconcile.webhook.name,
  );
  const disabled = ours.filter(({ enabled }) => !enabled);
  for (const { id, name, disabledReason } of disabled) {
    const reason = disabledReason ?? 'no reason given';
    const {
      code,
      message: cause,
      remedy,
    } = waybillError('WAYBILL_ALERT_WEBHOOK_DISABLED', { webhook: name, url, reason });
    deps.logger.warn({ tenant, code, webhook: name, reason }, cause);
    await deps.tellOperators(`webhook.${tenant}.${id}`, { tenant, code, cause, remedy });
  }
  return disabled.map(({ name }) => name);
}
