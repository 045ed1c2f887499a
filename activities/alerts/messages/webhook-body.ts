import type { CloudUserFacts, FailedReload } from '../../../rules/alerts/failed-reload.ts';
import type { Alert, AlertTenant, ContextOptions, DigestAlert, RecoveredAlert } from './alert.ts';
import { textOf, wordsOf } from './clean-log.ts';
import { cutText } from './cut-lines.ts';
import { fitted, type Room, wideRoom } from './room.ts';
import { shownLog, withNoteAfter, withNoteBefore } from './script-log.ts';
import { appNameOf } from './template-context.ts';
import { tenantLinks } from './tenant-links.ts';

/** Changes only when a field changes its name or its meaning; new fields may come at any time. */
const version = 1;

/** Brokers take 512 KiB a message at most (Qlik Cloud facts, section 5); headers and topic need some of it. */
const mostBytes = 400_000;

export type WebhookBody = ReturnType<typeof bodyOf>;

/**
 * An alert as data for programs, for a webhook or a topic: the same fields for every alert of a kind in the same order,
 * `null` where something is not known, times in UTC; a digest has no logs. At most 400 000 bytes as JSON: the log gives
 * way first. Pure, never throws; the same alert gives the same body.
 */
export function webhookBody(alert: Alert, tenant: AlertTenant, options: ContextOptions): WebhookBody {
  const problemOf = (body: WebhookBody) =>
    Buffer.byteLength(JSON.stringify(body)) > mostBytes ? 'it is too long' : undefined;
  return fitted(wideRoom, (room) => bodyOf(alert, tenant, options, room), problemOf).made;
}

function bodyOf(alert: Alert, tenant: AlertTenant, options: ContextOptions, room: Room) {
  return {
    version,
    kind: alert.kind,
    tenant: tenantBody(tenant),
    failed: alert.kind === 'failed' ? failureBody(alert.reload, tenant, options, room) : null,
    digest: alert.kind === 'digest' ? digestBody(alert, tenant, options, room) : null,
    recovered: alert.kind === 'recovered' ? recoveredBody(alert, tenant, options, room) : null,
  };
}

function tenantBody(tenant: AlertTenant) {
  const { tenant: url, hub, qmc } = tenantLinks(tenant);
  return { id: tenant.id, comment: tenant.comment ?? null, url, hubUrl: hub, qmcUrl: qmc === '' ? null : qmc };
}

function failureBody(reload: FailedReload, tenant: AlertTenant, options: ContextOptions, room: Room) {
  const { event, reload: told } = reload;
  const words = (text: string | undefined) => (text === undefined ? null : cutText(wordsOf(text), room.words, length));
  return {
    reloadId: reload.reloadId,
    status: reload.status,
    trigger: words(told?.type ?? event?.reloadType),
    startedAtUtc: words(told?.startedAtUtc ?? event?.startedAtUtc),
    endedAtUtc: words(told?.endedAtUtc ?? event?.endedAtUtc),
    reportedAtUtc: words(event?.atUtc),
    durationMs: event?.durationMs ?? null,
    event: event === undefined ? null : { id: event.eventId, type: event.type, source: event.source ?? null },
    app: appBody(reload, tenant, words, room),
    owner: userBody(reload.owner, reload.app?.ownerId ?? event?.ownerId),
    triggeredBy: userBody(reload.user, told?.userId ?? event?.userId),
    error: {
      code: words(told?.errorCode ?? event?.errorCode),
      message: errorText(told?.errorMessage ?? event?.errorMessage, room),
      errors: (event?.errors ?? []).slice(0, room.entries).map((text) => errorText(text, room)),
      warnings: (event?.warnings ?? []).slice(0, room.entries).map((text) => errorText(text, room)),
    },
    memory: {
      peakBytes: event?.peakMemoryBytes ?? null,
      sizeBytes: event?.sizeMemoryBytes ?? null,
      endedWithMemoryConstraint: event?.endedWithMemoryConstraint ?? null,
    },
    log: logBody(reload, options, room),
    missing: reload.missing.slice(0, room.entries).map(({ part, why }) => ({ part, why: words(why) })),
  };
}

function appBody(reload: FailedReload, tenant: AlertTenant, words: Words, room: Room) {
  const { appId, app, item, event } = reload;
  return {
    id: appId,
    name: words(appNameOf(reload)),
    description: words(app?.description),
    url: tenantLinks(tenant).app(appId),
    spaceId: words(item?.spaceId ?? event?.spaceId),
    tags: item === undefined ? null : item.tags.slice(0, room.entries).map(words),
    isPublished: app === undefined ? null : (app.publishedAtUtc ?? '') !== '',
    hasSectionAccess: app?.hasSectionAccess ?? null,
    fileBytes: item?.appFileBytes ?? null,
  };
}

type Words = (text: string | undefined) => string | null;

function logBody({ log }: FailedReload, options: ContextOptions, room: Room) {
  if (log === undefined) return null;
  const { head, tail } = shownLog(log, options, room, { once: false });
  return {
    lines: log.lines,
    characters: log.characters,
    head: withNoteAfter(head),
    tail: withNoteBefore(tail),
  };
}

function userBody(user: CloudUserFacts | undefined, id: string | undefined) {
  const known = user?.id ?? id;
  return known === undefined ? null : { id: known, name: user?.name ?? null, email: user?.email ?? null };
}

function digestBody(alert: DigestAlert, tenant: AlertTenant, options: ContextOptions, room: Room) {
  const shown = alert.reloads.slice(0, room.entries);
  return {
    fromUtc: alert.fromUtc,
    toUtc: alert.toUtc,
    heldBack: Math.max(alert.heldBack, alert.reloads.length),
    failures: shown.map((reload) => failureBody({ ...reload, log: undefined }, tenant, options, room)),
    leftOut: Math.max(alert.heldBack, alert.reloads.length) - shown.length,
  };
}

function recoveredBody(alert: RecoveredAlert, tenant: AlertTenant, options: ContextOptions, room: Room) {
  return {
    reloadId: alert.reloadId,
    atUtc: alert.atUtc,
    failures: alert.failures,
    failingSinceUtc: alert.failingSinceUtc ?? null,
    lastFailure: failureBody(alert.lastFailure, tenant, options, room),
  };
}

function errorText(text: string | undefined, room: Room): string | null {
  return text === undefined ? null : cutText(textOf(text), room.error, length);
}

function length(text: string): number {
  return text.length;
}
