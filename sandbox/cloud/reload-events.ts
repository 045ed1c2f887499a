import { randomUUID } from 'node:crypto';
import type { CloudApp, CloudReload, ReloadEventType } from './records.ts';
import type { EventShape } from './switches.ts';
import { nowUtc, type TenantState } from './tenant-state.ts';

/** An event before it has a shape. */
export interface TenantEvent {
  id: string;
  type: ReloadEventType;
  source: string;
  timeUtc: string;
  userId: string;
  ownerId: string;
  /** Empty for an app in a personal space. */
  spaceId: string;
  /** The app's id. */
  topLevelResourceId: string;
  /** What a webhook's filter calls `id`. */
  resourceId: string;
  data: Record<string, unknown>;
}

/**
 * The events of a reload that ended, in their order: one of the engine for each attempt, one of the reload service for
 * all of them. Each call makes new event ids.
 */
export function eventsOfReload(
  state: TenantState,
  app: CloudApp,
  reload: CloudReload,
  types: readonly ReloadEventType[],
): TenantEvent[] {
  const common = {
    timeUtc: nowUtc(state),
    userId: reload.userId,
    ownerId: app.ownerId,
    spaceId: app.spaceId,
    topLevelResourceId: app.id,
  };
  const events: TenantEvent[] = [];
  if (types.includes('com.qlik.v1.app.reload.finished')) {
    for (let attempt = 0; attempt <= reload.requeues; attempt += 1) {
      const isLast = attempt === reload.requeues;
      const data = engineData(state, app, reload, isLast && reload.status === 'SUCCEEDED');
      const type = 'com.qlik.v1.app.reload.finished';
      events.push({ ...common, id: randomUUID(), type, source: 'com.qlik/engine', resourceId: app.id, data });
    }
  }
  if (types.includes('com.qlik.v1.reload.finished')) {
    const type = 'com.qlik.v1.reload.finished';
    const data = serviceData(state, app, reload);
    events.push({ ...common, id: randomUUID(), type, source: 'com.qlik/reloads', resourceId: reload.id, data });
  }
  return events;
}

/** The event's body in one of the shapes; all three say the same. */
export function shapeEvent(state: TenantState, event: TenantEvent, shape: EventShape): Record<string, unknown> {
  const { data, source } = event;
  if (shape === 'legacy') return { ...legacyEnvelope(state, event), data };
  if (shape === 'hybrid') return { ...legacyEnvelope(state, event), data, ...cloudEnvelope(state, event) };
  return { ...cloudEnvelope(state, event), source, data };
}

function legacyEnvelope(state: TenantState, event: TenantEvent): Record<string, unknown> {
  return {
    cloudEventsVersion: '0.1',
    source: event.source,
    contentType: 'application/json',
    eventId: event.id,
    eventTime: event.timeUtc,
    eventTypeVersion: '1.0.0',
    eventType: event.type,
    extensions: {
      ownerId: event.ownerId,
      tenantId: state.tenantId,
      userId: event.userId,
      ...(event.spaceId !== '' && { spaceId: event.spaceId }),
      topLevelResourceId: event.topLevelResourceId,
    },
  };
}

function cloudEnvelope(state: TenantState, event: TenantEvent): Record<string, unknown> {
  return {
    specversion: state.switches.specversion,
    id: event.id,
    type: event.type,
    time: event.timeUtc,
    datacontenttype: 'application/json',
    tenantid: state.tenantId,
    userid: event.userId,
    ownerid: event.ownerId,
    ...(event.spaceId !== '' && { spaceid: event.spaceId }),
    toplevelresourceid: event.topLevelResourceId,
    host: state.hostName,
  };
}

function engineData(state: TenantState, app: CloudApp, reload: CloudReload, isOk: boolean): Record<string, unknown> {
  if (state.switches.eventFields === 'few') return { reloadId: reload.id, status: isOk ? 'ok' : 'error' };
  const errors = isOk || reload.errorMessage === undefined ? [] : [reload.errorMessage];
  return {
    duration: durationMs(reload),
    endedWithMemoryConstraint: reload.status === 'EXCEEDED_LIMIT',
    errors,
    isDirectQueryMode: app.usage === 'DIRECT_QUERY_MODE',
    isPartialReload: reload.partial,
    isSessionApp: false,
    isSkipStore: false,
    name: app.name,
    peakMemoryBytes: 19_369_984,
    reloadId: reload.id,
    rowLimit: -1,
    size: { memory: 12_345 },
    statements: [],
    status: isOk ? 'ok' : 'error',
    usage: app.usage,
    warnings: [],
    endTime: reload.endTime,
  };
}

function serviceData(state: TenantState, app: CloudApp, reload: CloudReload): Record<string, unknown> {
  const { id, appId, userId } = reload;
  const succeeded = reload.status === 'SUCCEEDED';
  if (state.switches.eventFields === 'few') return { id, appId, userId, succeeded };
  return {
    id,
    type: reload.type,
    appId,
    status: reload.status,
    taskId: reload.taskId,
    userId,
    weight: reload.weight,
    partial: reload.partial,
    appUsage: app.usage,
    tenantId: state.tenantId,
    errorCode: reload.errorCode,
    errorMessage: reload.errorMessage,
    creationTime: reload.creationTime,
    startTime: reload.startTime,
    lastReloadTime: app.lastReloadTime || undefined,
    succeeded,
    resourceId: appId,
    resourceType: 'app',
    durationSeconds: Math.round(durationMs(reload) / 1000),
    requeueCounters: {
      requeuesTotal: reload.requeues,
      requeuesWithErrors: reload.requeues,
    },
  };
}

function durationMs({ startTime, endTime }: CloudReload): number {
  return startTime === undefined || endTime === undefined ? 0 : Date.parse(endTime) - Date.parse(startTime);
}
