import type { DecideRequest, TargetChoice } from './contract.ts';
import { refused } from './validate-resolve.ts';

const VERDICTS = ['approve', 'deny'];
const DOORS = ['console', 'cli', 'temporal'];
const MODES = ['overwrite', 'duplicate'];

/**
 * Refuses what is no decision, whoever sent it: it could not be carried out, or would count as one that it is not (a
 * standing order, a property in the QMC). Synchronous, as an Update validator must be.
 */
export function requireDecision(request: DecideRequest): void {
  const { decisionId, verdict, by, targets, note } = request;
  if (!isText(decisionId) || !isText(by?.account)) throw refused('A decision needs an id and a person.');
  if (!VERDICTS.includes(verdict)) throw refused('A decision approves or denies.');
  if (!DOORS.includes(by.door)) throw refused('A decision comes from the console, the command line or Temporal.');
  if (!Array.isArray(targets) || !targets.every(isTarget)) throw refused('A target is a site, a mode and streams.');
  if (verdict === 'approve' && targets.length === 0) throw refused('An approval needs a target.');
  if (note !== undefined && note !== null && typeof note !== 'string') throw refused('A note is a text.');
}

function isTarget(target: TargetChoice): boolean {
  const { site, mode, streams } = target ?? {};
  const isWhole = isText(site) && MODES.includes(mode);
  return isWhole && Array.isArray(streams) && streams.length > 0 && streams.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
