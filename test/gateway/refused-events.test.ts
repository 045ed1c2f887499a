import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { linesOf } from '../starter/waybill-process.ts';
import { ACCEPT_5, type FakeBroker, puback, startFakeBroker } from './fake-broker.ts';
import { TENANT, event } from './make-gateway.ts';
import { connected, killServices, post, type Service, startService } from './service-process.ts';

const NOT_AUTHORIZED = 0x87;
const TOPIC = `qscloud/app/reload/${TENANT}`;

let folder: string;
let broker: FakeBroker;
let hasRight: boolean;
/** When each try came. */
let triesAtMs: number[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-refused-events-'));
  hasRight = false;
  triesAtMs = [];
  broker = await startFakeBroker({
    onConnect: () => ACCEPT_5,
    onPublish: (_, id) => {
      triesAtMs.push(performance.now());
      return puback(id, hasRight ? 0 : NOT_AUTHORIZED);
    },
  });
});
afterEach(async () => {
  await killServices();
  broker.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(withSpool: boolean): Promise<Service> {
  const change = (yaml: Record<string, unknown>): void => void (yaml['spool'] = { folder: 'spool' });
  const service = await startService({ folder, brokerUrl: broker.url, ...(withSpool && { change }) });
  await connected(service);
  return service;
}

/** The lines of the log about what the broker confirms, in their order. */
function toldBy(service: Service): unknown[] {
  return linesOf(service.output())
    .filter(({ msg }) => /confirm/.test(String(msg)))
    .map(({ msg, topic }) => [msg, topic]);
}

const TOLD_ONCE = [
  ['the broker did not confirm an event', TOPIC],
  ['the broker confirms events again', TOPIC],
];

it('tells of a broker that refuses events for now once, and once that it is over, and asks it less and less', async () => {
  const service = await start(true);
  expect(await post(service)).toBe(202);
  await waitFor('some tries', () => triesAtMs.length >= 5);
  // What comes meanwhile waits behind the first, and hastens nothing.
  expect(await post(service, event({ id: 'second' }))).toBe(202);
  const refused = triesAtMs.length;

  hasRight = true;
  await waitFor('the end of it to be told', () => service.output().includes('all events of the spool were published'));

  expect(toldBy(service)).toEqual(TOLD_ONCE);
  expect(service.output()).toContain('Not authorized');
  // The first try is that of the event itself; timers are late at times, and never early.
  const pausesMs = triesAtMs.slice(1, refused + 1).map((atMs, nth) => atMs - triesAtMs[nth]!);
  for (const [nth, atLeastMs] of [250, 250, 500, 1000, 2000].entries())
    expect(pausesMs[nth]).toBeGreaterThan(atLeastMs - 20);
});

it('tells it once without a spool too, where each event is refused', async () => {
  const service = await start(false);
  for (let nth = 0; nth < 3; nth += 1) expect(await post(service)).toBe(503);
  hasRight = true;
  for (let nth = 0; nth < 2; nth += 1) expect(await post(service)).toBe(200);
  await waitFor('the end of it to be told', () => service.output().includes('confirms events again'));

  expect(toldBy(service)).toEqual(TOLD_ONCE);
});

it('tells one topic from another, as the right to one is missing at times', async () => {
  broker.close();
  broker = await startFakeBroker({
    onConnect: () => ACCEPT_5,
    // Each event goes to the topic and then to that of the legacy shape.
    onPublish: (nth, id) => puback(id, nth % 2 === 0 ? 0 : NOT_AUTHORIZED),
  });
  const legacyTopic = 'qscloud/legacy';
  const service = await startService({
    folder,
    brokerUrl: broker.url,
    change: (yaml) => (yaml['tenants'][0].legacyTopic = legacyTopic),
  });
  await connected(service);
  for (let nth = 0; nth < 3; nth += 1) expect(await post(service)).toBe(503);

  expect(broker.published()).toBe(6);
  expect(toldBy(service)).toEqual([['the broker did not confirm an event', `${legacyTopic}/${TENANT}`]]);
});
