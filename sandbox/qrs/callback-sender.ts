import http from 'node:http';
import https from 'node:https';
import type { SiteState } from './site-state.ts';
import { wait } from './wait.ts';

/** What goes wrong with callbacks. Change it while the site runs. */
export interface DeliveryFaults {
  /** The next so many changes are never sent. */
  dropNext: number;
  /** The share of changes that are never sent, 0 to 1. */
  dropRate: number;
  /** How often each change is sent. 1: once. */
  copies: number;
  /** What waits is sent in another order. */
  shuffle: boolean;
  /** Most changes in one array, above the switch `batchMaxEvents`; 0: the switch alone. */
  batchUpTo: number;
  delayMs: number;
}

/** What became of callbacks so far. */
export interface DeliveryCounts {
  sent: number;
  failed: number;
  dropped: number;
  /** Changes that were sent again although once would do. */
  doubled: number;
  /** Times that what waited was put into another order. */
  shuffled: number;
  /** Requests, each with one array. */
  calls: number;
}

/** Sends changes to callback URLs, in order, one call at a time for each URL. */
export interface CallbackSender {
  send(url: string, change: Record<string, unknown>): void;
  /** Forgets what waits. */
  drop(): void;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
  faults: DeliveryFaults;
  counts: DeliveryCounts;
  close(): void;
}

interface Line {
  url: URL;
  waiting: Record<string, unknown>[];
  isBusy: boolean;
}

/** The delivery faults of a healthy site. */
export function noDeliveryFaults(): DeliveryFaults {
  return { dropNext: 0, dropRate: 0, copies: 1, shuffle: false, batchUpTo: 0, delayMs: 0 };
}

/** A failed call is not repeated unless the switch `callbackRetries` says so: at most once. */
export function createCallbackSender(site: SiteState, rootPem: string): CallbackSender {
  const lines = new Map<string, Line>();
  const faults = noDeliveryFaults();
  const counts: DeliveryCounts = { sent: 0, failed: 0, dropped: 0, doubled: 0, shuffled: 0, calls: 0 };
  const agents = {
    http: new http.Agent({ keepAlive: true }),
    https: new https.Agent({ keepAlive: true, ca: rootPem }),
  };
  let whenIdle: (() => void)[] = [];
  const state = { isClosed: false };

  const isIdle = (): boolean => [...lines.values()].every((line) => !line.isBusy);
  const work = async (line: Line): Promise<void> => {
    line.isBusy = true;
    while (line.waiting.length > 0 && !state.isClosed) {
      await wait(site.switches.batchWindowMs + faults.delayMs);
      if (faults.shuffle && line.waiting.length > 1) {
        shuffle(site, line.waiting);
        counts.shuffled += 1;
      }
      const most = Math.max(1, site.switches.batchMaxEvents, faults.batchUpTo);
      const batch = line.waiting.splice(0, most);
      if (batch.length === 0) continue;
      counts.calls += 1;
      const isTaken = await post(site, agents, line.url, batch);
      counts[isTaken ? 'sent' : 'failed'] += batch.length;
    }
    line.isBusy = false;
    if (!isIdle()) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  };

  return {
    faults,
    counts,
    send(url, change) {
      if (faults.dropNext > 0 || (faults.dropRate > 0 && site.random.next() < faults.dropRate)) {
        faults.dropNext = Math.max(0, faults.dropNext - 1);
        counts.dropped += 1;
        return;
      }
      const line = lines.get(url) ?? { url: new URL(url), waiting: [], isBusy: false };
      lines.set(url, line);
      counts.doubled += Math.max(0, faults.copies - 1);
      for (let copy = 0; copy < faults.copies; copy += 1) line.waiting.push(change);
      if (!line.isBusy) void work(line);
    },
    drop() {
      for (const line of lines.values()) line.waiting.length = 0;
    },
    idle: () => (isIdle() ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    close() {
      state.isClosed = true;
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

async function post(
  site: SiteState,
  agents: { http: http.Agent; https: https.Agent },
  url: URL,
  batch: readonly Record<string, unknown>[],
): Promise<boolean> {
  const body = Buffer.from(JSON.stringify(batch));
  for (let attempt = 0; attempt <= site.switches.callbackRetries; attempt += 1) {
    if (attempt > 0) await wait(100 * attempt);
    if (await postOnce(site, agents, url, body)) return true;
  }
  return false;
}

function postOnce(
  site: SiteState,
  agents: { http: http.Agent; https: https.Agent },
  url: URL,
  body: Buffer,
): Promise<boolean> {
  const isTls = url.protocol === 'https:';
  return new Promise((resolve) => {
    const request = (isTls ? https : http).request(url, {
      method: 'POST',
      agent: isTls ? agents.https : agents.http,
      headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length },
      timeout: site.switches.callbackTimeoutMs,
    });
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve((response.statusCode ?? 500) < 300));
      response.on('error', () => resolve(false));
    });
    request.on('timeout', () => request.destroy(new Error('the listener did not answer')));
    request.on('error', () => resolve(false));
    request.end(body);
  });
}

function shuffle(site: SiteState, items: unknown[]): void {
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = site.random.integer(at + 1);
    [items[at], items[other]] = [items[other], items[at]];
  }
}
