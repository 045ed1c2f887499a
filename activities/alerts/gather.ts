import { waybillError } from '../../common/errors/catalogue.ts';
import { isWaybillError } from '../../common/errors/waybill-error.ts';
import { cutScriptLog } from '../../rules/alerts/cut-script-log.ts';
import type { FailedReload, ReloadPart } from '../../rules/alerts/failed-reload.ts';
import { attemptContext } from '../activity-context.ts';
import type { GatherInput, ReloadAlertKey } from '../alert-types.ts';
import type { AlertDependencies } from './alert-dependencies.ts';
import { destinationsOf } from './destinations.ts';
import { appFacts, itemFacts, reloadFacts, userFacts } from '../qlik-cloud/to-facts.ts';
import { loadReload } from './load-reload.ts';
import { tenantOf } from './open-alert.ts';
import { writeScriptLog } from './script-log-files.ts';

/** What has just ended is shown half a minute later at most; what is not shown then is not there. */
const LOOKS = 6;

/**
 * Asks Qlik Cloud for one part of what there is to know of a failed reload, and notes it in the ledger, or why it could
 * not be had. Safe to repeat.
 * @throws WAYBILL_CLOUD_NOT_FOUND where there is no such thing, and all that the client throws
 */
export async function gatherPart(deps: AlertDependencies, input: GatherInput): Promise<void> {
  const { part } = input;
  try {
    const facts = await read(deps, input);
    if (facts !== undefined) await deps.ledger.putReloadPart(input, { part, facts });
  } catch (error) {
    if (!isWaybillError(error)) throw error;
    const isNotThere = error.code === 'WAYBILL_CLOUD_NOT_YET' && attemptContext().attempt >= LOOKS;
    const told = isNotThere ? waybillError('WAYBILL_CLOUD_NOT_FOUND', error.facts) : error;
    // What to do about it is for operators; those who get the alert are told what happened.
    await deps.ledger.putReloadPart(input, { part, missingWhy: told.message });
    throw told;
  }
}

/** Notes why a part could not be had, unless an attempt has said so already. Safe to repeat. */
export async function noteMissing(
  { ledger, logger }: AlertDependencies,
  { part, why, ...key }: ReloadAlertKey & { readonly part: ReloadPart; readonly why: string },
): Promise<void> {
  logger.warn({ ...key, part, why }, 'an alert goes without a part of what there is to know');
  const known = await ledger.reloadParts(key);
  if (known.some((one) => one.part === part)) return;
  await ledger.putReloadPart(key, { part, missingWhy: why });
}

async function read(deps: AlertDependencies, input: GatherInput): Promise<unknown> {
  const { tenant, reloadId, appId, part } = input;
  const cloud = deps.cloud(tenant);
  const options = { signal: attemptContext().signal };
  switch (part) {
    case 'reload':
      return reloadFacts(await cloud.getReload(reloadId, options));
    case 'app':
      return appFacts(await cloud.getApp(appId, options));
    case 'item':
      return readItem(deps, input);
    case 'log':
      return readLog(deps, input);
    case 'owner':
      return readUser(deps, input, ({ app, event }) => app?.ownerId ?? event?.ownerId);
    case 'user':
      return readUser(deps, input, ({ reload, event }) => reload?.userId ?? event?.userId);
    default:
      return undefined;
  }
}

async function readUser(
  deps: AlertDependencies,
  input: GatherInput,
  idIn: (known: FailedReload) => string | undefined,
): Promise<unknown> {
  const known = await loadReload(deps, input);
  const userId = known && idIn(known);
  // Who is not named cannot be asked for; the messages say what else is missing.
  if (userId === undefined || userId === '') return undefined;
  return userFacts(await deps.cloud(input.tenant).getUser(userId, { signal: attemptContext().signal }));
}

async function readItem(deps: AlertDependencies, { tenant, appId }: GatherInput): Promise<unknown> {
  const item = await deps.cloud(tenant).getItemOf(appId, { signal: attemptContext().signal });
  if (item) return itemFacts(item);
  // An app of nobody's space has no tags; a list that came empty by mistake looks the same.
  const { url } = tenantOf(deps, tenant);
  const reply = 'the list is empty';
  const facts = { tenant, host: new URL(url).host, setting: `alerts.tenants.${tenant}`, reply };
  throw waybillError('WAYBILL_CLOUD_NOT_FOUND', { ...facts, doing: `list the item of the app ${appId}` });
}

/** The script log, cut to what the destinations show at most; the whole of it goes to the disk where that is wanted. */
async function readLog(deps: AlertDependencies, input: GatherInput): Promise<unknown> {
  const { tenant, appId, reloadId } = input;
  const { text } = await deps.cloud(tenant).getScriptLog(appId, reloadId, { signal: attemptContext().signal });
  const all = destinationsOf(deps.config()).map(({ settings }) => settings);
  const most = (lines: readonly number[]): number => Math.max(0, ...lines);
  const cut = cutScriptLog(text, {
    head: most(all.map(({ headLines }) => headLines)),
    tail: most(all.map(({ tailLines }) => tailLines)),
  });
  return { ...cut, file: await keepOnDisk(deps, input, text) };
}

/** A folder that cannot be written to never holds an alert up. */
async function keepOnDisk(deps: AlertDependencies, input: GatherInput, text: string): Promise<string | undefined> {
  const { scriptLogs } = deps.config().alerts;
  if (!scriptLogs.enabled) return undefined;
  const { tenant, appId, reloadId } = input;
  try {
    const failure = await deps.ledger.getReloadFailure(input);
    const atUtc = failure?.foundAtUtc ?? deps.nowUtc();
    return await writeScriptLog(scriptLogs, { tenant, appId, reloadId, at: new Date(atUtc) }, text);
  } catch (error) {
    deps.logger.warn({ tenant, reloadId, err: error }, 'a script log could not be kept on disk');
    return undefined;
  }
}
