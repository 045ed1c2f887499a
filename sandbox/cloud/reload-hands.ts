import type { CloudApp, CloudReload, ReloadEventType, ReloadType } from './records.ts';
import { eventsOfReload } from './reload-events.ts';
import { hexId, note, nowMs, nowUtc, type TenantState } from './tenant-state.ts';
import type { WebhookSender } from './webhook-sender.ts';

/** How a reload begins. */
export interface ReloadStart {
  type?: ReloadType;
  partial?: boolean;
  /** Who triggered it: a user's id. Default the app's owner. */
  user?: string;
}

/** How a reload ends. */
export interface ReloadEnd {
  /** Default SUCCEEDED. */
  status?: 'SUCCEEDED' | 'FAILED' | 'CANCELED' | 'EXCEEDED_LIMIT';
  /** Default `EngineConnectionError` for FAILED, none otherwise; '' for none at all. */
  errorCode?: string;
  errorMessage?: string;
  /** Lines of the script log; null when there is none to fetch. Default a few. */
  log?: readonly string[] | null;
  /** Attempts of the engine that failed before the one that counts. */
  requeues?: number;
  /** Default both; an empty list for none, as when Qlik loses them. */
  sendEvents?: readonly ReloadEventType[];
  /** Default: since it was started; 60 for `reloadApp`. */
  durationSeconds?: number;
  /** When it ended; default now. */
  endedAtUtc?: string;
}

/** Reloads of apps, as schedules and people make them. */
export interface ReloadHands {
  /** A reload that runs until `finishReload`; its id. */
  startReload(appId: string, start?: ReloadStart): string;
  /** Ends it and sends its events. */
  finishReload(reloadId: string, end?: ReloadEnd): void;
  /** Both; the reload's id. */
  reloadApp(appId: string, reload?: ReloadStart & ReloadEnd): string;
  /** Sends the events of a reload again, under new event ids. */
  repeatEvents(reloadId: string, types?: readonly ReloadEventType[]): void;
}

const bothEvents: readonly ReloadEventType[] = ['com.qlik.v1.app.reload.finished', 'com.qlik.v1.reload.finished'];

/** Reloads in `state`, told of by `sender`. */
export function createReloadHands(state: TenantState, sender: WebhookSender): ReloadHands {
  const sendEvents = (app: CloudApp, reload: CloudReload, types: readonly ReloadEventType[]): void => {
    for (const event of eventsOfReload(state, app, reload, types)) sender.send(event);
  };
  const hands: ReloadHands = {
    startReload(appId, start = {}) {
      const reload = begin(state, mustHave(state.apps, appId, 'app'), start);
      note(state, 'reload-started', reload.id, { appId });
      return reload.id;
    },
    finishReload(reloadId, end = {}) {
      const reload = mustHave(state.reloads, reloadId, 'reload');
      const app = mustHave(state.apps, reload.appId, 'app');
      finish(state, app, reload, end);
      const { status, errorCode, requeues } = reload;
      note(state, 'reload-finished', reloadId, { appId: app.id, appName: app.name, status, errorCode, requeues });
      sendEvents(app, reload, end.sendEvents ?? bothEvents);
    },
    reloadApp(appId, reload = {}) {
      const id = hands.startReload(appId, reload);
      hands.finishReload(id, { durationSeconds: 60, ...reload });
      return id;
    },
    repeatEvents(reloadId, types = bothEvents) {
      const reload = mustHave(state.reloads, reloadId, 'reload');
      sendEvents(mustHave(state.apps, reload.appId, 'app'), reload, types);
    },
  };
  return hands;
}

function begin(state: TenantState, app: CloudApp, start: ReloadStart): CloudReload {
  const type = start.type ?? 'chronos';
  const reload: CloudReload = {
    id: hexId(),
    appId: app.id,
    userId: start.user ?? app.ownerId,
    type,
    status: 'RELOADING',
    partial: start.partial ?? false,
    weight: 1,
    taskId: hexId(),
    creationTime: nowUtc(state),
    startTime: nowUtc(state),
    scriptLog: undefined,
    requeues: 0,
    visibleFromMs: 0,
  };
  state.reloads.set(reload.id, reload);
  return reload;
}

function finish(state: TenantState, app: CloudApp, reload: CloudReload, end: ReloadEnd): void {
  const status = end.status ?? 'SUCCEEDED';
  const endMs = end.endedAtUtc === undefined ? nowMs(state) : Date.parse(end.endedAtUtc);
  const endTime = new Date(endMs).toISOString();
  const isFailed = status === 'FAILED';
  const errorCode = end.errorCode ?? (isFailed ? 'EngineConnectionError' : '');
  const errorMessage = end.errorMessage ?? (isFailed ? 'failed to complete reload: unexpected EOF' : '');
  Object.assign(reload, {
    status,
    ...(end.durationSeconds !== undefined && beganBefore(endMs, end.durationSeconds)),
    endTime,
    ...(errorCode !== '' && { errorCode }),
    ...(errorMessage !== '' && { errorMessage }),
    scriptLog: end.log === null ? undefined : [...(end.log ?? usualLog(app, errorMessage, endTime))],
    requeues: end.requeues ?? 0,
    visibleFromMs: performance.now() + state.switches.reloadVisibilityLagMs,
  });
  if (status !== 'SUCCEEDED') return;
  reload.engineTime = endTime;
  app.lastReloadTime = endTime;
}

function beganBefore(endMs: number, durationSeconds: number): Pick<CloudReload, 'creationTime' | 'startTime'> {
  const startMs = endMs - durationSeconds * 1000;
  return { creationTime: new Date(startMs - 10_000).toISOString(), startTime: new Date(startMs).toISOString() };
}

function usualLog(app: CloudApp, errorMessage: string, endTime: string): string[] {
  return [
    `${endTime} Execution started.`,
    `${endTime} ScriptName '${app.name}'`,
    `${endTime} 0001 SET ThousandSep=',';`,
    `${endTime} 0002 LOAD * FROM [lib://DataFiles/sales.qvd] (qvd);`,
    errorMessage === '' ? `${endTime} Execution finished.` : `${endTime} Error: ${errorMessage}`,
  ];
}

function mustHave<T>(entries: ReadonlyMap<string, T>, id: string, what: string): T {
  const entry = entries.get(id);
  if (entry === undefined) throw new Error(`there is no ${what} ${id}`);
  return entry;
}
