import type { UserName } from './actors.ts';
import type { AppStanding } from './app-standing.ts';
import type { DeliveryCounts, DeliveryFaults } from './callback-sender.ts';
import type { CertificateFiles } from './certificates.ts';
import type { QrsControl } from './control.ts';
import type { SiteEvent } from './event-log.ts';
import type { OpenExport } from './export-desk.ts';
import type { FaultBoard } from './faults.ts';
import type { Subscription } from './notification-hub.ts';
import type { QmcHands } from './qmc-hands.ts';
import type { KindName } from './records.ts';
import type { RequestLog } from './request-log.ts';
import type { QrsSwitches } from './switches.ts';

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
  /** Starts a control server for this site alone on that loopback port; 0: any. */
  controlPort?: number;
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
  /** Only with the option `controlPort`. */
  control: QrsControl | undefined;
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
  /** All apps as a checker looks at them: by content, names and accounts, not by ids. */
  standing(): AppStanding[];
  /** All users, as `DIR\\user`. */
  accounts(): string[];
  /** Exports under way, and those whose file nobody fetched or gave up. */
  openExports(): readonly OpenExport[];
  app(id: string): AppJson | undefined;
  /** The full JSON of the app's objects. */
  objects(appId: string): Record<string, unknown>[];
  /** SHA-256 over the app's objects and script; undefined when there is no such app. */
  contentHash(appId: string): string | undefined;
  /** The full JSON of everything of a kind, such as `SystemRule`. */
  entities(kind: KindName): Record<string, unknown>[];
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
