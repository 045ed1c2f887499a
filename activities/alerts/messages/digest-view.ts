import type { FailedReload } from '../../../rules/alerts/failed-reload.ts';
import type { AlertTenant, ContextOptions, DigestAlert } from './alert.ts';
import type { AlertView, Entry } from './alert-view.ts';
import { counted, known, tenantFacts, timeWords } from './facts.ts';
import { localTimes } from './local-times.ts';
import type { Room } from './room.ts';
import { type TemplateContext, templateContext } from './template-context.ts';
import { buttonsOf } from './tenant-links.ts';

/** Of an error a digest shows how it begins; of a log nothing. */
const mostOfError = 400;

export type DigestContext = ReturnType<typeof digestContext>;

/** One app of a digest, told by the last of its failures. */
export interface DigestApp {
  readonly count: number;
  readonly last: TemplateContext;
}

/**
 * The fields of a template for a digest: `heldBack` failures of `apps`, each with its `count` and the context of its
 * `last` failure, between two times; and the fields of the tenant. The app that failed last comes first.
 */
export function digestContext(alert: DigestAlert, tenant: AlertTenant, options: ContextOptions, room: Room) {
  const brief = { ...room, log: 0, error: Math.min(room.error, mostOfError) };
  const groups = [...Map.groupBy(alert.reloads, ({ appId }) => appId).values()].map((reloads) => ({
    count: reloads.length,
    last: lastOf(reloads),
  }));
  const ordered = groups.toSorted((one, other) => endOf(other.last).localeCompare(endOf(one.last)));
  const apps = ordered.slice(0, room.entries).map(({ count, last }): DigestApp => {
    return { count, last: templateContext(withoutLog(last), tenant, options, brief) };
  });
  const [from, to] = [localTimes(alert.fromUtc, options.zone), localTimes(alert.toUtc, options.zone)];
  const none = templateContext(nothing(tenant), tenant, options, room);
  return {
    tenantId: none.tenantId,
    tenantComment: none.tenantComment,
    tenantUrl: none.tenantUrl,
    qlikSenseQMC: none.qlikSenseQMC,
    qlikSenseHub: none.qlikSenseHub,
    genericUrls: none.genericUrls,
    timeZone: none.timeZone,
    heldBack: Math.max(alert.heldBack, alert.reloads.length),
    reloadsKnown: alert.reloads.length,
    appCount: groups.length,
    apps,
    fromTime: { utc: from.utc, local1: from.local1 },
    toTime: { utc: to.utc, local1: to.local1 },
    title: 'Qlik Sense Cloud app reloads failed',
  };
}

/** What is said of failures that a rate limit held back. */
export function digestView(alert: DigestAlert, tenant: AlertTenant, options: ContextOptions, room: Room): AlertView {
  const context = digestContext(alert, tenant, options, room);
  return {
    title: context.title,
    summary: digestSummary(context),
    groups: [
      known([
        ['Held back by the rate limit', counted(context.heldBack, 'failed reload')],
        ['Apps', String(context.appCount)],
        ['From', timeWords(context.fromTime.local1, context.timeZone)],
        ['To', timeWords(context.toTime.local1, context.timeZone)],
      ]),
      tenantFacts(context),
    ].filter((group) => group.length > 0),
    entries: context.apps.map(entryOf),
    notes: digestNotes(context),
    logs: [],
    buttons: buttonsOf(tenant, undefined, room.entries),
  };
}

function digestSummary(context: DigestContext): string {
  const [only, second] = context.apps;
  const which =
    only !== undefined && second === undefined ? `: "${only.last.appName}"` : ` of ${context.appCount} apps`;
  return `Qlik Sense Cloud: ${counted(context.heldBack, 'more failed reload')}${context.appCount === 0 ? '' : which}`;
}

function entryOf({ count, last }: DigestApp): Entry {
  const ended = timeWords(last.executionStopTime.stopTimeLocal1, last.timeZone);
  const lines = [
    `App ID: ${last.appId}`,
    `Last reload: ${last.executionStatusText}${ended === '' ? '' : `, ${ended}`}, reload ID ${last.reloadId}`,
    ...(last.appOwnerName === '' ? [] : [`App owner: ${last.appOwnerName}`]),
    ...(last.errorCode === '' ? [] : [`Error code: ${last.errorCode}`]),
    ...(last.errorMessage === '' ? [] : [`Error message: ${last.errorMessage}`]),
    ...last.missing.map(({ text }) => text),
  ];
  return { title: `${last.appName}: ${counted(count, 'failed reload')}`, url: last.appUrl, lines };
}

function digestNotes({ apps, appCount, heldBack, reloadsKnown }: DigestContext): string[] {
  const [apart, unknown] = [appCount - apps.length, heldBack - reloadsKnown];
  return [
    ...(apart > 0
      ? [`${counted(apart, 'more app')} failed to reload and ${apart === 1 ? 'is' : 'are'} left out here.`]
      : []),
    ...(unknown > 0
      ? [`${counted(unknown, 'more failed reload')} ${unknown === 1 ? 'was' : 'were'} only counted.`]
      : []),
  ];
}

function lastOf(reloads: readonly FailedReload[]): FailedReload {
  return reloads.reduce((last, next) => (endOf(next) >= endOf(last) ? next : last));
}

function endOf({ reload, event }: FailedReload): string {
  return reload?.endedAtUtc ?? event?.endedAtUtc ?? event?.atUtc ?? '';
}

function withoutLog(reload: FailedReload): FailedReload {
  return reload.log === undefined ? reload : { ...reload, log: { ...reload.log, head: [], tail: [] } };
}

/** The fields of a tenant are the same for every failure of it. */
function nothing(tenant: AlertTenant): FailedReload {
  return { tenantId: tenant.id, reloadId: '', appId: '', status: 'FAILED', missing: [] };
}
