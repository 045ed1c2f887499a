import type { Alert, AlertTenant, ContextOptions } from './alert.ts';
import type { AlertView } from './alert-view.ts';
import { digestContext, digestView } from './digest-view.ts';
import { failedView } from './failed-view.ts';
import { recoveredContext, recoveredView } from './recovered-view.ts';
import type { Room } from './room.ts';
import { templateContext } from './template-context.ts';

/** The view of an alert, cut to the room there is. Never throws. */
export function alertView(alert: Alert, tenant: AlertTenant, options: ContextOptions, room: Room): AlertView {
  if (alert.kind === 'failed') return failedView(alert.reload, tenant, options, room);
  if (alert.kind === 'digest') return digestView(alert, tenant, options, room);
  return recoveredView(alert, tenant, options, room);
}

/**
 * The fields that templates of an alert may name, with its `kind`: see `templateContext`, `digestContext` and
 * `recoveredContext`. Never throws.
 */
export function alertContext(alert: Alert, tenant: AlertTenant, options: ContextOptions, room: Room): object {
  return { kind: alert.kind, ...fieldsOf(alert, tenant, options, room) };
}

function fieldsOf(alert: Alert, tenant: AlertTenant, options: ContextOptions, room: Room): object {
  if (alert.kind === 'failed') return templateContext(alert.reload, tenant, options, room);
  if (alert.kind === 'digest') return digestContext(alert, tenant, options, room);
  return recoveredContext(alert, tenant, options, room);
}
