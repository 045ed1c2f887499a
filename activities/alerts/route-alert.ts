import type { FailedReload } from '../../rules/alerts/failed-reload.ts';
import { mailRecipients, wants } from '../../rules/alerts/route.ts';
import type { AlertKind } from '../../ledger/alert-sends.ts';
import type { ReloadFailure } from '../../ledger/reload-failures.ts';
import type { AlertChannelInput } from '../../workflows/contract.ts';
import type { ReloadAlertKey } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { type Destination, destinationsOf } from './destinations.ts';
import { loadReload } from './load-reload.ts';
import { tenantOf } from './open-alert.ts';
import { type EndedFailure, withEnds } from './reload-end.ts';

const HEARTBEATS_PER_ATTEMPT = 3;

/**
 * Hands the alert to the channel of each destination that wants it, and of each recipient of a mail; how many those are.
 * Safe to repeat: the ledger knows which alert is whose, and a channel tells nothing twice.
 */
export async function routeAlert(deps: AlertDependencies, key: ReloadAlertKey): Promise<number> {
  const reload = await loadReload(deps, key);
  if (!reload) return 0;
  const places = placesOf(deps, key.tenant, reload);
  for (const { destination, recipient } of places)
    await hand(deps, key, 'failed', reload.appId, destination, recipient);
  if (places.length === 0)
    deps.logger.warn({ ...key, app: reload.appId }, 'a failed reload that nobody wants to hear of');
  await deps.ledger.endReloadFailure(key, 'alerted');
  return places.length;
}

/**
 * Whether a failure of the app that ended before is not told of yet, as Qlik Cloud is still being asked about it; and how
 * long that may take. Reads only.
 */
export async function awaitsAlert(
  deps: AlertDependencies,
  { tenant, appId, atUtc }: { readonly tenant: string; readonly appId: string; readonly atUtc: string },
): Promise<{ readonly isAwaited: boolean; readonly longestMs: number }> {
  const { settleMs, gatherMs } = tenantOf(deps, tenant);
  const open = await deps.ledger.listReloadFailures({ tenant, appId, state: 'open' });
  const before = await endedBefore(deps, open, atUtc);
  return { isAwaited: before.length > 0, longestMs: settleMs + gatherMs };
}

/**
 * Notes that an app reloads again, and hands that to the channels that told of its failure and want to tell of its end;
 * how many those are. Safe to repeat.
 */
export async function routeRecovery(
  deps: AlertDependencies,
  { tenant, reloadId, appId, atUtc }: ReloadAlertKey & { readonly appId: string; readonly atUtc: string },
): Promise<number> {
  const key = { tenant, reloadId };
  const failures = await failuresBefore(deps, tenant, appId, atUtc);
  const told = await Promise.all(
    failures.map(({ failure }) => deps.ledger.listAlerts({ tenant, reloadId: failure.reloadId })),
  );
  const sent = told.flat().filter(({ kind, state }) => kind === 'failed' && state !== 'given-up');
  const all = destinationsOf(deps.config()).filter(({ settings }) => settings.enabled && settings.recovery);
  const places = new Map<string, { destination: Destination; recipient: string }>();
  for (const { destination: id, recipient } of sent) {
    const destination = all.find((one) => one.id === id);
    if (destination) places.set(`${id} ${recipient}`, { destination, recipient });
  }
  const last = failures.at(-1);
  if (last) await deps.ledger.putReloadPart(key, { part: 'recovery', facts: recoveryFacts(failures, last, atUtc) });
  for (const { destination, recipient } of places.values())
    await hand(deps, key, 'recovered', appId, destination, recipient);
  await deps.ledger.noteRecovery(
    tenant,
    failures.map(({ failure }) => failure.reloadId),
    atUtc,
  );
  return places.size;
}

/** Standing failures of reloads that ended before, in the order of their ends: an old success ends no new failure. */
async function failuresBefore(
  deps: AlertDependencies,
  tenant: string,
  appId: string,
  atUtc: string,
): Promise<EndedFailure[]> {
  return endedBefore(deps, await deps.ledger.standingFailures(tenant, appId), atUtc);
}

async function endedBefore(
  deps: AlertDependencies,
  failures: readonly ReloadFailure[],
  atUtc: string,
): Promise<EndedFailure[]> {
  const ended = await withEnds(deps, failures);
  return ended.filter(({ endedAtUtc }) => !(Date.parse(endedAtUtc) > Date.parse(atUtc)));
}

/** What a message of recovery tells, as the ledger keeps it. */
export interface RecoveryFacts {
  readonly atUtc: string;
  readonly failures: number;
  readonly failingSinceUtc?: string;
  readonly lastReloadId: string;
}

function recoveryFacts(failures: readonly EndedFailure[], last: EndedFailure, atUtc: string): RecoveryFacts {
  const failingSinceUtc = failures[0]?.endedAtUtc;
  return { atUtc, failures: failures.length, failingSinceUtc, lastReloadId: last.failure.reloadId };
}

interface Place {
  readonly destination: Destination;
  /** Empty where the destination is one place. */
  readonly recipient: string;
}

function placesOf({ config }: AlertDependencies, tenant: string, reload: FailedReload): Place[] {
  return destinationsOf(config()).flatMap((destination): Place[] => {
    if (!wants(tenant, reload, destination.settings)) return [];
    if (destination.kind !== 'mail') return [{ destination, recipient: '' }];
    return mailRecipients(reload, destination.settings).map((recipient) => ({ destination, recipient }));
  });
}

async function hand(
  deps: AlertDependencies,
  { tenant, reloadId }: ReloadAlertKey,
  kind: AlertKind,
  appId: string,
  destination: Destination,
  recipient: string,
): Promise<void> {
  const { state } = await deps.ledger.claimAlert({
    tenant,
    reloadId,
    kind,
    destination: destination.id,
    recipient,
    appId,
  });
  if (state === 'sent' || state === 'given-up') return;
  await deps.handToChannel(channelOf(deps, tenant, appId, destination, recipient), { kind, reloadId });
}

/** The channel of a destination, with the durations that are configured now. */
export function channelOf(
  { config }: Pick<AlertDependencies, 'config'>,
  tenant: string,
  appId: string,
  { id, settings }: Destination,
  recipient: string,
): AlertChannelInput {
  const { heartbeatMs } = config().timeouts;
  return {
    tenant,
    destination: id,
    recipient,
    appId,
    pace: {
      heartbeatMs,
      attemptMs: Math.max(settings.timeoutMs * 2, heartbeatMs * HEARTBEATS_PER_ATTEMPT),
      giveUpAfterMs: settings.giveUpAfterMs,
      retry: { firstMs: settings.retry.firstMs, maxMs: settings.retry.maxMs },
    },
  };
}
