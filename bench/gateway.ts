import { createHmac, randomBytes } from 'node:crypto';
import mqtt from 'mqtt';
import { Agent } from 'undici';
import { startMosquitto } from '../test/harness/mosquitto.ts';
import { figure, type Report } from './figure.ts';
import { type BenchChild, startChild } from './processes/start-child.ts';
import { median, quantile } from './statistics.ts';

const CONNECTIONS = 50;
const SECONDS = 3;
const WARM_UP_PAIRS = 1;
const PAIRS = 11;
const TENANT = 'bench';
const TOPIC = `qscloud/app/reload/${TENANT}`;
/** The gateway has to take at least 0.6 of what the bare server takes. */
const BAR = 1 / 0.6;
const TOLERANCE = 0.1;

interface Half {
  readonly aSecond: number;
  readonly p99Ms: number;
  readonly refused: number;
  /** Of the server's process, for one request. */
  readonly cpuMs: number;
}

/** Signed events at 50 connections, against a bare server that passes the same bytes on; interleaved pairs. */
export async function gateway(): Promise<Report> {
  // Its default of 20 would be a bar for the gateway alone: the bare server speaks MQTT 3.1.1, which knows no such limit.
  const broker = await startMosquitto({
    lines: ['allow_anonymous true', `max_inflight_messages ${2 * CONNECTIONS}`],
  });
  const reader = await mqtt.connectAsync(broker.url);
  let received = 0;
  reader.on('message', () => (received += 1));
  await reader.subscribeAsync(TOPIC, { qos: 0 });
  const secret = randomBytes(24).toString('hex');
  const children: BenchChild<string>[] = [];
  try {
    const ours = await startChild<string>('gateway', { brokerUrl: broker.url, tenant: TENANT, secret });
    const bare = await startChild<string>('bare-webhook', { brokerUrl: broker.url, topic: TOPIC });
    children.push(ours, bare);
    await untilItTakes(ours.ready, secret);
    const pairs: { ours: Half; bare: Half }[] = [];
    for (let nth = -WARM_UP_PAIRS; nth < PAIRS; nth += 1) {
      // Each comes first as often as the other.
      const first = nth % 2 === 0 ? await load(bare, secret) : undefined;
      const half = await load(ours, secret);
      if (nth >= 0) pairs.push({ ours: half, bare: first ?? (await load(bare, secret)) });
    }
    return reportOf(pairs, received);
  } finally {
    for (const child of children) await child.stop();
    await reader.endAsync(true);
    await broker.close();
  }
}

/** As many requests as are answered one after another on each connection. */
async function load(child: BenchChild<string>, secret: string): Promise<Half> {
  const before = await child.usage();
  const agent = new Agent({ connections: CONNECTIONS });
  const waitedMs: number[] = [];
  let refused = 0;
  const beganMs = performance.now();
  const endMs = beganMs + SECONDS * 1000;
  const one = async (nth: number): Promise<void> => {
    for (let count = 0; performance.now() < endMs; count += 1) {
      const sentMs = performance.now();
      if ((await post(agent, child.ready, secret, `${nth}-${count}`)) !== 200) refused += 1;
      waitedMs.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, nth) => one(nth)));
  const tookMs = performance.now() - beganMs;
  await agent.close();
  const cpuMs = ((await child.usage()).cpuMs - before.cpuMs) / waitedMs.length;
  return { aSecond: (waitedMs.length * 1000) / tookMs, p99Ms: quantile(waitedMs, 0.99), refused, cpuMs };
}

async function post(agent: Agent, address: string, secret: string, id: string): Promise<number> {
  const body = eventOf(id);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Qlik Webhook',
    'qlik-signature': createHmac('sha256', secret).update(body).digest('hex'),
  };
  const { origin, pathname: path } = new URL(address);
  const reply = await agent.request({ origin, path, method: 'POST', headers, body });
  await reply.body.dump();
  return reply.statusCode;
}

async function untilItTakes(address: string, secret: string): Promise<void> {
  const agent = new Agent();
  while ((await post(agent, address, secret, 'first')) !== 200);
  await agent.close();
}

/** Of the size that Qlik Cloud sends. */
function eventOf(id: string): string {
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: 'com.qlik/reloads',
    type: 'com.qlik.v1.reload.finished',
    time: '2026-11-01T07:06:22Z',
    datacontenttype: 'application/json',
    tenantid: TENANT,
    userid: 'userid00000000000000000001',
    ownerid: 'ownerid0000000000000001',
    spaceid: 'spaceid000000000000000001',
    toplevelresourceid: '2933711d-6638-41d4-a2d2-6dd2d965208b',
    data: {
      id: '6a849f7f18ec290e6ceb025d',
      type: 'chronos',
      appId: '2933711d-6638-41d4-a2d2-6dd2d965208b',
      status: 'FAILED',
      errorCode: 'EngineConnectionError',
      errorMessage: 'failed to complete reload: unexpected EOF',
      durationSeconds: 72,
      succeeded: false,
    },
  });
}

function reportOf(pairs: readonly { ours: Half; bare: Half }[], received: number): Report {
  const of = (which: 'ours' | 'bare', what: keyof Half): number[] => pairs.map((pair) => pair[which][what]);
  const ratios = pairs.map(({ ours, bare }) => bare.aSecond / ours.aSecond);
  const refused = [...of('ours', 'refused'), ...of('bare', 'refused')].reduce((sum, count) => sum + count, 0);
  return {
    scenario: 'gateway',
    settings: { connections: CONNECTIONS, seconds: SECONDS, pairs: pairs.length },
    figures: [
      figure('bare server', median(of('bare', 'aSecond')), 'requests a second'),
      figure('gateway', median(of('ours', 'aSecond')), 'requests a second'),
      figure('bare server by gateway, median of the pairs', median(ratios), '×', { bar: BAR, tolerance: TOLERANCE }),
      figure('answer p99, bare server', median(of('bare', 'p99Ms')), 'ms'),
      figure('answer p99, gateway', median(of('ours', 'p99Ms')), 'ms'),
      figure('processor time a request, bare server', median(of('bare', 'cpuMs')), 'ms'),
      figure('processor time a request, gateway', median(of('ours', 'cpuMs')), 'ms'),
      figure('not answered with 200', refused, 'requests', { bar: 0 }),
      figure('messages that a reader got', received, 'messages'),
    ],
    notes: [`gateway by bare server: ${ratios.map((ratio) => (1 / ratio).toFixed(2)).join(', ')}`],
  };
}
