import { randomUUID } from 'node:crypto';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { attemptContext } from '../../activity-context.ts';
import type { StoredArtifact } from '../../artifacts/artifact-store.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppMemory } from '../app-memory.ts';

export interface FetchInput {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly skipData: boolean;
}

/**
 * Has a site export an app and keeps the bytes as an artifact, in flat memory. A fresh token an attempt; tokens of
 * earlier attempts are cancelled first. What remains possible: the engine loads the app twice.
 */
export async function fetchExport(deps: ActivityDependencies, input: FetchInput): Promise<StoredArtifact> {
  const { signal, progress } = attemptContext();
  const client = deps.qrs(input.site);
  await cancelEarlier(deps, input, signal);
  const token = randomUUID();
  await rememberTokens(deps, input, (tokens) => [...tokens, token]);
  const reply = await client.startExport(input.appId, token, { skipData: input.skipData, signal });
  if (reply.cancelled || !reply.downloadPath) {
    throw waybillError('WAYBILL_PROMOTION_EXPORT_EMPTY', { app: input.appName, site: input.site });
  }
  const { stream, sizeBytes } = await client.download(reply.downloadPath, { signal });
  const store = await deps.artifacts();
  const stored = await store.write(stream, { expectedSizeBytes: sizeBytes, signal, onBytes: progress });
  await rememberTokens(deps, input, (tokens) => tokens.filter((one) => one !== token));
  return stored;
}

async function cancelEarlier(deps: ActivityDependencies, input: FetchInput, signal: AbortSignal): Promise<void> {
  const memory = (await deps.ledger.getAppMemory<AppMemory>(input.site, [input.appId])).get(input.appId)?.memory;
  const earlier = memory?.exportTokens ?? [];
  for (const token of earlier) await cancel(deps, input, token, signal);
  if (earlier.length > 0) await rememberTokens(deps, input, (tokens) => tokens.filter((one) => !earlier.includes(one)));
}

/** Ends an export of an earlier attempt. One that the site will not end goes on beside the new one, which does no harm. */
async function cancel(
  deps: ActivityDependencies,
  { site, appId, appName }: FetchInput,
  token: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await deps.qrs(site).cancelExport(appId, token, { signal });
  } catch (error) {
    const passes = isWaybillError(error) && error.retryable && error.code !== 'WAYBILL_QRS_SERVER';
    if (signal.aborted || !isWaybillError(error) || passes) throw error;
    deps.logger.warn({ site, app: appName, err: error }, 'an earlier export could not be ended');
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
