import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { aboutRoutes } from './about-routes.ts';
import { repositoryActor, type UserName } from './actors.ts';
import { contentHashOf } from './app-create.ts';
import { appRoutes } from './app-routes.ts';
import type { DeliveryCounts, DeliveryFaults } from './callback-sender.ts';
import { type CertificateFiles, ensureCertificates } from './certificates.ts';
import { entityRoutes } from './entity-routes.ts';
import type { SiteEvent } from './event-log.ts';
import { createExportDesk } from './export-desk.ts';
import { exportRoutes } from './export-routes.ts';
import { createFaultBoard, type FaultBoard } from './faults.ts';
import { furnishSite } from './furnish-site.ts';
import { openHttpsPort } from './https-port.ts';
import { createNotificationHub, type Subscription } from './notification-hub.ts';
import { notificationRoutes } from './notification-routes.ts';
import { createQmcHands, type QmcHands } from './qmc-hands.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { createRouter } from './router.ts';
import { selectionRoutes } from './selection-routes.ts';
import { serveRequest } from './serve-request.ts';
import { fullShape } from './shapes.ts';
import { createSiteState, findApp, objectsOf, recordsOf, type SiteState } from './site-state.ts';
import { defaultSwitches, type QrsSwitches } from './switches.ts';
import { tableRoutes } from './table-routes.ts';
import { taskRoutes } from './task-routes.ts';
import { uploadRoutes } from './upload-routes.ts';

/** How to start a site. */
export interface QrsSiteOptions {
  alias: string;
  /** The only name that the site's certificate is good for. Default `localhost`. */
  hostName?: string;
  /** Address to listen on. Default 127.0.0.1. */
  ip?: string;
  /** 0 or nothing: any free port. */
  port?: number;
  /** For events.jsonl, uploaded files and, unless said otherwise, certificates. */
  folder: string;
  certificatesFolder?: string;
  switches?: Partial<QrsSwitches>;
  /** The account that clients use; it gets the role RootAdmin. Default `INTERNAL\sa_api`. */
  apiUser?: UserName;
  /** The same seed gives the same ids. */
  seed?: number;
}

/** The full JSON of an app, as `GET /qrs/app/{id}` answers it. */
export type AppJson = Record<string, unknown> & { id: string; name: string };

/** A running site. */
export interface QrsSite {
  alias: string;
  url: string;
  host: string;
  port: number;
  certificatesFolder: string;
  certificates: CertificateFiles;
  /** For `X-Qlik-User`. */
  apiUser: UserName;
  /** Change them while the site runs. */
  switches: QrsSwitches;
  faults: FaultBoard;
  /** What goes wrong with callbacks. */
  deliveryFaults: DeliveryFaults;
  deliveryCounts: DeliveryCounts;
  actAs: QmcHands;
  requestLog: RequestLog;
  apps(): AppJson[];
  app(id: string): AppJson | undefined;
  /** The full JSON of the app's objects. */
  objects(appId: string): Record<string, unknown>[];
  /** SHA-256 over the app's objects and script; undefined when there is no such app. */
  contentHash(appId: string): string | undefined;
  events(): readonly SiteEvent[];
  requests(): ReturnType<RequestLog['all']>;
  requestCounts(): Record<string, number>;
  subscriptions(): Subscription[];
  /** Resolves when no callback waits or is under way. */
  callbacksIdle(): Promise<void>;
  /** The site's clock runs so many milliseconds ahead. */
  setClockSkew(ms: number): void;
  /** Forgets subscriptions, exports and temporary files and resets all connections; down for `downMs`. */
  restartRepository(downMs?: number): Promise<void>;
  /** Closes the port and resets all connections, until `comeUp`. */
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  useCertificates(files: CertificateFiles): Promise<void>;
  close(): Promise<void>;
}

/** Starts a stand-in for a Qlik Sense site's repository: HTTPS with mutual TLS, empty but for its own account. */
export async function startQrsSite(options: QrsSiteOptions): Promise<QrsSite> {
  const hostName = options.hostName ?? 'localhost';
  const apiUser = options.apiUser ?? { directory: 'INTERNAL', id: 'sa_api' };
  await mkdir(options.folder, { recursive: true });
  const certificatesFolder = options.certificatesFolder ?? path.join(options.folder, 'certificates');
  const certificates = await ensureCertificates({ folder: certificatesFolder, hostNames: [hostName] });
  const switches = { ...defaultSwitches, ...options.switches };
  const { alias, folder, seed } = options;
  const state = createSiteState({ alias, hostName, folder, switches, seed });
  furnishSite(state, apiUser);

  const hub = createNotificationHub(state, await readFile(certificates.root, 'utf8'));
  state.onChange = (change) => hub.publish(change);
  const desk = createExportDesk(state);
  const faults = createFaultBoard();
  const requestLog = createRequestLog();
  const router = createRouter([
    ...aboutRoutes,
    ...appRoutes,
    ...uploadRoutes,
    ...exportRoutes(desk),
    ...notificationRoutes(hub),
    ...selectionRoutes,
    ...tableRoutes,
    ...taskRoutes,
    ...entityRoutes,
  ]);
  let reopen: NodeJS.Timeout | undefined;
  const closeFor = (ms: number): void => {
    void listener.shut();
    reopen = setTimeout(() => void listener.open(), ms);
  };
  const serving = { site: state, router, desk, faults, requests: requestLog, port: { closeFor } };
  const listener = await openHttpsPort({
    ip: options.ip ?? '127.0.0.1',
    port: options.port ?? 0,
    certificates,
    onRequest: (request, response) => void serveRequest(serving, request, response),
  });

  return {
    ...viewsOf(state),
    alias,
    url: `https://${hostName}:${listener.port}`,
    host: hostName,
    port: listener.port,
    certificatesFolder,
    certificates,
    apiUser,
    switches,
    faults,
    deliveryFaults: hub.faults,
    deliveryCounts: hub.sender.counts,
    actAs: createQmcHands(state),
    requestLog,
    requests: () => requestLog.all(),
    requestCounts: () => requestLog.counts(),
    subscriptions: () => hub.subscriptions(),
    callbacksIdle: () => hub.sender.idle(),
    async restartRepository(downMs = 0) {
      await listener.shut();
      hub.drop();
      desk.drop();
      logRestart(state);
      if (downMs > 0) await new Promise((resolve) => setTimeout(resolve, downMs));
      await listener.open();
    },
    goDown: () => listener.shut(),
    comeUp: () => listener.open(),
    useCertificates: (files) => listener.useCertificates(files),
    async close() {
      clearTimeout(reopen);
      hub.drop();
      hub.sender.close();
      desk.drop();
      await listener.shut();
      state.eventLog.close();
    },
  };
}

type Views = Pick<QrsSite, 'apps' | 'app' | 'objects' | 'contentHash' | 'events' | 'setClockSkew'>;

function viewsOf(state: SiteState): Views {
  return {
    apps: () => [...recordsOf(state, 'App').values()].map((app) => fullShape(state, app) as AppJson),
    app(id) {
      const app = findApp(state, id);
      return app && (fullShape(state, app) as AppJson);
    },
    objects: (appId) => objectsOf(state, appId).map((object) => fullShape(state, object)),
    contentHash(appId) {
      const app = findApp(state, appId);
      return app && contentHashOf(state, app);
    },
    events: () => state.eventLog.all(),
    setClockSkew(ms) {
      state.clock.skewMs = ms;
    },
  };
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
