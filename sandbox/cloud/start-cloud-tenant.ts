import { createFaultBoard, type FaultBoard, type FaultEffect, type FaultRule } from '../qrs/faults.ts';
import { createRouter, type Router } from '../qrs/router.ts';
import { createRateWindow } from '../web/rate-window.ts';
import { startWebServer, type WebReply, type WebRequest, type WebRequestEntry } from '../web/web-server.ts';
import { appRoutes } from './app-routes.ts';
import type { CloudRoute } from './cloud-call.ts';
import { createCredentials, type Credentials, type OAuthClient } from './credentials.ts';
import type { CloudDelivery, CloudEvent, CloudReload, CloudWebhook } from './records.ts';
import { CloudRefusal, notFound, refusalReply, tooMany } from './refusal.ts';
import { reloadRoutes } from './reload-routes.ts';
import { type CloudSwitches, defaultCloudSwitches } from './switches.ts';
import { createTenantHands, type TenantHands } from './tenant-hands.ts';
import { createTenantState, type TenantState } from './tenant-state.ts';
import { type CloudDeliveryFaults, createWebhookSender, type WebhookSender } from './webhook-sender.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** What a fault of a tenant does: those of sites that fit, and an answer of success that has nothing in it. */
export type CloudFaultEffect = Exclude<FaultEffect, { type: 'not-done' | 'restart' }> | { type: 'empty-list' };

/** The rules of one tenant. 429 bears the body that Qlik Cloud gives it. */
export interface CloudFaultBoard extends Omit<FaultBoard, 'add' | 'strike'> {
  add(rule: Omit<FaultRule, 'effect'> & { effect: CloudFaultEffect }): string;
}

export interface CloudTenantOptions {
  /** Loopback port; default any free one. */
  port?: number;
  /** With a certificate for localhost and 127.0.0.1; default plain http. */
  https?: boolean;
  /** For `events.jsonl`, `requests.jsonl` and the certificate; without, all is in memory. */
  folder?: string;
  tenantId?: string;
  /** What events call the tenant. Default `tenant.eu.qlikcloud.com`. */
  hostName?: string;
  switches?: Partial<CloudSwitches>;
  /** Certificate authority that the tenant trusts when it sends to a webhook by https. */
  webhookCaPem?: string;
}

/** A running tenant. */
export interface CloudTenant {
  url: string;
  port: number;
  tenantId: string;
  hostName: string;
  /** Certificate authority to trust; empty without https. */
  caPem: string;
  /** Of a TenantAdmin, there from the start. */
  apiKey: string;
  /** Of a TenantAdmin, there from the start. */
  oauthClient: OAuthClient;
  /** Change them while the tenant runs. */
  switches: CloudSwitches;
  faults: CloudFaultBoard;
  deliveryFaults: CloudDeliveryFaults;
  actAs: TenantHands;
  /** All that happened, oldest first. */
  events(): readonly CloudEvent[];
  waitForEvent(predicate: (event: CloudEvent) => boolean, timeoutMs?: number): Promise<CloudEvent>;
  requests(): readonly WebRequestEntry[];
  waitForRequest(predicate: (request: WebRequestEntry) => boolean, timeoutMs?: number): Promise<WebRequestEntry>;
  reload(id: string): Readonly<CloudReload> | undefined;
  webhook(id: string): Readonly<CloudWebhook> | undefined;
  /** Of one webhook or all, oldest first. */
  deliveries(webhookId?: string): readonly CloudDelivery[];
  /** Resolves when no event waits or is under way. */
  deliveriesIdle(): Promise<void>;
  /** The tenant's clock runs so many milliseconds ahead. */
  setClockSkew(ms: number): void;
  goDown(): Promise<void>;
  comeUp(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a stand-in for a tenant of Qlik Cloud on loopback, empty but for an API key and an OAuth client. */
export async function startCloudTenant(options: CloudTenantOptions = {}): Promise<CloudTenant> {
  const { tenantId = 'tenantid000000000000000000000001', hostName = 'tenant.eu.qlikcloud.com', folder } = options;
  const switches = { ...defaultCloudSwitches, ...options.switches };
  const state = createTenantState({ tenantId, hostName, switches, folder });
  const sender = createWebhookSender(state, options.webhookCaPem);
  const credentials = createCredentials(state);
  const faults = createFaultBoard();
  const { port, https } = options;
  const handle = createHandler(state, sender, credentials);
  const server = await startWebServer({ port, https, folder, faults, handle });
  state.url = server.url;
  return {
    url: server.url,
    port: server.port,
    tenantId,
    hostName,
    caPem: server.caPem,
    apiKey: credentials.createApiKey({ name: 'first-key', isTenantAdmin: true }),
    oauthClient: credentials.createOAuthClient({ name: 'first-client', isTenantAdmin: true }),
    switches,
    faults: { ...faults, add: (rule) => faults.add({ ...rule, effect: effectOf(rule.effect) }) },
    deliveryFaults: sender.faults,
    actAs: createTenantHands(state, sender, credentials),
    ...viewsOf(state),
    requests: () => server.requests.all(),
    waitForRequest: (predicate, timeoutMs) => server.requests.waitFor(predicate, timeoutMs),
    deliveriesIdle: () => sender.idle(),
    goDown: () => server.goDown(),
    comeUp: () => server.comeUp(),
    async close() {
      sender.close();
      await server.close();
      await sender.idle();
    },
  };
}

type Views = Pick<CloudTenant, 'events' | 'waitForEvent' | 'reload' | 'webhook' | 'deliveries' | 'setClockSkew'>;

function viewsOf(state: TenantState): Views {
  return {
    events: () => state.events.all(),
    waitForEvent: (predicate, timeoutMs) => state.events.waitFor(predicate, timeoutMs),
    reload: (id) => state.reloads.get(id),
    webhook: (id) => state.webhooks.get(id),
    deliveries: (id) => state.deliveries.filter(({ webhookId }) => id === undefined || id === webhookId),
    setClockSkew(ms) {
      state.clock.skewMs = ms;
    },
  };
}

function createHandler(state: TenantState, sender: WebhookSender, credentials: Credentials) {
  const router: Router<CloudRoute> = createRouter([...reloadRoutes, ...appRoutes, ...webhookRoutes]);
  const limits = createRateWindow();
  return async (request: WebRequest): Promise<WebReply> => {
    const named: Pick<WebReply, 'route' | 'by'> = {};
    try {
      if (request.method === 'POST' && request.segments.join('/') === 'oauth/token') {
        named.route = 'POST /oauth/token';
        return { status: 200, json: credentials.giveToken(request), ...named };
      }
      const caller = credentials.callerOf(request);
      named.by = caller.name;
      const routed = router(request.method, request.segments);
      if (routed === undefined) throw notFound('the resource');
      const { route, params } = routed;
      named.route = `${route.method} ${route.path}`;
      const { tier1PerWindow, tier2PerWindow, rateWindowMs } = state.switches;
      const most = route.tier === 1 ? tier1PerWindow : tier2PerWindow;
      const waitSeconds = limits.take(`${caller.name} ${route.tier}`, most, rateWindowMs);
      if (waitSeconds !== undefined) return { ...tooMany(waitSeconds), ...named };
      const reply = await route.handle({ state, sender, credentials, caller, request, params });
      return { ...reply, ...named };
    } catch (error) {
      if (error instanceof CloudRefusal) return { ...refusalReply(error), ...named };
      const refusal = new CloudRefusal(500, 'Internal server error', error instanceof Error ? error.message : '');
      return { ...refusalReply(refusal), ...named };
    }
  };
}

function effectOf(effect: CloudFaultEffect): FaultEffect {
  if (effect.type === 'too-many') return { type: 'status', ...tooMany(effect.retryAfterSeconds) };
  if (effect.type !== 'empty-list') return effect;
  return { type: 'status', status: 200, json: { data: [], links: { self: { href: '' } } } };
}
