import type {
  CloudAppFacts,
  CloudItemFacts,
  CloudUserFacts,
  FailedReload,
  FailureStatus,
  ReloadEventFacts,
  ReloadFacts,
  ReloadPart,
  ScriptLogFacts,
} from '../../rules/alerts/failed-reload.ts';
import type { ReloadAlertKey } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';

/** All that the ledger knows of a failed reload; undefined for one that it does not know. */
export async function loadReload(
  { config, ledger }: Pick<AlertDependencies, 'config' | 'ledger'>,
  key: ReloadAlertKey,
): Promise<FailedReload | undefined> {
  const [failure, parts] = await Promise.all([ledger.getReloadFailure(key), ledger.reloadParts(key)]);
  if (!failure) return undefined;
  const facts = (part: ReloadPart): unknown => parts.find((one) => one.part === part)?.facts;
  return {
    tenantId: config().alerts.tenants[key.tenant]?.id ?? key.tenant,
    reloadId: failure.reloadId,
    appId: failure.appId,
    status: failure.status as FailureStatus,
    event: (failure.event ?? undefined) as ReloadEventFacts | undefined,
    reload: facts('reload') as ReloadFacts | undefined,
    app: facts('app') as CloudAppFacts | undefined,
    item: facts('item') as CloudItemFacts | undefined,
    owner: facts('owner') as CloudUserFacts | undefined,
    user: facts('user') as CloudUserFacts | undefined,
    log: facts('log') as ScriptLogFacts | undefined,
    missing: parts.flatMap(({ part, missingWhy }) =>
      missingWhy === undefined || facts(part as ReloadPart) !== undefined
        ? []
        : [{ part: part as ReloadPart, why: missingWhy }],
    ),
  };
}
