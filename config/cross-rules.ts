import { alertsCanBeSent, tenantsAreReached, tenantsDiffer } from './cross/alert-rules.ts';
import { callbacksCanArrive, somethingIsToBeDone, whatIsSwitchedOnIsComplete } from './cross/completeness-rules.ts';
import { consoleHasADoor, consoleIsNotInTheClear, oidcIsReached } from './cross/console-rules.ts';
import type { Rule } from './cross/rule.ts';
import { sitesAreDifferent, sitesAreKnown, sourcesHaveTargets, targetsAreDescribed } from './cross/site-rules.ts';
import { namesDiffer, reloadsDoNotGoRound, reloadsKeepOne } from './cross/source-rules.ts';
import { timesFit } from './cross/time-rules.ts';
import type { Finding } from './problem.ts';
import type { ParsedConfig } from './schema.ts';

const rules: readonly Rule[] = [
  somethingIsToBeDone,
  sitesAreKnown,
  sitesAreDifferent,
  sourcesHaveTargets,
  targetsAreDescribed,
  reloadsDoNotGoRound,
  reloadsKeepOne,
  namesDiffer,
  whatIsSwitchedOnIsComplete,
  callbacksCanArrive,
  consoleIsNotInTheClear,
  consoleHasADoor,
  oidcIsReached,
  timesFit,
  tenantsAreReached,
  tenantsDiffer,
  alertsCanBeSent,
];

/** Everything that settings have against each other. Relies on every setting being right for itself. */
export function crossFindings(config: ParsedConfig): Finding[] {
  return rules.flatMap((rule) => rule(config));
}
