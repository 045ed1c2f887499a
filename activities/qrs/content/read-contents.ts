import { waybillError } from '../../../common/errors/catalogue.ts';
import type { QvfContents } from '../../../qvf/contents.ts';
import { readQvf } from '../../../qvf/read-qvf.ts';
import { attemptContext } from '../../activity-context.ts';
import { type RandomAccess, requireStore } from '../../artifacts/artifact-store.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { Artifact } from '../../promotion-types.ts';
import { CUT_TRIES, lookAtExport } from '../source/cut-export.ts';
import { type ExportInput, takeExport } from '../source/take-export.ts';

/**
 * What the exported file holds. Reads only.
 * @throws WAYBILL_QVF_* for a file that cannot be read, WAYBILL_ARTIFACT_*
 */
export async function contentsOfArtifact(
  deps: ActivityDependencies,
  { sha256, storeId }: Artifact,
): Promise<QvfContents> {
  const store = await deps.artifacts();
  requireStore(store, storeId);
  return readAndClose(await store.look(sha256), 'the file that was exported');
}

/**
 * What an app holds as it stands, without its data: from an export to a temporary file, which is gone afterwards. No
 * artifact is kept. Safe to repeat.
 * @throws WAYBILL_QVF_* for a file that cannot be read, WAYBILL_PROMOTION_EXPORT_EMPTY, WAYBILL_PROMOTION_EXPORT_CUT
 */
export async function contentsOfApp(
  deps: ActivityDependencies,
  input: Omit<ExportInput, 'skipData'>,
): Promise<QvfContents> {
  const { signal, progress, attempt } = attemptContext();
  const name = `the file that ${input.site} exports of it`;
  return takeExport(deps, { ...input, skipData: true }, async ({ stream, sizeBytes }) => {
    const store = await deps.artifacts();
    const file = await store.spool(stream, { expectedSizeBytes: sizeBytes, signal, onBytes: progress });
    const look = await lookAtExport(file, name, signal).catch(async (error: unknown) => {
      await file.close();
      throw error;
    });
    if (look.kind === 'whole' || attempt >= CUT_TRIES) return readAndClose(file, name);
    await file.close();
    throw waybillError('WAYBILL_PROMOTION_EXPORT_CUT', { app: input.appName, site: input.site, reason: look.why });
  });
}

async function readAndClose(file: RandomAccess, name: string): Promise<QvfContents> {
  try {
    return await readQvf(file, { name, signal: attemptContext().signal });
  } finally {
    await file.close();
  }
}
