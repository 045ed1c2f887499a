import { Agent, request } from 'undici';

/** A change as a site's event log tells it; `atMs` is the site's clock, that of this machine. */
export interface SiteEvent {
  readonly seq: number;
  readonly atUtc: string;
  readonly by: string;
  readonly action: string;
  readonly id: string;
  readonly name: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A request as a site saw it. */
export interface SiteRequest {
  readonly atUtc: string;
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** The hands of people on the sandbox's sites, and a look at what the sites saw. */
export interface Qmc {
  act<T = unknown>(site: string, action: string, input?: object): Promise<T>;
  events(site: string, afterSeq?: number): Promise<readonly SiteEvent[]>;
  requests(site: string): Promise<{ counts: Record<string, number>; requests: readonly SiteRequest[] }>;
}

/** Speaks to the control server of a sandbox in another process. */
export function connectQmc(control: string): Qmc {
  const dispatcher = new Agent({ connections: 4 });
  const call = async (path: string, body?: object): Promise<unknown> => {
    const method = body ? 'POST' : 'GET';
    const reply = await request(`${control}${path}`, { method, dispatcher, body: body && JSON.stringify(body) });
    const json = await reply.body.json();
    if (reply.statusCode !== 200) throw new Error(`${path} ${JSON.stringify(body)}: ${JSON.stringify(json)}`);
    return json;
  };
  return {
    async act<T>(site: string, action: string, input: object = {}) {
      return ((await call('/act', { site, action, ...input })) as { result: T }).result;
    },
    events: (site, afterSeq = 0) => call(`/events?site=${site}&after=${afterSeq}`) as Promise<readonly SiteEvent[]>,
    requests: (site) => call(`/requests?site=${site}`) as ReturnType<Qmc['requests']>,
  };
}
