import { hash } from 'node:crypto';
import type { Logger } from '../../common/logger.ts';
import type { Config } from '../../config/types.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { readReloadEvent } from '../../rules/alerts/read-reload-event.ts';
import type { KnownOfEvent, ReloadEvent } from '../../rules/alerts/reload-event.ts';
import { tellRecovery, tellReload, tellRunning } from '../../temporal/tell-reload.ts';
import type { TemporalLink } from '../listener/temporal-link.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface TakeEventParts {
  readonly config: Config;
  readonly ledger: Pick<Ledger, 'standingFailures' | 'listReloadFailures'>;
  readonly link: Pick<TemporalLink, 'call'>;
  readonly deadLetters: DeadLetters;
  readonly logger: Logger;
}

/** What became of an event. */
export type EventFate = 'alerting' | 'recovered' | 'nothing-to-do' | 'ignored' | 'dead-letter';

/** Larger ones are no events of Qlik Cloud; the gateway takes 256 KB at most. */
const MOST_BYTES = 1024 * 1024;

/**
 * Takes one event: it has been taken when Temporal has accepted what comes of it. What cannot be read is put aside. Safe
 * to repeat.
 * @throws WAYBILL_TEMPORAL_UNREACHABLE and errors of the ledger: the event is to be delivered again
 */
export async function takeEvent(parts: TakeEventParts, topic: string, body: Uint8Array): Promise<EventFate> {
  const read =
    body.length > MOST_BYTES
      ? { unreadable: 'it is too large' }
      : readReloadEvent(parsed(body), knownOf(parts.config, topic, body));
  if ('ignored' in read) {
    parts.logger.debug({ topic, type: read.ignored }, 'an event of another type');
    return 'ignored';
  }
  if ('unreadable' in read) return putAside(parts, topic, body, read.unreadable);
  const { event } = read;
  const tenant = Object.values(parts.config.alerts.tenants).find(({ id }) => id === event.tenantId)?.alias;
  if (!tenant) return putAside(parts, topic, body, `the tenant ${event.tenantId} does not stand under alerts.tenants`);
  const fate = await pass(parts, tenant, event);
  const { reloadId, appId, outcome } = event;
  parts.logger.debug({ tenant, reload: reloadId, app: appId, outcome, fate }, 'An event was taken');
  return fate;
}

/** The gateway proves the tenant and ends the topic with it, but leaves the bytes as they came; its id is made as there. */
function knownOf({ alerts }: Config, topic: string, body: Uint8Array): KnownOfEvent {
  const last = topic.slice(topic.lastIndexOf('/') + 1);
  const isTenant = Object.values(alerts.tenants).some(({ id }) => id === last);
  return { tenantId: isTenant ? last : undefined, eventId: `sha256-${hash('sha256', body)}` };
}

async function putAside(
  { deadLetters }: TakeEventParts,
  topic: string,
  body: Uint8Array,
  reason: string,
): Promise<EventFate> {
  await deadLetters.put(topic, body, reason);
  return 'dead-letter';
}

async function pass(parts: TakeEventParts, tenant: string, event: ReloadEvent): Promise<EventFate> {
  const { reloadId, appId, outcome, hasStatus, facts } = event;
  // What says only that it did not succeed leaves it to Qlik Cloud how the reload ended.
  const isFinal = event.isFinal && hasStatus;
  const news = { outcome, isFinal, event: facts };
  const alertsIt =
    outcome === 'canceled' ? parts.config.alerts.tenants[tenant]?.canceled === true : outcome !== 'succeeded';
  const { heartbeatMs } = parts.config.timeouts;
  const { taskQueue } = parts.config.temporal;
  if (alertsIt) {
    const input = { tenant, reloadId, appId, heartbeatMs };
    await parts.link.call((client) => tellReload({ client, taskQueue }, input, news));
    return 'alerting';
  }
  // An attempt of it may have failed before, whose alert waits to hear how the reload ended.
  let isAwaited = false;
  if (isFinal)
    await parts.link.call(async (client) => {
      isAwaited = await tellRunning({ client }, { tenant, reloadId }, news);
    });
  if (isAwaited) return 'alerting';
  if (outcome !== 'succeeded' || !(await isFailing(parts, tenant, appId))) return 'nothing-to-do';
  const atUtc = facts.endedAtUtc ?? facts.atUtc ?? new Date().toISOString();
  await parts.link.call((client) =>
    tellRecovery({ client, taskQueue }, { tenant, reloadId, appId, atUtc, heartbeatMs }),
  );
  return 'recovered';
}

/** Undefined for what is no JSON. */
function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether a failure of the app was told of, or is about to be, and nothing has said yet that it is over. */
async function isFailing({ ledger }: TakeEventParts, tenant: string, appId: string): Promise<boolean> {
  if ((await ledger.standingFailures(tenant, appId)).length > 0) return true;
  return (await ledger.listReloadFailures({ tenant, appId, state: 'open', limit: 1 })).length > 0;
}
