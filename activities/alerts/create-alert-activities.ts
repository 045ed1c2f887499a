import type { AlertActivities } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { atMost } from './at-most.ts';
import { gatherPart, noteMissing } from './gather.ts';
import { askOutcome, openAlert, passAlert } from './open-alert.ts';
import { reconcileTenant } from './reconcile.ts';
import { awaitsAlert, routeAlert, routeRecovery } from './route-alert.ts';
import { giveUpAlerts, holdAlerts, sendAlerts } from './send-alerts.ts';

/** A worker takes 100 steps at a time; hanging destinations may have a part of them each. */
const DELIVERIES = 20;

/** The steps of alerts; they run on the queue of the workflows. */
export function createAlertActivities(deps: AlertDependencies): AlertActivities {
  const deliver = atMost(DELIVERIES);
  return {
    openAlert: (input) => openAlert(deps, input),
    askOutcome: (input) => askOutcome(deps, input),
    passAlert: (input) => passAlert(deps, input),
    gatherPart: (input) => gatherPart(deps, input),
    noteMissing: (input) => noteMissing(deps, input),
    routeAlert: (input) => routeAlert(deps, input),
    awaitsAlert: (input) => awaitsAlert(deps, input),
    routeRecovery: (input) => routeRecovery(deps, input),
    sendAlerts: (input) => deliver(input.destination, () => sendAlerts(deps, input)),
    holdAlerts: (input) => holdAlerts(deps, input),
    giveUpAlerts: (input) => giveUpAlerts(deps, input),
    reconcileTenant: (input) => reconcileTenant(deps, input),
  };
}
