import type { AlertSend } from '../../ledger/alert-sends.ts';
import type { FoundReload } from '../../ledger/reload-search.ts';

/** What became of a failed reload: in words, and how that is to be taken. */
export interface ReloadFate {
  readonly words: string;
  readonly tone: 'good' | 'bad' | 'under-way' | 'quiet';
}

/** A failed reload as lists show it. Times are ISO 8601, UTC. */
export interface ListedReload {
  readonly tenant: string;
  readonly reloadId: string;
  readonly appId: string;
  /** Undefined where nobody could tell. */
  readonly appName?: string;
  readonly ended: string;
  /** What the reload said itself. */
  readonly reason?: string;
  readonly foundAtUtc: string;
  readonly fate: ReloadFate;
  readonly recoveredAtUtc?: string;
  /** Alerts of the failure and of its end, oldest first. */
  readonly alerts: readonly AlertSend[];
  /** It was to be told, and no destination wants to hear of it. */
  readonly isUnheard: boolean;
}

const endings: Readonly<Record<string, string>> = {
  FAILED: 'failed',
  EXCEEDED_LIMIT: 'exceeded its limit',
  CANCELED: 'was canceled',
};

/** A failed reload of the ledger for a list. */
export function listedReload(found: FoundReload): ListedReload {
  const { tenant, reloadId, appId, status, foundAtUtc, recoveredAtUtc, alerts, state } = found;
  return {
    tenant,
    reloadId,
    appId,
    appName: textIn(found.parts['app'], 'name') ?? textIn(found.event, 'appName'),
    ended: endings[status] ?? status.toLowerCase(),
    reason: textIn(found.parts['reload'], 'errorMessage') ?? textIn(found.event, 'errorMessage'),
    foundAtUtc,
    fate: fateOf(found),
    recoveredAtUtc,
    alerts,
    isUnheard: state === 'alerted' && alerts.length === 0,
  };
}

function fateOf({ state, recoveredAtUtc }: FoundReload): ReloadFate {
  if (state === 'open') return { words: 'being looked into', tone: 'under-way' };
  if (state === 'passed') return { words: 'went well in a later attempt', tone: 'quiet' };
  return recoveredAtUtc === undefined
    ? { words: 'not reloaded since', tone: 'bad' }
    : { words: 'reloads again', tone: 'good' };
}

function textIn(facts: unknown, name: string): string | undefined {
  const value = typeof facts === 'object' && facts !== null ? (facts as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
