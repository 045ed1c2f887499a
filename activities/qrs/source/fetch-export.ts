import { waybillError } from '../../../common/errors/catalogue.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ArtifactStore, StoredArtifact } from '../../artifacts/artifact-store.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import { lookAtStored, PROMOTED_CUT_TRIES } from './cut-export.ts';
import { type ExportInput, takeExport } from './take-export.ts';

/**
 * Has a site export an app and keeps the bytes as an artifact, in flat memory. Safe to repeat. `onReceived` is told when the
 * site has sent them all, while they are still being stored.
 *
 * @throws WAYBILL_PROMOTION_EXPORT_EMPTY, WAYBILL_PROMOTION_EXPORT_CUT
 */
export async function fetchExport(
  deps: ActivityDependencies,
  input: ExportInput,
  onReceived?: () => void,
): Promise<StoredArtifact> {
  const { signal, progress } = attemptContext();
  return takeExport(deps, input, async ({ stream, sizeBytes }) => {
    const store = await deps.artifacts();
    const options = { expectedSizeBytes: sizeBytes, signal, onBytes: progress, onReceived };
    const stored = await store.write(stream, options);
    await requireWhole(deps, input, store, stored);
    return stored;
  });
}

/** @throws WAYBILL_PROMOTION_EXPORT_CUT for one that is to be made anew */
async function requireWhole(
  deps: ActivityDependencies,
  { site, appName }: ExportInput,
  store: ArtifactStore,
  { sha256 }: StoredArtifact,
): Promise<void> {
  const { signal, attempt } = attemptContext();
  const look = await lookAtStored(store, sha256, appName, signal);
  if (look.kind === 'whole') return;
  if (look.kind === 'no-app' || attempt < PROMOTED_CUT_TRIES) {
    throw waybillError('WAYBILL_PROMOTION_EXPORT_CUT', { app: appName, site, reason: look.why });
  }
  deps.logger.warn({ site, app: appName, why: look.why }, 'an export looks cut each time and is taken as it is');
}
