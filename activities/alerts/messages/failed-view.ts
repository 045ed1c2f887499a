import type { FailedReload } from '../../../rules/alerts/failed-reload.ts';
import type { AlertTenant, ContextOptions } from './alert.ts';
import type { AlertView, Fact, ShownLogPart } from './alert-view.ts';
import { appFacts, counted, durationWords, known, summaryOf, tenantFacts, timeWords, titleOf } from './facts.ts';
import { millisecondsBetween } from './local-times.ts';
import type { Room } from './room.ts';
import { type ShownLog, shownLog, shownMessage, withNoteAfter, withNoteBefore } from './script-log.ts';
import { type TemplateContext, templateContext } from './template-context.ts';
import { buttonsOf } from './tenant-links.ts';

/** What is said of one failed reload. */
export function failedView(reload: FailedReload, tenant: AlertTenant, options: ContextOptions, room: Room): AlertView {
  const context = templateContext(reload, tenant, options, room);
  return {
    title: titleOf(reload.status),
    summary: summaryOf(reload),
    groups: [
      appFacts(context),
      timeFacts(context, reload),
      [...reloadFacts(context), ...tenantFacts(context)],
      errorFacts(context, reload),
    ].filter((group) => group.length > 0),
    error: known([['Error message', context.errorMessage]])[0],
    entries: [],
    notes: notesOf(context, reload),
    logs: [...logMessage(reload, room), ...scriptLog(shownLog(reload.log, options, room, { once: true }))],
    buttons: buttonsOf(tenant, reload.appId, room.entries),
  };
}

function timeFacts(context: TemplateContext, { reload, event }: FailedReload): Fact[] {
  const { startTimeUTC, startTimeLocal1 } = context.executionStartTime;
  const { stopTimeUTC, stopTimeLocal1 } = context.executionStopTime;
  const hasDuration = event?.durationMs !== undefined || millisecondsBetween(startTimeUTC, stopTimeUTC) !== undefined;
  return known([
    ['Reload started', timeWords(startTimeLocal1, context.timeZone)],
    [
      reload?.endedAtUtc === undefined && event?.endedAtUtc === undefined ? 'Reported' : 'Reload ended',
      timeWords(stopTimeLocal1, context.timeZone),
    ],
    ['Duration', hasDuration ? durationWords(context.executionDuration) : ''],
  ]);
}

function reloadFacts(context: TemplateContext): Fact[] {
  return known([
    ['Trigger', context.reloadTrigger],
    ['Triggered by', context.triggeredByName],
    ['Reload ID', context.reloadId],
  ]);
}

function errorFacts(context: TemplateContext, { event }: FailedReload): Fact[] {
  return known([
    ['Status', context.executionStatusText],
    ['Error code', context.errorCode],
    ['Peak memory bytes', context.peakMemoryBytes],
    ['Failed due to memory constraint', String(event?.endedWithMemoryConstraint ?? '')],
  ]);
}

function notesOf(context: TemplateContext, { log, missing }: FailedReload): string[] {
  const isSilent = log === undefined && !missing.some(({ part }) => part === 'log');
  return [...context.missing.map(({ text }) => text), ...(isSilent ? ['There is no script log of this reload.'] : [])];
}

function logMessage(reload: FailedReload, room: Room): ShownLogPart[] {
  const lines = withNoteAfter(shownMessage(reload.reload, room));
  return lines.length === 0 ? [] : [{ heading: 'Log message', intro: '', lines }];
}

/** The beginning and the end of the script log; what is not asked for is not there. */
function scriptLog({ head, tail, lines, characters }: ShownLog): ShownLogPart[] {
  if (lines === undefined || characters === undefined) return [];
  const total = `The script log contains ${counted(lines, 'row')} in total, with ${counted(characters, 'character')} in ${lines === 1 ? 'it' : 'them'}.`;
  const beginning = withNoteAfter(head);
  const end = withNoteBefore(tail);
  const first = head.lines.length === 0 ? '' : ` Here ${rows(head.lines.length, 'first')}:`;
  const parts: ShownLogPart[] = [{ heading: 'Beginning of script log', intro: `${total}${first}`, lines: beginning }];
  if (end.length > 0) {
    const intro = tail.lines.length === 0 ? '' : `Here ${rows(tail.lines.length, 'last')}:`;
    parts.push({ heading: 'End of script log', intro, lines: end });
  }
  return parts;
}

function rows(count: number, which: 'first' | 'last'): string {
  return count === 1 ? `is the ${which} row` : `are the ${which} ${counted(count, 'row')}`;
}
