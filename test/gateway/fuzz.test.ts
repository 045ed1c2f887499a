import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { findMosquitto, startMosquitto } from '../harness/mosquitto.ts';
import { waitFor } from '../harness/wait-for.ts';
import { CANARY, stories, toWire } from './fuzz-requests.ts';
import { exchange } from './fuzz-wire.ts';
import { event } from './make-gateway.ts';
import { connected, killServices, post, type Service, startService } from './service-process.ts';

/** Until what is made once has been made. */
const WARM_UP = 6000;
const REQUESTS = 20_000;
const AT_ONCE = 16;
/** A kilobyte kept of each request would be more. */
const MOST_GROWTH_BYTES = 8 * 1024 * 1024;
/** Resident memory goes up and down with the collector and malloc; this is what a small machine has for a gateway. */
const MOST_RESIDENT_BYTES = 512 * 1024 * 1024;
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

/** What was sent, and what came of it. */
class Fuzz {
  readonly statuses: Record<string, number> = {};
  readonly signed = new Set<string>();
  sent = 0;
  #seed = SEED;
  #stories: Story[] = [];
  readonly #port: number;

  constructor({ url }: Service) {
    this.#port = Number(new URL(url).port);
  }

  /** Sends at least so many requests more. */
  async send(requests: number): Promise<void> {
    const enough = this.sent + requests;
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#sendUntil(enough)));
  }

  async #sendUntil(enough: number): Promise<void> {
    while (this.sent < enough) {
      const { requests, ...how } = this.#next();
      const wire = requests.map((request, nth) => toWire(request, (this.sent += 1), nth === requests.length - 1));
      for (const { isSigned, plain } of wire) if (isSigned) this.signed.add(plain.toString('latin1'));
      const bytes = Buffer.concat(wire.map((one) => one.bytes));
      for (const status of await exchange({ ...how, bytes, port: this.#port }))
        this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    }
  }

  report(): object {
    return { sent: this.sent, statuses: this.statuses };
  }

  #next(): Story {
    if (this.#stories.length === 0) this.#stories = fc.sample(stories, { numRuns: 100, seed: (this.#seed += 1) });
    return this.#stories.pop() as Story;
  }
}

type Story = typeof stories extends fc.Arbitrary<infer T> ? T : never;

// Where Mosquitto is not installed nothing of this can be shown; `.ci/run` installs it.
it.skipIf(!findMosquitto())(
  '20,000 generated requests crash nothing, fill no memory, and publish nothing that is not signed',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'waybill-fuzz-'));
    const broker = await startMosquitto();
    const reader = await mqtt.connectAsync(broker.url, { clientId: 'reader' });
    const published: string[] = [];
    reader.on('message', (_, body) => published.push(body.toString('latin1')));
    await reader.subscribeAsync('#', { qos: 1 });
    try {
      const program = path.join(import.meta.dirname, 'gateway-in-child.ts');
      const service = await startService({ folder, brokerUrl: broker.url, program });
      await connected(service);
      const fuzz = new Fuzz(service);
      await fuzz.send(WARM_UP);
      const warm = await service.memory();
      await fuzz.send(REQUESTS);
      const { keptBytes, peakBytes } = await service.memory();
      const growthBytes = keptBytes - warm.keptBytes;
      if (process.env['FUZZ_SEED'])
        process.stdout.write(`${JSON.stringify({ ...fuzz.report(), keptBytes, growthBytes, peakBytes })}\n`);

      expect(service.isAlive()).toBe(true);
      expect(await post(service, event({ id: 'the last' }))).toBe(200);
      await waitFor('the last one to be received', () => published.at(-1) === event({ id: 'the last' }));
      const { statuses, signed } = fuzz;
      expect(published.slice(0, -1).filter((body) => !signed.has(body))).toEqual([]);
      expect(published.length).toBeGreaterThan(statuses['200'] ?? 0);
      // What is generated reaches every answer, 431 for headers without end among them.
      for (const status of ['200', '400', '401', '404', '405', '413', '431'])
        expect(statuses[status] ?? 0, `answers with ${status}`).toBeGreaterThan(20);
      expect(Object.keys(statuses).filter((status) => status.startsWith('5') && status !== '503')).toEqual([]);
      expect(growthBytes).toBeLessThanOrEqual(MOST_GROWTH_BYTES);
      expect(peakBytes).toBeLessThanOrEqual(MOST_RESIDENT_BYTES);
      expect(service.output()).not.toContain(CANARY);
    } finally {
      await killServices();
      await reader.endAsync(true);
      await broker.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  300_000,
);
