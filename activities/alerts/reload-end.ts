import type { ReloadEventFacts, ReloadFacts } from '../../rules/alerts/failed-reload.ts';
import type { ReloadFailure } from '../../ledger/reload-failures.ts';
import type { AlertDependencies } from './alert-dependencies.ts';

/** A failed reload and when it ended, UTC. */
export interface EndedFailure {
  readonly failure: ReloadFailure;
  readonly endedAtUtc: string;
}

/**
 * Failures with their ends, in the order of these: events come late, in any order, and twice. What Qlik Cloud says of a
 * reload goes before what an event said; where neither told an end, or one that is still to come, it is when Waybill heard of it. Reads only.
 */
export async function withEnds(
  { ledger, nowUtc }: Pick<AlertDependencies, 'ledger' | 'nowUtc'>,
  failures: readonly ReloadFailure[],
): Promise<EndedFailure[]> {
  const nowMs = Date.parse(nowUtc());
  const ended = await Promise.all(
    failures.map(async (failure) => {
      const { tenant, reloadId, event, foundAtUtc } = failure;
      const parts = await ledger.reloadParts({ tenant, reloadId });
      const reload = parts.find(({ part }) => part === 'reload')?.facts as ReloadFacts | undefined;
      const { endedAtUtc, atUtc } = (event ?? {}) as Partial<ReloadEventFacts>;
      const toldUtc = reload?.endedAtUtc ?? endedAtUtc ?? atUtc;
      const isPast = toldUtc !== undefined && Date.parse(toldUtc) <= nowMs;
      return { failure, endedAtUtc: isPast ? toldUtc : foundAtUtc };
    }),
  );
  return ended.toSorted((one, other) => Date.parse(one.endedAtUtc) - Date.parse(other.endedAtUtc));
}
