import { isWaybillError } from '../../common/errors/waybill-error.ts';
import type { AlertDependencies } from './alert-dependencies.ts';

/** Since when a tenant cannot be asked; the ledger remembers it under `alerts-outage:<tenant>`. Empty where it can. */
interface Outage {
  readonly sinceUtc?: string;
  /** The error that operators were told of; not there before that. */
  readonly toldCode?: string;
}

/** What passes by itself is told of when it has lasted for this long. */
const LASTING_MS = 30 * 60_000;

/**
 * Asks a tenant, and tells the operators once where it cannot be asked, and once when that is over: at once where only they
 * can mend it, else when it lasts. Safe to repeat.
 * @throws what `ask` throws
 */
export async function tellingOutages<T>(deps: AlertDependencies, tenant: string, ask: () => Promise<T>): Promise<T> {
  try {
    const answer = await ask();
    await noteAnswer(deps, tenant);
    return answer;
  } catch (error) {
    await noteFailure(deps, tenant, error);
    throw error;
  }
}

async function noteFailure(deps: AlertDependencies, tenant: string, error: unknown): Promise<void> {
  if (!isWaybillError(error) || !error.code.startsWith('WAYBILL_CLOUD_')) return;
  const { code, message: cause, remedy, retryable } = error;
  const known = (await deps.ledger.getSiteMemory<Outage>(scopeOf(tenant)))?.memory;
  if (known?.toldCode !== undefined) return;
  const now = deps.nowUtc();
  const sinceUtc = known?.sinceUtc ?? now;
  const isTime = !retryable || Date.parse(now) - Date.parse(sinceUtc) >= LASTING_MS;
  if (isTime) await deps.tellOperators(aboutOf(tenant, sinceUtc), { tenant, code, cause, remedy, sinceUtc });
  const outage: Outage = { sinceUtc, ...(isTime && { toldCode: code }) };
  await deps.ledger.putSiteMemory(scopeOf(tenant), outage);
}

async function noteAnswer(deps: AlertDependencies, tenant: string): Promise<void> {
  const known = (await deps.ledger.getSiteMemory<Outage>(scopeOf(tenant)))?.memory;
  if (known?.sinceUtc === undefined) return;
  const { sinceUtc, toldCode: code } = known;
  if (code !== undefined)
    await deps.tellOperators(`${aboutOf(tenant, sinceUtc)}.over`, { tenant, code, sinceUtc, isOver: true });
  await deps.ledger.putSiteMemory(scopeOf(tenant), {} satisfies Outage);
}

function scopeOf(tenant: string): string {
  return `alerts-outage:${tenant}`;
}

/** The same for each look of one outage, and for no other. */
function aboutOf(tenant: string, sinceUtc: string): string {
  return `asking.${tenant}.${Date.parse(sinceUtc)}`;
}
