import type { Pace } from '../activities/pace.ts';
import type { Artifact, Artifacts, DecisionRecord } from '../activities/promotion-types.ts';
import { sourceTransfers } from './activity-options.ts';
import type { PromotionDesk } from './promotion-desk.ts';

/**
 * The bytes that every target of a decision gets, with data and without as targets want them; what there is already
 * is not exported again. `changed`: the content is newer than the decision, which then asks for approval again.
 */
export async function exportFor(
  decision: DecisionRecord,
  known: Artifacts,
  pace: Pace,
  desk: PromotionDesk,
): Promise<Artifacts | 'changed'> {
  const { exportApp } = sourceTransfers(decision.site, pace, decision.sizeBytes);
  const artifacts: { withData?: Artifact; withoutData?: Artifact } = { ...known };
  for (const withData of wantedKinds(decision)) {
    const kind = withData ? 'withData' : 'withoutData';
    if (artifacts[kind]) continue;
    const result = await desk.operator.attend('export the app', pace, () => exportApp({ ...decision, withData }));
    if (result.outcome === 'changed') {
      desk.mails.post(result.mails, pace);
      return 'changed';
    }
    if (result.outcome === 'not-needed') return artifacts;
    artifacts[kind] = result.artifact;
  }
  return artifacts;
}

function wantedKinds({ targets }: DecisionRecord): boolean[] {
  return [true, false].filter((withData) =>
    targets.some((target) => ((target.data ?? 'carry') === 'carry') === withData),
  );
}
