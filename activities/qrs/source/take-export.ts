import { randomUUID } from 'node:crypto';
import { waybillError } from '../../../common/errors/catalogue.ts';
import { isWaybillError } from '../../../common/errors/waybill-error.ts';
import { attemptContext } from '../../activity-context.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { AppMemory } from '../app-memory.ts';
import type { Download, ExportOptions } from '../client/transfer-calls.ts';

/** Of a site that never lets an export be ended. */
const KEPT_TOKENS = 20;

export interface ExportInput {
  readonly site: string;
  readonly appId: string;
  readonly appName: string;
  readonly skipData: boolean;
  /** Default `approved`. */
  readonly scope?: ExportOptions['exportScope'];
  /** Longest wait for the site to write the export. Default: `timeouts.export`. */
  readonly timeoutMs?: number;
  /** How long the file will be, roughly. Default: unknown, and taken for small. */
  readonly expectedBytes?: number | undefined;
}

/**
 * Has a site export an app and hands the bytes to `take`, which reads them all, in blocks that are used again. A fresh
 * token an attempt; tokens of earlier attempts are cancelled first, and once more at the end. What remains possible: the
 * engine loads the app twice.
 *
 * @throws WAYBILL_PROMOTION_EXPORT_EMPTY, and what `take` throws
 */
export async function takeExport<T>(
  deps: ActivityDependencies,
  input: ExportInput,
  take: (download: Download) => Promise<T>,
): Promise<T> {
  const { signal } = attemptContext();
  const client = deps.qrs(input.site);
  await cancelEarlier(deps, input, signal);
  const token = randomUUID();
  await rememberTokens(deps, input, (tokens) => [...tokens, token].slice(-KEPT_TOKENS));
  const { appId, appName, site, skipData, scope: exportScope, timeoutMs, expectedBytes } = input;
  const reply = await client.startExport(appId, token, { skipData, exportScope, timeoutMs, signal });
  if (reply.cancelled || !reply.downloadPath) {
    throw waybillError('WAYBILL_PROMOTION_EXPORT_EMPTY', { app: appName, site });
  }
  const taken = await take(await client.download(reply.downloadPath, { signal, blocksInTurn: true, expectedBytes }));
  await rememberTokens(deps, input, (tokens) => tokens.filter((one) => one !== token));
  await cancelEarlier(deps, input, signal);
  return taken;
}

/** Ends what attempts that were given up have begun. Safe to repeat; a failure is logged, the next export tries again. */
export async function endExports(deps: ActivityDependencies, input: Exported): Promise<void> {
  const { signal } = attemptContext();
  try {
    await cancelEarlier(deps, input, signal);
  } catch (error) {
    if (signal.aborted || !isWaybillError(error)) throw error;
    deps.logger.warn({ site: input.site, app: input.appName, err: error }, 'an export that was given up may go on');
  }
}

type Exported = Pick<ExportInput, 'site' | 'appId' | 'appName'>;

/** Ends what earlier attempts began; a token goes only when the site said that it knows no such export any more. */
async function cancelEarlier(deps: ActivityDependencies, input: Exported, signal: AbortSignal): Promise<void> {
  const memory = (await deps.ledger.getAppMemory<AppMemory>(input.site, [input.appId])).get(input.appId)?.memory;
  const ended: string[] = [];
  for (const token of memory?.exportTokens ?? []) if (await isEnded(deps, input, token, signal)) ended.push(token);
  if (ended.length > 0) await rememberTokens(deps, input, (tokens) => tokens.filter((one) => !ended.includes(one)));
}

/** Ends an export of an earlier attempt. One that the site will not end goes on beside the new one, which does no harm. */
async function isEnded(
  deps: ActivityDependencies,
  { site, appId, appName }: Exported,
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
  { site, appId }: Exported,
  change: (tokens: readonly string[]) => readonly string[],
): Promise<void> {
  await deps.ledger.updateAppMemory<AppMemory>(site, appId, (memory) => ({
    ...memory,
    exportTokens: change(memory?.exportTokens ?? []),
  }));
}
