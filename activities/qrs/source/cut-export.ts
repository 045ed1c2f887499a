import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import type { QvfSource } from '../../../qvf/source.ts';
import { requireWholeQvf } from '../../../qvf/require-whole.ts';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';

/** Longest beginning that is looked at to tell a page from an app. */
const BEGINNING_BYTES = 512;
const PAGE = /^\s*<(?:!doctype|html|\?xml)/i;

/** How often an export that is only compared and looks cut is made anew. */
export const CUT_TRIES = 3;
/**
 * The same of one that is promoted: for some minutes, by the pace of the export. After that it is taken as the site's way
 * of writing one, and the target has the last word.
 */
export const PROMOTED_CUT_TRIES = 10;

/** What a downloaded export looks like; `whole` where nothing speaks against it. */
export type ExportLook = { readonly kind: 'whole' } | { readonly kind: 'cut' | 'no-app'; readonly why: string };

/**
 * Whether an export was cut on its way, or is the page of a proxy in its place: a download without an announced size can end
 * early and look complete. What is no QVF at all counts as whole, for the target has the last word on its kind. Reads only.
 */
export async function lookAtExport(source: QvfSource, name: string, signal: AbortSignal): Promise<ExportLook> {
  const beginning = await source.read(0, Math.min(BEGINNING_BYTES, source.sizeBytes), signal);
  if (source.sizeBytes === 0) return { kind: 'no-app', why: 'it is empty' };
  if (PAGE.test(Buffer.from(beginning).toString('latin1'))) return { kind: 'no-app', why: 'it is a web page' };
  try {
    await requireWholeQvf(source, { name, signal });
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    if (error.code === 'WAYBILL_QVF_TRUNCATED') return { kind: 'cut', why: error.message };
  }
  return { kind: 'whole' };
}

/** The same of an export that is stored. Reads only. @throws WAYBILL_ARTIFACT_* */
export async function lookAtStored(
  store: ArtifactStore,
  sha256: string,
  appName: string,
  signal: AbortSignal,
): Promise<ExportLook> {
  const file = await store.look(sha256);
  try {
    return await lookAtExport(file, `the export of "${appName}"`, signal);
  } finally {
    await file.close();
  }
}
