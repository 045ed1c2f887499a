import type { FailedReload } from '../../../rules/alerts/failed-reload.ts';
import type { AlertTenant, ContextOptions } from './alert.ts';
import { textOf, wordsOf } from './clean-log.ts';
import { cutText } from './cut-lines.ts';
import { durationOf, knownZone, type LocalTimes, localTimes, millisecondsBetween } from './local-times.ts';
import { missingParts } from './missing.ts';
import { type Room, wideRoom } from './room.ts';
import { shownLog, shownMessage, withNoteAfter, withNoteBefore } from './script-log.ts';
import { tenantLinks } from './tenant-links.ts';

export type TemplateContext = ReturnType<typeof templateContext>;

/**
 * The fields that templates name: the 51 of Butler by the same names and types (Qlik Cloud facts, section 3), and ours.
 * What is not known is an empty text, a zero or false. Two of Butler's do not hold what their names say and stay so for
 * the sake of old templates: `userName` is the owner (`triggeredByName` is who started the reload) and `status` is
 * always `error` (`executionStatusText` tells the kinds of failure apart). `appIsPublished` is mended: Butler read a
 * property that means something else.
 *
 * Never throws. `room` says how much of logs, error and names there may be; the default is plenty.
 */
export function templateContext(
  reload: FailedReload,
  tenant: AlertTenant,
  options: ContextOptions,
  room: Room = wideRoom,
) {
  const words = (text: string | undefined) =>
    cutText(wordsOf(text?.slice(0, 4 * room.words)), room.words, room.measure);
  return {
    ...tenantFields(tenant, words, room),
    ...appFields(reload, tenant, words, room),
    ...peopleFields(reload, words),
    ...eventFields(reload, words),
    ...errorFields(reload, words, room),
    ...timeFields(reload, options),
    ...logFields(reload, options, room),
    missing: missingParts(reload, room),
  };
}

type Words = (text: string | undefined) => string;

/** How a message calls an app: by its id where no name is known, so that it is never nameless. */
export function appNameOf(reload: FailedReload): string {
  return [reload.app?.name, reload.event?.appName, reload.appId].map(wordsOf).find((name) => name !== '') ?? '';
}

function tenantFields(tenant: AlertTenant, words: Words, room: Room) {
  const links = tenantLinks(tenant);
  const genericUrls = tenant.links.slice(0, room.entries).map((link) => ({
    id: words(link.id),
    linkText: words(link.linkText),
    comment: words(link.comment),
    url: wordsOf(link.url),
  }));
  return {
    tenantId: words(tenant.id),
    tenantComment: words(tenant.comment),
    tenantUrl: links.tenant,
    qlikSenseQMC: links.qmc,
    qlikSenseHub: links.hub,
    genericUrls,
  };
}

function appFields(reload: FailedReload, tenant: AlertTenant, words: Words, room: Room) {
  const { app, item, event } = reload;
  const tags = (item?.tags ?? []).slice(0, room.entries).map(words);
  return {
    appId: words(reload.appId),
    appName: words(appNameOf(reload)),
    /** Old settings name the app by a field that only client-managed sites have. */
    taskName: words(appNameOf(reload)),
    appDescription: words(app?.description),
    appUrl: tenantLinks(tenant).app(reload.appId),
    appHubUrl: `${tenantLinks(tenant).app(reload.appId)}/overview`,
    appHasSectionAccess: app?.hasSectionAccess ?? false,
    appIsPublished: (app?.publishedAtUtc ?? '') !== '',
    appPublishTime: words(app?.publishedAtUtc),
    appThumbnail: words(app?.thumbnail),
    appFileSize: countOf(item?.appFileBytes),
    appTags: tags,
    appSpaceId: words(item?.spaceId ?? event?.spaceId),
    appLastReloadTime: words(app?.lastReloadedAtUtc),
  };
}

function peopleFields({ owner, user, event, app, reload }: FailedReload, words: Words) {
  return {
    userId: words(event?.userId ?? reload?.userId ?? user?.id),
    userName: words(owner?.name),
    appOwnerName: words(owner?.name),
    appOwnerUserId: words(owner?.id ?? app?.ownerId ?? event?.ownerId),
    appOwnerPicture: words(owner?.picture),
    appOwnerEmail: words(owner?.email),
    triggeredById: words(user?.id ?? reload?.userId ?? event?.userId),
    triggeredByName: words(user?.name),
    triggeredByEmail: words(user?.email),
  };
}

function eventFields({ event, reload, reloadId }: FailedReload, words: Words) {
  return {
    reloadTrigger: words(reload?.type ?? event?.reloadType),
    source: words(event?.source),
    eventId: words(event?.eventId),
    eventType: words(event?.type),
    eventTypeVersion: words(event?.typeVersion),
    eventTime: words(event?.atUtc),
    isDirectQueryMode: event?.isDirectQueryMode ?? false,
    isPartialReload: event?.isPartialReload ?? false,
    isSessionApp: event?.isSessionApp ?? false,
    isSkipStore: event?.isSkipStore ?? false,
    endedWithMemoryConstraint: event?.endedWithMemoryConstraint ?? false,
    peakMemoryBytes: countOf(event?.peakMemoryBytes),
    sizeMemoryBytes: countOf(event?.sizeMemoryBytes),
    reloadId: words(reloadId),
    rowLimit: countOf(event?.rowLimit),
    statements: [...(event?.statements ?? [])],
    usage: words(event?.usage),
    usageDuration: event?.durationMs ?? 0,
  };
}

function errorFields({ event, reload, status }: FailedReload, words: Words, room: Room) {
  const message = reload?.errorMessage ?? event?.errorMessage ?? event?.errors?.join('\n');
  return {
    status: 'error',
    executionStatusText: status as string,
    errorCode: words(reload?.errorCode ?? event?.errorCode),
    errorMessage: cutText(textOf(message?.slice(0, 4 * room.error)), room.error, room.measure),
    errors: (event?.errors ?? []).slice(0, room.entries).map(words),
    warnings: (event?.warnings ?? []).slice(0, room.entries).map(words),
  };
}

function timeFields({ event, reload }: FailedReload, options: ContextOptions) {
  const startedAt = reload?.startedAtUtc ?? event?.startedAtUtc;
  const endedAt = reload?.endedAtUtc ?? event?.endedAtUtc ?? event?.atUtc;
  const start = localTimes(wordsOf(startedAt), options.zone);
  const stop = localTimes(wordsOf(endedAt), options.zone);
  return {
    timeZone: knownZone(options.zone),
    executionDuration: durationOf(millisecondsBetween(startedAt, endedAt) ?? event?.durationMs),
    executionStartTime: {
      startTimeUTC: start.utc,
      startTimeLocal1: start.local1,
      startTimeLocal2: start.local2,
      startTimeLocal3: start.local3,
      startTimeLocal4: start.local4,
      startTimeLocal5: start.local5,
    },
    executionStopTime: stopTime(stop),
  };
}

function stopTime(stop: LocalTimes) {
  return {
    stopTimeUTC: stop.utc,
    stopTimeLocal1: stop.local1,
    stopTimeLocal2: stop.local2,
    stopTimeLocal3: stop.local3,
    stopTimeLocal4: stop.local4,
    stopTimeLocal5: stop.local5,
  };
}

function logFields({ reload, log }: FailedReload, options: ContextOptions, room: Room) {
  const { head, tail, lines, characters } = shownLog(log, options, room, { once: false });
  return {
    logMessage: withNoteAfter(shownMessage(reload, room)).join('\r\n'),
    scriptLogSize: countOf(lines ?? 0),
    scriptLogSizeRows: countOf(lines ?? 0),
    scriptLogSizeCharacters: countOf(characters ?? 0),
    scriptLogHead: withNoteAfter(head).join('\r\n'),
    scriptLogTail: withNoteBefore(tail).join('\r\n'),
    scriptLogHeadCount: head.lines.length,
    scriptLogTailCount: tail.lines.length,
    scriptLogFile: wordsOf(log?.file),
  };
}

const counts = new Intl.NumberFormat('en-US');

function countOf(count: number | undefined): string {
  return count === undefined ? '' : counts.format(count);
}
