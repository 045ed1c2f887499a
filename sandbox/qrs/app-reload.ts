import { type Actor, mustBeAllowed } from './actors.ts';
import { appDetails, fileSizeOf } from './app-create.ts';
import { kinds } from './kinds.ts';
import type { AppRecord, EntityRecord } from './records.ts';
import { blankRecord, committed, nowMs, type SiteState, stamp, store } from './site-state.ts';
import { wait } from './wait.ts';

/** How a reload goes. */
export interface ReloadOptions {
  /** Whether the data changes. Default true. */
  newData?: boolean;
  /** Size of the data afterwards. Default: as before. */
  dataSizeBytes?: number;
  fails?: boolean;
  taskId?: string;
}

/**
 * Reloads an app: lastReloadTime, new data, an ExecutionResult that is updated on the way ("QRS facts, section 1").
 * Resolves when it is over (switch `reloadDurationMs`).
 */
export async function reloadApp(
  site: SiteState,
  actor: Actor,
  app: AppRecord,
  options: ReloadOptions = {},
): Promise<void> {
  mustBeAllowed(site, actor, app);
  const result = startResult(site, actor, app, options);
  await wait(site.switches.reloadDurationMs);
  const contextId = site.random.guid();
  if (options.fails !== true) {
    const seed = options.newData === false ? app.content.dataSeed : site.random.integer(2 ** 31);
    const { original: _, ...kept } = app.content;
    const dataSizeBytes = options.dataSizeBytes ?? kept.dataSizeBytes;
    app.content = options.newData === false ? app.content : { ...kept, dataSeed: seed, dataSizeBytes };
    stamp(site, app, actor.name);
    Object.assign(app.values, { lastReloadTime: app.modifiedMs, fileSize: fileSizeOf(site, app) });
    const changedProperties = ['modifiedDate', 'lastReloadTime', 'fileSize'];
    const details = appDetails(site, app);
    committed(site, app, {
      changeType: 2,
      action: 'reload-app',
      by: actor.name,
      changedProperties,
      contextId,
      details,
    });
  }
  endResult(site, actor, result, options.fails === true ? 8 : 7);
}

function startResult(site: SiteState, actor: Actor, app: AppRecord, options: ReloadOptions): EntityRecord {
  const result = blankRecord(site, kinds.ExecutionResult, actor.name);
  const executingNodeName = site.hostName;
  Object.assign(result.values, { appID: app.id, status: 2, startTime: nowMs(site), executingNodeName });
  if (options.taskId !== undefined) result.values['taskID'] = options.taskId;
  store(site, result);
  committed(site, result, { changeType: 1, action: 'start-execution', by: actor.name });
  return result;
}

function endResult(site: SiteState, actor: Actor, result: EntityRecord, status: number): void {
  stamp(site, result, actor.name);
  const stopTime = nowMs(site);
  const duration = stopTime - Number(result.values['startTime']);
  Object.assign(result.values, { status, stopTime, duration, scriptLogAvailable: true });
  const changedProperties = ['modifiedDate', 'status', 'stopTime', 'duration'];
  committed(site, result, { changeType: 2, action: 'end-execution', by: actor.name, changedProperties });
}
