import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { attemptContext } from '../activity-context.ts';
import { reloadFacts } from '../qlik-cloud/to-facts.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { withEnds } from './reload-end.ts';
import { awaitsAlert, type RecoveryFacts, routeRecovery } from './route-alert.ts';

/** How far the failing apps of a tenant were gone through; the ledger remembers it under `alerts-failing:<tenant>`. */
interface Place {
  /** The last app that was asked about; empty where the next look begins anew. */
  readonly appId: string;
}

/** A success that ended at this time. */
interface Success {
  readonly reloadId: string;
  readonly atUtc: string;
}

/** So many failing apps are asked about in one look, each with a call; the next look goes on with the others. */
const APPS_AT_ONCE = 50;
/** Successes of one app since it failed; more come only where its end was told of none of them. */
const MOST_LISTED = 500;

/**
 * Tells of apps that reload again after a failure that was alerted, where no event told so: there is no broker, the event
 * was lost, or it came before that of an older failure. How many apps those are. Safe to repeat, and beside events of the
 * same reloads: the ledger claims what is told by the reload that went well.
 * @throws what the ledger throws; trouble of Qlik Cloud leaves the rest to the next look
 */
export async function findRecoveries(deps: AlertDependencies, tenant: string): Promise<number> {
  const scope = `alerts-failing:${tenant}`;
  const known = await deps.ledger.getSiteMemory<Place>(scope);
  const after = known?.memory.appId ?? '';
  const apps = await deps.ledger.failingApps(tenant, { after, limit: APPS_AT_ONCE });
  let recovered = 0;
  let last = apps.length < APPS_AT_ONCE ? '' : (apps.at(-1) ?? '');
  for (const appId of apps) {
    const answer = await askApp(deps, tenant, appId);
    if (answer === 'recovered') recovered += 1;
    if (answer !== 'no-answer') continue;
    // Others would wait for an answer as long. This app does not stand before them at the next look.
    last = appId;
    break;
  }
  if (last !== after)
    await deps.ledger.putSiteMemory(scope, { appId: last } satisfies Place, { revision: known?.revision ?? 0 });
  return recovered;
}

async function askApp(
  deps: AlertDependencies,
  tenant: string,
  appId: string,
): Promise<'recovered' | 'failing' | 'no-answer'> {
  try {
    const success = await successAfter(deps, tenant, appId);
    if (!success) return 'failing';
    const { atUtc } = success;
    // A failure before it that is not told of yet is told of first; a later look finds both.
    const { isAwaited } = await awaitsAlert(deps, { tenant, appId, atUtc });
    if (isAwaited) return 'failing';
    await routeRecovery(deps, { tenant, appId, ...success });
    deps.logger.info({ tenant, app: appId, reload: success.reloadId }, 'an app reloads again, of which no event told');
    return 'recovered';
  } catch (error) {
    if (!isWaybillError(error) || !error.code.startsWith('WAYBILL_CLOUD_')) throw error;
    // An app that was deleted has no reloads any more.
    if (error.code === 'WAYBILL_CLOUD_NOT_FOUND') return 'failing';
    const facts = { tenant, app: appId, code: error.code, reason: error.message };
    deps.logger.warn(facts, 'whether failing apps reload again could not be asked');
    return 'no-answer';
  }
}

/**
 * The first reload that went well after the last failure of the app: one between two failures is no news any more. One
 * that was told of as the end of other failures cannot be told again; then it is the next one.
 */
async function successAfter(deps: AlertDependencies, tenant: string, appId: string): Promise<Success | undefined> {
  const last = (await withEnds(deps, await deps.ledger.standingFailures(tenant, appId))).at(-1);
  if (!last) return undefined;
  const { signal } = attemptContext();
  const since = new Date(last.endedAtUtc);
  const { reloads } = await deps
    .cloud(tenant)
    .listReloads({ appId, status: ['SUCCEEDED'], since, limit: MOST_LISTED, signal });
  const ended = reloads.flatMap((reload): Success[] => {
    const { endedAtUtc } = reloadFacts(reload);
    return endedAtUtc === undefined || reload.appId !== appId ? [] : [{ reloadId: reload.id, atUtc: endedAtUtc }];
  });
  for (const success of ended.toSorted((one, other) => Date.parse(one.atUtc) - Date.parse(other.atUtc)))
    if (!(await endedOthers(deps, tenant, success.reloadId, last.failure.reloadId))) return success;
  return undefined;
}

/** Whether a success was told of as the end of other failures than this one. */
async function endedOthers(
  { ledger }: AlertDependencies,
  tenant: string,
  reloadId: string,
  lastFailureId: string,
): Promise<boolean> {
  const parts = await ledger.reloadParts({ tenant, reloadId });
  const told = parts.find(({ part }) => part === 'recovery')?.facts as RecoveryFacts | undefined;
  return told !== undefined && told.lastReloadId !== lastFailureId;
}
