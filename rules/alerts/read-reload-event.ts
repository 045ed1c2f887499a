import { z } from 'zod';
import { type EventEnvelope, readEnvelope } from './event-envelope.ts';
import { optional } from './event-fields.ts';
import type { ReloadEventFacts } from './failed-reload.ts';
import type { KnownOfEvent, ReadReloadEvent } from './reload-event.ts';
import { outcomeOfStatus, type ReloadOutcome } from './reload-outcome.ts';

/** Says once how a reload ended, however often it was tried (Qlik Cloud facts, section 1). */
const reloadFinished = 'com.qlik.v1.reload.finished';
/** Says how one attempt of the engine ended. */
const attemptFinished = 'com.qlik.v1.app.reload.finished';

const reloadData = z.object({
  id: optional.id,
  appId: optional.id,
  resourceId: optional.id,
  resourceType: optional.name,
  tenantId: optional.id,
  userId: optional.id,
  type: optional.name,
  status: optional.name,
  succeeded: optional.flag,
  errorCode: optional.name,
  errorMessage: optional.text,
  startTime: optional.time,
  endTime: optional.time,
  durationSeconds: optional.number,
  appUsage: optional.name,
  partial: optional.flag,
});

const attemptData = z.object({
  reloadId: optional.id,
  name: optional.name,
  status: optional.name,
  errors: optional.texts,
  warnings: optional.texts,
  endTime: optional.time,
  duration: optional.number,
  usage: optional.name,
  size: z.object({ memory: optional.number }).optional().catch(undefined),
  peakMemoryBytes: optional.number,
  rowLimit: optional.number,
  statements: optional.statements,
  isSkipStore: optional.flag,
  isSessionApp: optional.flag,
  isPartialReload: optional.flag,
  isDirectQueryMode: optional.flag,
  endedWithMemoryConstraint: optional.flag,
});

/** What an event says, as far as its type goes. */
interface EventContent {
  readonly reloadId: string | undefined;
  readonly appId: string | undefined;
  readonly tenantId: string | undefined;
  readonly status: string | undefined;
  readonly outcome: ReloadOutcome | undefined;
  readonly isFinal: boolean;
  readonly facts: Omit<ReloadEventFacts, 'eventId' | 'type'>;
}

/**
 * What the parsed body of an event tells of a reload: for every one of the three shapes and both types of event (Qlik Cloud
 * facts, section 1). `ignored` names the type of an event that tells of something else, `unreadable` says why it is none.
 * Every field but the ids and the outcome may be missing or odd; texts are cut to a bounded length. `known` stands in for
 * what the event does not tell itself. Pure; never throws.
 */
export function readReloadEvent(body: unknown, known: KnownOfEvent = {}): ReadReloadEvent {
  const envelope = readEnvelope(body);
  if (!envelope) return { unreadable: 'it is no event of a version that Waybill knows' };
  const { type, eventId = known.eventId } = envelope;
  if (type === undefined) return { unreadable: 'it has no type' };
  if (type !== reloadFinished && type !== attemptFinished) return { ignored: type };
  const content = type === reloadFinished ? ofReload(envelope) : ofAttempt(envelope);
  if (!content) return { unreadable: 'it has no data' };
  const { reloadId, appId, tenantId = known.tenantId, outcome } = content;
  if (eventId === undefined) return { unreadable: 'it has no id' };
  if (tenantId === undefined) return { unreadable: 'it names no tenant' };
  if (reloadId === undefined) return { unreadable: 'it names no reload' };
  if (appId === undefined) return { unreadable: 'it names no app' };
  if (outcome === undefined) {
    const { status } = content;
    const said =
      status === undefined ? 'it has no status' : `its status ${JSON.stringify(status.slice(0, 100))} is not known`;
    return { unreadable: said };
  }
  const facts = { eventId, type, ...content.facts };
  const hasStatus = outcomeOfStatus(content.status) !== undefined;
  return { event: { tenantId, reloadId, appId, outcome, hasStatus, isFinal: content.isFinal, facts } };
}

function ofReload(envelope: EventEnvelope): EventContent | undefined {
  const data = reloadData.safeParse(envelope.data).data;
  if (!data) return undefined;
  const resourceAppId = data.resourceType === 'app' ? data.resourceId : undefined;
  const ofSuccess = data.succeeded === undefined ? undefined : data.succeeded ? 'succeeded' : 'failed';
  return {
    reloadId: data.id,
    appId: data.appId ?? resourceAppId ?? envelope.topLevelResourceId,
    tenantId: envelope.tenantId ?? data.tenantId,
    status: data.status,
    outcome: outcomeOfStatus(data.status) ?? ofSuccess,
    isFinal: true,
    facts: {
      ...envelopeFacts(envelope),
      userId: data.userId ?? envelope.userId,
      reloadType: data.type,
      errorCode: data.errorCode,
      errorMessage: data.errorMessage,
      startedAtUtc: data.startTime,
      endedAtUtc: data.endTime,
      durationMs: data.durationSeconds === undefined ? undefined : Math.round(data.durationSeconds * 1000),
      usage: data.appUsage,
      isPartialReload: data.partial,
    },
  };
}

function ofAttempt(envelope: EventEnvelope): EventContent | undefined {
  const data = attemptData.safeParse(envelope.data).data;
  if (!data) return undefined;
  return {
    reloadId: data.reloadId,
    appId: envelope.topLevelResourceId,
    tenantId: envelope.tenantId,
    status: data.status,
    outcome: outcomeOfStatus(data.status),
    isFinal: false,
    facts: {
      ...envelopeFacts(envelope),
      userId: envelope.userId,
      appName: data.name,
      errors: data.errors,
      warnings: data.warnings,
      endedAtUtc: data.endTime,
      durationMs: data.duration,
      usage: data.usage,
      sizeMemoryBytes: data.size?.memory,
      peakMemoryBytes: data.peakMemoryBytes,
      rowLimit: data.rowLimit,
      statements: data.statements,
      isSkipStore: data.isSkipStore,
      isSessionApp: data.isSessionApp,
      isPartialReload: data.isPartialReload,
      isDirectQueryMode: data.isDirectQueryMode,
      endedWithMemoryConstraint: data.endedWithMemoryConstraint,
    },
  };
}

function envelopeFacts({ source, typeVersion, atUtc, ownerId, spaceId }: EventEnvelope) {
  return { source, typeVersion, atUtc, ownerId, spaceId };
}
