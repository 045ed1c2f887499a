import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { publishApproved, type SmallWorld, smallWorld } from './small-world.ts';
import { endAll, freePorts, listens, waybill, waybillOnce } from './waybill-process.ts';

// A start takes a second or two, and many times that on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 200_000 });

let world: SmallWorld;
let ports: number[];

beforeAll(async () => {
  ports = await freePorts(3);
  const [port, uiPort, listenerPort] = ports;
  world = await smallWorld({ temporal: { devServer: { port, uiPort } }, listener: { port: listenerPort } });
});

afterEach(async () => {
  endAll();
  await waitFor('the ports to be free', nothingListens);
});

afterAll(() => world?.close());

const nothingListens = async (): Promise<boolean> => (await Promise.all(ports.map(listens))).every((isOpen) => !isOpen);

const isPromoted = (name: string): boolean =>
  world.target.apps().some((app) => app.name === name && app['stream'] !== null);

describe('waybill up', () => {
  it('promotes what a callback told, tells where everything is, survives its Temporal server, and ends without a trace', {
    timeout: 200_000,
  }, async () => {
    const up = waybill(['up', '--config', world.configFile]);
    await up.says('Waybill is running.');
    const serves = await up.logged('Temporal serves');
    const { url } = await up.logged('The listener takes callbacks');
    await waitFor('the site to call back', () => world.source.subscriptions().length > 0);

    publishApproved(world, 'By callback');
    await waitFor('the promotion', () => isPromoted('By callback'));
    expect(world.source.deliveryCounts).toMatchObject({ failed: 0 });

    expect(up.stdout()).toContain(`Watching  dev (localhost): callbacks, and a sweep every 5m; to test`);
    expect(up.stdout()).toContain(`Listener  ${String(url)}`);
    expect(up.stdout()).toContain(`dev will call back at ${String(url)}`);
    expect(up.stdout()).toContain(
      `Temporal  127.0.0.1:${ports[0]}\n            web page: http://127.0.0.1:${ports[1]}`,
    );
    expect(up.stdout()).toMatch(/Ledger {4}.*ledger\.sqlite/);
    expect(up.stdout()).toMatch(/Log {7}.*waybill-up\.\*\.log/);

    process.kill(Number(serves['pid']), 'SIGKILL');
    await up.logged('The Temporal server ended by itself');
    await waitFor('Temporal to be back', async () => (await fetch(`${String(url)}/health/ready`)).ok);
    publishApproved(world, 'After the fall');
    await waitFor('the next promotion', () => isPromoted('After the fall'), 100_000);

    expect(await up.stop('SIGINT')).toBe(0);
    expect(await nothingListens()).toBe(true);
    const logs = await world.logs();
    for (const { url: callback } of world.source.subscriptions()) expect(logs).not.toContain(callback.split('/')[5]);
  });

  it('ends at once at the second Ctrl-C, its Temporal server too, when the first one has work to wait for', async () => {
    const up = waybill(['up', '--config', world.configFile]);
    await up.says('Waybill is running.');
    const rule = world.source.faults.add({ path: '/qrs/app/full', effect: { type: 'hang' }, times: 0 });
    const app = world.source.actAs.createApp({ name: 'Slow', owner: 'COMPANY\\rep' });
    world.source.actAs.publish(app, 'Sales');
    await waitFor('a read that hangs', () => world.source.faults.all().some(({ struck }) => struck > 0));

    up.child.kill('SIGTERM');
    await up.logged('Ending');
    await new Promise((resolve) => setTimeout(resolve, 700));
    const isWaiting = up.child.exitCode === null;
    const exitCode = await up.stop('SIGTERM');

    expect([isWaiting, exitCode]).toEqual([true, 1]);
    world.source.faults.clear(rule);
  });

  it('says which port is taken, ends with 1, and leaves nothing behind', async () => {
    const blocker = createServer().listen(ports[0], '127.0.0.1');

    const { exitCode, stderr } = await waybillOnce(['up', '--config', world.configFile]);
    blocker.close();

    expect(exitCode).toBe(1);
    expect(stderr).toContain(`waybill: Waybill cannot listen on 127.0.0.1:${ports[0]} (temporal.devServer.port)`);
    expect(stderr).toMatch(/Code: WAYBILL_TEMPORAL_PORT_IN_USE\n {2}What to do: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
