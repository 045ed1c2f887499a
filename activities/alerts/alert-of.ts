import type { FailedReload } from '../../rules/alerts/failed-reload.ts';
import type { AlertItem } from '../../workflows/contract.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { loadReload } from './load-reload.ts';
import type { Alert, RecoveredAlert } from './messages/alert.ts';
import { withEnds } from './reload-end.ts';
import type { RecoveryFacts } from './route-alert.ts';

/**
 * What one message tells of some items: a failure, a digest of several, or a recovery where there is no failure among
 * them. Undefined where the ledger knows none of them any more.
 */
export async function alertOf(
  deps: AlertDependencies,
  tenant: string,
  items: readonly AlertItem[],
): Promise<Alert | undefined> {
  const failures = await loadAll(deps, tenant, idsOf(items, 'failed'));
  const [first] = failures;
  if (!first) return (await loadRecoveries(deps, tenant, idsOf(items, 'recovered'))).at(-1);
  if (failures.length === 1) return { kind: 'failed', reload: first };
  const known = await Promise.all(failures.map(({ reloadId }) => deps.ledger.getReloadFailure({ tenant, reloadId })));
  const ended = await withEnds(
    deps,
    known.flatMap((one) => one ?? []),
  );
  const now = deps.nowUtc();
  return {
    kind: 'digest',
    reloads: failures,
    heldBack: failures.length,
    fromUtc: ended[0]?.endedAtUtc ?? now,
    toUtc: ended.at(-1)?.endedAtUtc ?? now,
  };
}

function idsOf(items: readonly AlertItem[], kind: AlertItem['kind']): string[] {
  return items.filter((item) => item.kind === kind).map(({ reloadId }) => reloadId);
}

async function loadAll(deps: AlertDependencies, tenant: string, ids: readonly string[]): Promise<FailedReload[]> {
  const found = await Promise.all(ids.map((reloadId) => loadReload(deps, { tenant, reloadId })));
  return found.flatMap((reload) => reload ?? []);
}

async function loadRecoveries(
  deps: AlertDependencies,
  tenant: string,
  ids: readonly string[],
): Promise<RecoveredAlert[]> {
  const found = await Promise.all(
    ids.map(async (reloadId): Promise<RecoveredAlert[]> => {
      const parts = await deps.ledger.reloadParts({ tenant, reloadId });
      const facts = parts.find(({ part }) => part === 'recovery')?.facts as RecoveryFacts | undefined;
      const lastFailure = facts && (await loadReload(deps, { tenant, reloadId: facts.lastReloadId }));
      if (!facts || !lastFailure) return [];
      const { atUtc, failures, failingSinceUtc } = facts;
      return [{ kind: 'recovered', reloadId, atUtc, failures, failingSinceUtc, lastFailure }];
    }),
  );
  return found.flat();
}
