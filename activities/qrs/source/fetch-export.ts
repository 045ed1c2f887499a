import { randomUUID } from 'node:crypto';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ArtifactStore, StoredArtifact } from '../../artifacts/artifact-store.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppMemory } from '../app-memory.ts';
import { lookAtExport } from './cut-export.ts';

/** Of a site that never lets an export be ended. */
const KEPT_TOKENS = 20;

export interface FetchInput {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly skipData: boolean;
}

/** How often an export that looks cut is made anew; after that it is taken as the site's way of writing one. */
const CUT_TRIES = 3;

/**
 * Has a site export an app and keeps the bytes as an artifact, in flat memory. A fresh token an attempt; tokens of
 * earlier attempts are cancelled first, and once more at the end. What remains possible: the engine loads the app twice.
 *
 * @throws WAYBILL_PROMOTION_EXPORT_EMPTY, WAYBILL_PROMOTION_EXPORT_CUT
 */
export async function fetchExport(deps: ActivityDependencies, input: FetchInput): Promise<StoredArtifact> {
  const { signal, progress } = attemptContext();
  const client = deps.qrs(input.site);
  await cancelEarlier(deps, input, signal);
  const token = randomUUID();
  await rememberTokens(deps, input, (tokens) => [...tokens, token].slice(-KEPT_TOKENS));
  const reply = await client.startExport(input.appId, token, { skipData: input.skipData, signal });
  if (reply.cancelled || !reply.downloadPath) {
    throw waybillError('WAYBILL_PROMOTION_EXPORT_EMPTY', { app: input.appName, site: input.site });
  }
  const { stream, sizeBytes } = await client.download(reply.downloadPath, { signal, blocksInTurn: true });
  const store = await deps.artifacts();
  const stored = await store.write(stream, { expectedSizeBytes: sizeBytes, signal, onBytes: progress });
  await requireWhole(deps, input, store, stored);
  await rememberTokens(deps, input, (tokens) => tokens.filter((one) => one !== token));
  await cancelEarlier(deps, input, signal);
  return stored;
}

/** @throws WAYBILL_PROMOTION_EXPORT_CUT for one that is to be made anew */
async function requireWhole(
  deps: ActivityDependencies,
  { site, appName }: FetchInput,
  store: ArtifactStore,
  { sha256 }: StoredArtifact,
): Promise<void> {
  const { signal, attempt } = attemptContext();
  const file = await store.look(sha256);
  try {
    const look = await lookAtExport(file, `the export of "${appName}"`, signal);
    if (look.kind === 'whole') return;
    if (look.kind === 'page' || attempt < CUT_TRIES) {
      throw waybillError('WAYBILL_PROMOTION_EXPORT_CUT', { app: appName, site, reason: look.why });
    }
    deps.logger.warn({ site, app: appName, why: look.why }, 'an export looks cut each time and is taken as it is');
  } finally {
    await file.close();
  }
}

/** Ends what earlier attempts began; a token goes only when the site said that it knows no such export any more. */
async function cancelEarlier(deps: ActivityDependencies, input: FetchInput, signal: AbortSignal): Promise<void> {
  const memory = (await deps.ledger.getAppMemory<AppMemory>(input.site, [input.appId])).get(input.appId)?.memory;
  const ended: string[] = [];
  for (const token of memory?.exportTokens ?? []) if (await isEnded(deps, input, token, signal)) ended.push(token);
  if (ended.length > 0) await rememberTokens(deps, input, (tokens) => tokens.filter((one) => !ended.includes(one)));
}

/** Ends an export of an earlier attempt. One that the site will not end goes on beside the new one, which does no harm. */
async function isEnded(
  deps: ActivityDependencies,
  { site, appId, appName }: FetchInput,
  token: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await deps.qrs(site).cancelExport(appId, token, { signal });
    return true;
  } catch (error) {
    const passes = isWaybillError(error) && error.retryable && error.code !== 'WAYBILL_QRS_SERVER';
    if (signal.aborted || !isWaybillError(error) || passes) throw error;
    deps.logger.warn({ site, app: appName, err: error }, 'an earlier export could not be ended');
    return false;
  }
}

async function rememberTokens(
  deps: ActivityDependencies,
  { site, appId }: FetchInput,
  change: (tokens: readonly string[]) => readonly string[],
): Promise<void> {
  await deps.ledger.updateAppMemory<AppMemory>(site, appId, (memory) => ({
    ...memory,
    exportTokens: change(memory?.exportTokens ?? []),
  }));
}
