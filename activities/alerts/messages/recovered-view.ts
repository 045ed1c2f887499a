import type { AlertTenant, ContextOptions, RecoveredAlert } from './alert.ts';
import type { AlertView } from './alert-view.ts';
import { wordsOf } from './clean-log.ts';
import { appFacts, counted, known, tenantFacts, timeWords } from './facts.ts';
import { localTimes } from './local-times.ts';
import type { Room } from './room.ts';
import { templateContext } from './template-context.ts';
import { buttonsOf } from './tenant-links.ts';

/**
 * The fields of a template for an app that reloads again: those of its last failure, and `recovered...` of the reload
 * that succeeded.
 */
export function recoveredContext(alert: RecoveredAlert, tenant: AlertTenant, options: ContextOptions, room: Room) {
  const [recovered, failing] = [localTimes(alert.atUtc, options.zone), localTimes(alert.failingSinceUtc, options.zone)];
  return {
    ...templateContext(alert.lastFailure, tenant, options, room),
    status: 'ok',
    recoveredReloadId: wordsOf(alert.reloadId),
    recoveredTime: { utc: recovered.utc, local1: recovered.local1 },
    failingSinceTime: { utc: failing.utc, local1: failing.local1 },
    failures: alert.failures,
    title: 'Qlik Sense Cloud app reloads again',
  };
}

/** What is said of an app that reloads again. */
export function recoveredView(
  alert: RecoveredAlert,
  tenant: AlertTenant,
  options: ContextOptions,
  room: Room,
): AlertView {
  const context = recoveredContext(alert, tenant, options, room);
  return {
    title: context.title,
    summary: `${context.title}: "${context.appName}"`,
    groups: [
      appFacts(context),
      known([
        ['Reloaded', timeWords(context.recoveredTime.local1, context.timeZone)],
        ['Reload ID', context.recoveredReloadId],
        ['Failing since', timeWords(context.failingSinceTime.local1, context.timeZone)],
        ['Before that', counted(alert.failures, 'failed reload')],
      ]),
      known([
        ['Last failed reload ID', context.reloadId],
        ['Last error code', context.errorCode],
      ]),
      tenantFacts(context),
    ].filter((group) => group.length > 0),
    error: known([['Last error message', context.errorMessage]])[0],
    entries: [],
    notes: context.missing.map(({ text }) => `Of the last failure: ${text}`),
    logs: [],
    buttons: buttonsOf(tenant, alert.lastFailure.appId, room.entries),
  };
}
