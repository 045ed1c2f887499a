import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { approve, endedPromotion } from '../harness/acts.ts';
import { publishedApp, quiet, stuckDelivery } from '../harness/scenes.ts';
import { startWorld, type WorkerWorld } from '../harness/world.ts';
import { usablePort } from '../../temporal/server-ports.ts';

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}

describe('GET /metrics of a worker', () => {
  let world: WorkerWorld;
  let port: number;

  beforeAll(async () => {
    port = await usablePort('127.0.0.1', 0, 'test');
    world = await startWorld({
      targets: ['test'],
      change: (yaml) => Object.assign(yaml['worker'], { healthPort: port }),
    });
  });

  afterAll(async () => {
    await world?.close();
  });

  async function scrape(): Promise<{ type: string; text: string; value(name: string, labels?: object): number }> {
    const reply = await fetch(`http://127.0.0.1:${port}/metrics`);
    const text = await reply.text();
    const value = (name: string, labels: object = {}): number => {
      const wanted = Object.entries(labels).map(([label, content]) => `${label}="${content}"`);
      const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      const found = lines.filter((line) => wanted.every((one) => line.includes(one)));
      return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
    };
    return { type: reply.headers.get('content-type') ?? '', text, value };
  }

  it('shows what waits, is stuck and is paused, and what the steps did', async () => {
    const [dev, test] = [world.alias('dev'), world.alias('test')];
    await quiet(world, publishedApp(world, 'Waits'));
    const done = publishedApp(world, 'Done');
    approve(world, done, { test: 'Duplicate' }, ['Sales']);
    await endedPromotion(world, done);
    world.site('test').faults.add({ path: '/app/upload', effect: { type: 'status', status: 403 }, times: 0 });
    const stuck = publishedApp(world, 'Stuck');
    approve(world, stuck, { test: 'Duplicate' }, ['Sales']);
    await stuckDelivery(world, stuck, 'test');
    await world.ledger.pauseSite({ site: test, why: 'x', by: { account: 'x', door: 'cli', asserted: true } });

    const { type, text, value } = await scrape();

    expect(type).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(value('waybill_awaiting_decision', { site: dev })).toBe(1);
    expect(value('waybill_awaiting_decision_oldest_timestamp_seconds', { site: dev })).toBeGreaterThan(1e9);
    expect(value('waybill_deliveries_stuck', { target: test, code: 'WAYBILL_QRS_FORBIDDEN' })).toBe(1);
    expect(value('waybill_deliveries_open', { target: test })).toBe(1);
    expect(value('waybill_site_paused', { site: test })).toBe(1);
    expect(value('waybill_site_sweeps', { site: dev })).toBeGreaterThan(0);
    expect(
      value('waybill_certificate_expiry_timestamp_seconds', { site: test, certificate: 'client' }),
    ).toBeGreaterThan(Date.now() / 1000);
    expect(value('waybill_activity_attempts_total', { activity: 'exportApp', outcome: 'completed' })).toBe(2);
    expect(value('waybill_activity_duration_seconds_count', { activity: 'uploadStaging', site: test })).toBeGreaterThan(
      1,
    );
    expect(value('waybill_transferred_bytes_total', { activity: 'exportApp', site: dev })).toBeGreaterThan(2000);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    for (const secret of ['Waits', 'Done', 'Stuck', 'COMPANY', world.folder]) expect(text).not.toContain(secret);
  });

  it('has every metric that the rules in deploy/prometheus ask for', async () => {
    const file = new URL('../../deploy/prometheus/waybill-rules.yml', import.meta.url);
    const { groups } = parse(readFileSync(file, 'utf8')) as Rules;
    const { text } = await scrape();
    const rules = groups.flatMap((group) => group.rules);
    const asked = rules.flatMap(({ expr }) => expr.match(/\bwaybill_\w+/g) ?? []);

    expect(rules.length).toBeGreaterThan(5);
    for (const name of asked) expect(text).toContain(`# TYPE ${name} `);
  });

  it('leaves out what a ledger that does not answer cannot tell', async () => {
    await world.ledger.close();
    const { value, text } = await scrape();

    expect(value('waybill_awaiting_decision')).toBe(0);
    expect(value('waybill_site_sweeps')).toBe(0);
    expect(text).toContain('waybill_activity_attempts_total{');
  });
});
