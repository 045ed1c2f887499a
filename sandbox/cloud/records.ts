import type { EventShape } from './switches.ts';

/** The events that tell of reloads. */
export type ReloadEventType = 'com.qlik.v1.reload.finished' | 'com.qlik.v1.app.reload.finished';

export type ReloadStatus =
  | 'QUEUED'
  | 'RELOADING'
  | 'CANCELING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'CANCELED'
  | 'EXCEEDED_LIMIT';

export type ReloadType = 'hub' | 'external' | 'chronos' | 'automations' | 'data-refresh' | 'choreographer';

export interface CloudUser {
  id: string;
  name: string;
  email: string;
  subject: string;
  status: 'active' | 'invited' | 'disabled' | 'deleted';
}

export interface CloudSpace {
  id: string;
  name: string;
  type: 'shared' | 'managed' | 'data';
  ownerId: string;
}

export interface CloudApp {
  id: string;
  /** Of the entry in the items API; another id than the app's. */
  itemId: string;
  name: string;
  description: string;
  ownerId: string;
  /** Empty in a personal space. */
  spaceId: string;
  tags: { id: string; name: string }[];
  usage: string;
  /** Empty unless published. */
  publishTime: string;
  createdDate: string;
  modifiedDate: string;
  lastReloadTime: string;
}

export interface CloudReload {
  id: string;
  appId: string;
  userId: string;
  type: ReloadType;
  status: ReloadStatus;
  partial: boolean;
  weight: number;
  taskId: string;
  creationTime: string;
  startTime?: string;
  endTime?: string;
  engineTime?: string;
  errorCode?: string;
  errorMessage?: string;
  /** Lines of the script log; undefined when there is none to fetch. */
  scriptLog: string[] | undefined;
  requeues: number;
  /** On this host's monotonic clock: before that, the reload's end is not to be seen. */
  visibleFromMs: number;
}

export interface CloudWebhook {
  id: string;
  name: string;
  description: string;
  url: string;
  level: 'tenant' | 'user';
  eventTypes: string[];
  filter: string;
  /** Empty: none. Never answered. */
  secret: string;
  headers: Record<string, string>;
  encryptedHeaders: Record<string, string>;
  enabled: boolean;
  disabledReason: string;
  disabledReasonCode: string;
  checkCertificateRevocation: boolean;
  enableCloudEventDelivery: boolean;
  origin: 'api' | 'automations' | 'management-console';
  createdAt: string;
  updatedAt: string;
  /** Overrides the tenant's switch. */
  eventShape: EventShape | undefined;
  failuresInRow: number;
}

export interface CloudDelivery {
  id: string;
  webhookId: string;
  eventType: string;
  /** Of the event: the same again for a resend. */
  eventId: string;
  status: 'success' | 'fail';
  statusMessage: string;
  triggeredAt: string;
  /** The body as it was sent. */
  rawBody: string;
  request: { url: string; headers: Record<string, string> };
  /** Undefined when none came. */
  response: { statusCode: number; headers: Record<string, string>; body: string } | undefined;
  isResend: boolean;
}

/** One thing that happened in the tenant, as a checker reads it. */
export interface CloudEvent {
  number: number;
  atUtc: string;
  /** `create-app`, `reload-finished`, `event`, `delivery`, `webhook-disabled` and the like. */
  action: string;
  id: string;
  details: Record<string, unknown>;
}
