import type { FailedReload, FailureStatus } from '../../../rules/alerts/failed-reload.ts';
import type { Fact } from './alert-view.ts';
import { appNameOf, type TemplateContext } from './template-context.ts';

const statusWords: Record<FailureStatus, string> = {
  FAILED: 'app reload failed',
  EXCEEDED_LIMIT: 'app reload exceeded a limit',
  CANCELED: 'app reload was canceled',
};

/** `Qlik Sense Cloud app reload failed`, or what else became of it. */
export function titleOf(status: FailureStatus): string {
  return `Qlik Sense Cloud ${statusWords[status]}`;
}

/** The title and the app in one line. */
export function summaryOf(reload: FailedReload): string {
  return `${titleOf(reload.status)}: "${appNameOf(reload)}"`;
}

/** Facts that have a value. */
export function known(facts: readonly (readonly [label: string, value: string])[]): Fact[] {
  return facts.filter(([, value]) => value !== '').map(([label, value]) => ({ label, value }));
}

export function appFacts(context: TemplateContext): Fact[] {
  return known([
    ['App name', context.appName],
    ['App ID', context.appId],
    ['App owner', context.appOwnerName || context.appOwnerUserId],
    ['App owner email', context.appOwnerEmail],
    ['App tags', context.appTags.join(', ')],
  ]);
}

export function tenantFacts(context: Pick<TemplateContext, 'tenantId' | 'tenantComment'>): Fact[] {
  return known([
    ['Tenant ID', context.tenantId],
    ['Tenant comment', context.tenantComment],
  ]);
}

/** `2024-10-14 11:31:30 (Europe/Berlin)` */
export function timeWords(local: string, zone: string): string {
  return local === '' ? '' : `${local} (${zone})`;
}

/** `1 hour, 0 minutes, 9 seconds` */
export function durationWords({ hours, minutes, seconds }: TemplateContext['executionDuration']): string {
  return [counted(hours, 'hour'), counted(minutes, 'minute'), counted(seconds, 'second')].join(', ');
}

/** `1 row`, `2 rows` */
export function counted(count: number, one: string): string {
  return `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;
}
