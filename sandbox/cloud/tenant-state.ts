import { randomBytes } from 'node:crypto';
import { KeptList } from '../web/kept-list.ts';
import type {
  CloudApp,
  CloudDelivery,
  CloudEvent,
  CloudReload,
  CloudSpace,
  CloudUser,
  CloudWebhook,
} from './records.ts';
import type { CloudSwitches } from './switches.ts';

/** All that a tenant knows. */
export interface TenantState {
  tenantId: string;
  /** Such as `acme.eu.qlikcloud.com`; events name it. */
  hostName: string;
  /** Where the tenant really listens; links name it. */
  url: string;
  switches: CloudSwitches;
  clock: { skewMs: number };
  users: Map<string, CloudUser>;
  spaces: Map<string, CloudSpace>;
  apps: Map<string, CloudApp>;
  /** In the order of their creation. */
  reloads: Map<string, CloudReload>;
  webhooks: Map<string, CloudWebhook>;
  /** Oldest first. */
  deliveries: CloudDelivery[];
  events: KeptList<CloudEvent>;
}

/** An empty tenant. `folder` gets `events.jsonl`. */
export function createTenantState(options: {
  tenantId: string;
  hostName: string;
  switches: CloudSwitches;
  folder: string | undefined;
}): TenantState {
  const { tenantId, hostName, switches, folder } = options;
  return {
    tenantId,
    hostName,
    url: '',
    switches,
    clock: { skewMs: 0 },
    users: new Map(),
    spaces: new Map(),
    apps: new Map(),
    reloads: new Map(),
    webhooks: new Map(),
    deliveries: [],
    events: new KeptList('event of the tenant', folder && `${folder}/events.jsonl`),
  };
}

/** An id as most services of Qlik Cloud give them: 24 hex digits. */
export function hexId(): string {
  return randomBytes(12).toString('hex');
}

/** Now, on the tenant's clock. */
export function nowMs(state: TenantState): number {
  return Date.now() + state.clock.skewMs;
}

/** Now, on the tenant's clock, in UTC. */
export function nowUtc(state: TenantState): string {
  return new Date(nowMs(state)).toISOString();
}

/** Writes down what happened. */
export function note(state: TenantState, action: string, id: string, details: Record<string, unknown> = {}): void {
  state.events.add({ atUtc: nowUtc(state), action, id, details });
}
