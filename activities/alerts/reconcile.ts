import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { workflowIds } from '../../workflows/contract.ts';
import type { AlertSend } from '../../ledger/alert-sends.ts';
import { attemptContext } from '../activity-context.ts';
import type { ReconcileOutcome } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { type Destination, findDestination } from './destinations.ts';
import type { CloudReload, CloudWebhook } from '../qlik-cloud/answers.ts';
import { reloadFacts } from '../qlik-cloud/to-facts.ts';
import { outcomeOf, tenantOf } from './open-alert.ts';
import { findRecoveries } from './find-recoveries.ts';
import { collectOldScriptLogs } from './script-log-files.ts';
import { isCalledBy, ownWebhooks, webhookDisabled } from './own-webhooks.ts';
import { channelOf } from './route-alert.ts';
import { tellingOutages } from './tell-outage.ts';

/** How far a tenant was looked through; the ledger remembers it under `alerts:<tenant>`. */
interface Watermark {
  /** When the first look was: what ended before is nobody's news. UTC. */
  readonly fromUtc: string;
  /** The newest end of a failure that was seen, never later than that look; UTC. */
  readonly untilUtc: string;
}

/** No more failures are taken up at once, the oldest first; the next look finds the others. */
const AT_ONCE = 500;
/** As many as a list of reloads goes through. */
const MOST_LISTED = 5000;
/** What waits for less than this is on its way. */
const ON_ITS_WAY_MS = 120_000;

/**
 * Finds failed reloads of a tenant that no event told of, apps that reload again without an event, and alerts that were
 * lost on the way, and starts what is to be told; reports webhooks that Qlik Cloud has disabled, and a
 * tenant that cannot be asked. The first look begins at that moment: what failed before is nobody's news.
 * Safe to repeat.
 */
export async function reconcileTenant(
  deps: AlertDependencies,
  { tenant }: { readonly tenant: string },
): Promise<ReconcileOutcome> {
  // First what needs no answer of Qlik Cloud.
  const resumed = (await resumeFailures(deps, tenant)) + (await resumeAlerts(deps, tenant));
  await collectScriptLogs(deps);
  const missed = await tellingOutages(deps, tenant, () => findMissed(deps, tenant));
  if (missed > 0) tellMissed(deps, tenant, missed);
  const recovered = await findRecoveries(deps, tenant);
  const disabledWebhooks = await disabledOnes(deps, tenant);
  return { missed, recovered, resumed, disabledWebhooks };
}

/** Where no events are to come, to find failures by asking is what is wanted. */
function tellMissed({ config, logger }: AlertDependencies, tenant: string, missed: number): void {
  if (config().alerts.broker) logger.warn({ tenant, missed }, 'failed reloads that no event told of');
  else logger.info({ tenant, missed }, 'failed reloads');
}

async function findMissed(deps: AlertDependencies, tenant: string): Promise<number> {
  const { reconcile, canceled } = tenantOf(deps, tenant);
  const scope = `alerts:${tenant}`;
  const known = await deps.ledger.getSiteMemory<Watermark>(scope);
  if (!known) {
    const now = deps.nowUtc();
    await deps.ledger.putSiteMemory(scope, { fromUtc: now, untilUtc: now } satisfies Watermark, { revision: 0 });
    return 0;
  }
  const { fromUtc } = known.memory;
  // An end that lies ahead, by whatever clock, must not hide what ends until then.
  const untilUtc = earlier(known.memory.untilUtc, deps.nowUtc());
  const since = new Date(Math.max(Date.parse(fromUtc), Date.parse(untilUtc) - reconcile.overlapMs));
  const status = ['FAILED', 'EXCEEDED_LIMIT', ...(canceled ? ['CANCELED'] : [])];
  const { signal } = attemptContext();
  const { reloads, isComplete } = await deps.cloud(tenant).listReloads({ status, since, limit: MOST_LISTED, signal });
  if (!isComplete) deps.logger.warn({ tenant, seen: reloads.length }, 'more failed reloads than Qlik Cloud lists');
  const missed = await startMissed(deps, tenant, reloads);
  // Where some were left out, the next look begins where this one did.
  if (!isComplete || missed > AT_ONCE) return Math.min(missed, AT_ONCE);
  const newestUtc = [untilUtc, ...reloads.map(endOf)].toSorted().at(-1) ?? untilUtc;
  const { revision } = known;
  await deps.ledger.putSiteMemory(scope, { fromUtc, untilUtc: earlier(newestUtc, deps.nowUtc()) } satisfies Watermark, {
    revision,
  });
  return missed;
}

/** Starts the alerts of those that the ledger does not know; how many there are. */
async function startMissed(deps: AlertDependencies, tenant: string, reloads: readonly CloudReload[]): Promise<number> {
  const ids = reloads.map(({ id }) => id);
  const told = await deps.ledger.knownReloads(tenant, ids);
  const missed = reloads.filter(({ id }) => !told.has(id)).toSorted((a, b) => (endOf(a) < endOf(b) ? -1 : 1));
  const { heartbeatMs } = deps.config().timeouts;
  for (const { id, appId, status } of missed.slice(0, AT_ONCE))
    await deps.tellReload({ tenant, reloadId: id, appId, heartbeatMs }, { outcome: outcomeOf(status), isFinal: true });
  return missed.length;
}

function earlier(oneUtc: string, otherUtc: string): string {
  return Date.parse(oneUtc) < Date.parse(otherUtc) ? oneUtc : otherUtc;
}

/** UTC; empty where it is not known. */
function endOf(reload: CloudReload): string {
  return reloadFacts(reload).endedAtUtc ?? '';
}

/** Failures that the ledger holds open and no workflow has in hand: Temporal has lost them. */
async function resumeFailures(deps: AlertDependencies, tenant: string): Promise<number> {
  const failures = await deps.ledger.listReloadFailures({ tenant, state: 'open' });
  const open = failures.filter(({ foundAtUtc }) => isOld(deps, foundAtUtc));
  let resumed = 0;
  for (const { reloadId, appId } of open) {
    const workflowId = workflowIds.reloadAlert(tenant, reloadId);
    if (await deps.isRunning(workflowId)) continue;
    const ended = await deps.outcomeOf(workflowId);
    if (ended) {
      // The ledger was put back from a backup since: what was told then is not told again.
      await deps.ledger.endReloadFailure({ tenant, reloadId }, ended);
      continue;
    }
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
  const destination = findDestination(deps.config(), id);
  if (!destination) {
    await deps.ledger.noteAlert(alert, 'given-up', `There is no destination ${id} any more.`);
    return false;
  }
  const isRunning = await deps.isRunning(workflowIds.alertChannel(tenant, id, recipient || appId));
  if (isRunning && !isOld(deps, alert.updatedAtUtc, longestSilenceMs(destination))) return false;
  await deps.handToChannel(channelOf(deps, tenant, appId, destination, recipient), { kind, reloadId });
  return true;
}

/**
 * How long a channel may have an alert without noting anything of it. One that runs for longer began after Temporal had
 * lost the alert, and goes on with those of later failures.
 */
function longestSilenceMs({ settings: { rateLimitMs, retry, timeoutMs } }: Destination): number {
  return ON_ITS_WAY_MS + 2 * Math.max(rateLimitMs, retry.maxMs + 2 * timeoutMs);
}

function isOld({ nowUtc }: AlertDependencies, utc: string, thanMs = ON_ITS_WAY_MS): boolean {
  return Date.parse(nowUtc()) - Date.parse(utc) > thanMs;
}

/** A folder that cannot be cleared is no reason to hear of no failure. */
async function collectScriptLogs({ config, logger, nowUtc }: AlertDependencies): Promise<void> {
  const { scriptLogs } = config().alerts;
  const { enabled, folder, keepForMs } = scriptLogs;
  if (!enabled) return;
  try {
    await collectOldScriptLogs(scriptLogs, keepForMs, new Date(nowUtc()));
  } catch (error) {
    logger.warn({ folder, err: error }, 'old script logs could not be removed');
  }
}

/** Webhooks for reloads that Qlik Cloud has disabled: without them only this look finds failures. */
async function disabledOnes(deps: AlertDependencies, tenant: string): Promise<string[]> {
  const settings = tenantOf(deps, tenant);
  if (!isCalledBy(deps.config().alerts, settings)) return [];
  const all = await webhooksOf(deps, tenant);
  const disabled = ownWebhooks(settings, all).filter(({ enabled }) => !enabled);
  for (const webhook of disabled) {
    const { id, name } = webhook;
    const { code, message: cause, remedy, facts } = webhookDisabled(settings, webhook);
    deps.logger.warn({ tenant, code, webhook: name, reason: facts['reason'] }, cause);
    await deps.tellOperators(`webhook.${tenant}.${id}`, { tenant, code, cause, remedy });
  }
  return disabled.map(({ name }) => name);
}

/** A login that may not see the webhooks is no reason to take the look for failed. */
async function webhooksOf(deps: AlertDependencies, tenant: string): Promise<readonly CloudWebhook[]> {
  try {
    return await deps.cloud(tenant).listWebhooks({ signal: attemptContext().signal });
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    deps.logger.warn({ tenant, code: error.code, reason: error.message }, 'the webhooks could not be looked at');
    return [];
  }
}
