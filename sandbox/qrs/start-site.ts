import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { aboutRoutes } from './about-routes.ts';
import { repositoryActor } from './actors.ts';
import { contentHashOf } from './app-create.ts';
import { appRoutes } from './app-routes.ts';
import { accountOf, appStanding } from './app-standing.ts';
import { type CertificateFiles, ensureCertificates } from './certificates.ts';
import { startControl } from './control.ts';
import { entityRoutes } from './entity-routes.ts';
import { createExportDesk, type ExportDesk } from './export-desk.ts';
import { exportRoutes } from './export-routes.ts';
import { createFaultBoard } from './faults.ts';
import { furnishSite } from './furnish-site.ts';
import { type HttpsPort, openHttpsPort } from './https-port.ts';
import { createNotificationHub, type NotificationHub } from './notification-hub.ts';
import { notificationRoutes } from './notification-routes.ts';
import { createQmcHands } from './qmc-hands.ts';
import { createRequestLog } from './request-log.ts';
import type { AppRecord } from './records.ts';
import { createRouter, type Router } from './router.ts';
import { ruleAuditRoutes } from './rule-audit-routes.ts';
import { selectionRoutes } from './selection-routes.ts';
import { type Serving, serveRequest } from './serve-request.ts';
import { fullShape } from './shapes.ts';
import type { AppJson, QrsSite, QrsSiteOptions } from './site.ts';
import { createSiteState, findApp, objectsOf, recordsOf, type SiteState } from './site-state.ts';
import { defaultSwitches } from './switches.ts';
import { tableRoutes } from './table-routes.ts';
import { taskRoutes } from './task-routes.ts';
import { uploadRoutes } from './upload-routes.ts';

export type { AppJson, QrsSite, QrsSiteOptions } from './site.ts';

/** Starts a stand-in for a Qlik Sense site's repository: HTTPS with mutual TLS, empty but for its own accounts. */
export async function startQrsSite(options: QrsSiteOptions): Promise<QrsSite> {
  const { alias, folder, seed } = options;
  const hostName = options.hostName ?? 'localhost';
  const apiUser = options.apiUser ?? { directory: 'INTERNAL', id: 'sa_api' };
  await mkdir(folder, { recursive: true });
  const certificatesFolder = options.certificatesFolder ?? path.join(folder, 'certificates');
  const certificates = await ensureCertificates({ folder: certificatesFolder, hostNames: [hostName] });
  const switches = { ...defaultSwitches, ...options.switches };
  const state = createSiteState({ alias, hostName, folder, switches, seed });
  furnishSite(state, apiUser);

  const hub = createNotificationHub(state, await readFile(certificates.root, 'utf8'));
  state.onChange = (change) => hub.publish(change);
  state.standingOf = (app) => appStanding(state, app);
  const desk = createExportDesk(state);
  const { listener, serving } = await openSite(options, state, { hub, desk, certificates });
  const site: QrsSite = {
    ...viewsOf(state),
    openExports: () => desk.open(),
    ...runningOf({ state, hub, desk, listener, closeControl: async () => site.control?.close() }),
    alias,
    url: `https://${hostName}:${listener.port}`,
    host: hostName,
    port: listener.port,
    certificatesFolder,
    certificates,
    control: undefined,
    apiUser,
    switches,
    faults: serving.faults,
    deliveryFaults: hub.faults,
    deliveryCounts: hub.sender.counts,
    actAs: createQmcHands(state),
    requestLog: serving.requests,
    requests: () => serving.requests.all(),
    requestCounts: () => serving.requests.counts(),
    subscriptions: () => hub.subscriptions(),
    callbacksIdle: () => hub.sender.idle(),
  };
  if (options.controlPort !== undefined) site.control = await startControl([site], options.controlPort);
  return site;
}

interface Parts {
  state: SiteState;
  hub: NotificationHub;
  desk: ExportDesk;
  listener: HttpsPort;
  closeControl: () => Promise<void>;
}

async function openSite(
  options: QrsSiteOptions,
  state: SiteState,
  parts: { hub: NotificationHub; desk: ExportDesk; certificates: CertificateFiles },
): Promise<{ listener: HttpsPort; serving: Serving }> {
  const { hub, desk, certificates } = parts;
  const serving: Serving = {
    site: state,
    router: routerOf(hub, desk),
    desk,
    faults: createFaultBoard(),
    requests: createRequestLog(),
    port: {
      closeFor: (ms) => void listener.shutFor(ms),
      restart: (downMs) => void restart(parts, state, listener, downMs),
      reset: (request) => listener.reset(request),
    },
  };
  const listener = await openHttpsPort({
    ip: options.ip ?? '127.0.0.1',
    port: options.port ?? 0,
    certificates,
    onRequest: (request, response) => void serveRequest(serving, request, response),
  });
  return { listener, serving };
}

function routerOf(hub: NotificationHub, desk: ExportDesk): Router {
  return createRouter([
    ...aboutRoutes,
    ...appRoutes,
    ...uploadRoutes,
    ...exportRoutes(desk),
    ...notificationRoutes(hub),
    ...selectionRoutes,
    ...ruleAuditRoutes,
    ...tableRoutes,
    ...taskRoutes,
    ...entityRoutes,
  ]);
}

type Running = Pick<QrsSite, 'restartRepository' | 'goDown' | 'comeUp' | 'useCertificates' | 'close'>;

function runningOf({ state, hub, desk, listener, closeControl }: Parts): Running {
  return {
    restartRepository: (downMs = 0) => restart({ hub, desk }, state, listener, downMs),
    goDown: () => listener.shut(),
    comeUp: () => listener.open(),
    useCertificates: (files) => listener.useCertificates(files),
    async close() {
      hub.drop();
      hub.sender.close();
      desk.drop();
      await closeControl();
      await listener.close();
      state.eventLog.close();
    },
  };
}

type Views = Pick<
  QrsSite,
  'apps' | 'standing' | 'accounts' | 'app' | 'objects' | 'contentHash' | 'entities' | 'events' | 'setClockSkew'
>;

function viewsOf(state: SiteState): Views {
  return {
    apps: () => [...recordsOf(state, 'App').values()].map((app) => fullShape(state, app) as AppJson),
    standing: () => [...recordsOf(state, 'App').values()].map((app) => appStanding(state, app as AppRecord)),
    accounts: () => [...recordsOf(state, 'User').keys()].map((id) => accountOf(state, id)),
    app(id) {
      const app = findApp(state, id);
      return app && (fullShape(state, app) as AppJson);
    },
    objects: (appId) => objectsOf(state, appId).map((object) => fullShape(state, object)),
    contentHash(appId) {
      const app = findApp(state, appId);
      return app && contentHashOf(state, app);
    },
    entities: (kind) => [...recordsOf(state, kind).values()].map((record) => fullShape(state, record)),
    events: () => state.eventLog.all(),
    setClockSkew(ms) {
      Object.assign(state.clock, { skewMs: ms, latestMs: 0 });
    },
  };
}

async function restart(
  { hub, desk }: { hub: NotificationHub; desk: ExportDesk },
  state: SiteState,
  listener: HttpsPort,
  downMs: number,
): Promise<void> {
  await listener.shut();
  hub.drop();
  desk.drop();
  logRestart(state);
  await listener.shutFor(downMs);
}

function logRestart(state: SiteState): void {
  const atUtc = new Date(Date.now() + state.clock.skewMs).toISOString();
  const event = {
    site: state.alias,
    by: repositoryActor.name,
    entity: 'Repository',
    id: state.nodeId,
    name: state.alias,
  };
  state.eventLog.append({ atUtc, ...event, action: 'restart', details: {} });
}
