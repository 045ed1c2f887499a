import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { tcpProxy } from '../harness/tcp-proxy.ts';
import { testTemporalAddress } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { Yaml } from '../harness/world.ts';
import { publishApproved, type SmallWorld, smallWorld } from './small-world.ts';
import {
  endAll,
  freePorts,
  linesOf,
  listens,
  oldNode,
  waybill,
  waybillOnce,
  type WaybillProcess,
} from './waybill-process.ts';

// A start takes a second or two, and many times that on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 200_000 });

let world: SmallWorld | undefined;
let listenerPort: number;

beforeAll(async () => {
  [listenerPort] = (await freePorts(1)) as [number];
});

afterEach(async () => {
  endAll();
  await world?.close();
});

/** A world on the Temporal service of the test run, or one at `address`. */
async function worldOn(address: string, settings: Yaml = {}): Promise<SmallWorld> {
  const suffix = `-${randomBytes(3).toString('hex')}`;
  const temporal = { address, taskQueue: `waybill${suffix}`, uiUrl: 'http://temporal.example' };
  world = await smallWorld({ temporal, listener: { port: listenerPort }, ...settings }, suffix);
  return world;
}

describe('waybill worker and waybill listener', () => {
  it('promote together as processes of their own, whichever is first, and each ends alone', async () => {
    const { configFile, source, target } = await worldOn(testTemporalAddress());
    const listener = waybill(['listener', '--config', configFile]);
    await listener.says('The listener is running.');
    const worker = waybill(['worker', '--config', configFile, '--log-level', 'warn']);
    await worker.says('The worker is running.');
    await waitFor('the site to call back', () => source.subscriptions().length > 0);

    publishApproved(world!, 'Shared');
    await waitFor('the promotion', () => target.apps().some(({ name, stream }) => name === 'Shared' && stream));

    expect(listener.stdout()).toContain(`Listener  http://127.0.0.1:${listenerPort}`);
    expect(worker.stdout()).toContain(`Serving   ${source.alias}, ${target.alias}`);
    expect(linesOf(worker.stderr()).filter(({ level }) => level === 'info')).toEqual([]);
    expect(await listener.stop('SIGTERM')).toBe(0);
    expect(await worker.stop('SIGINT')).toBe(0);
  });

  it('wait for a Temporal that is not there yet; a stop meanwhile is no failure', async () => {
    const closed = await tcpProxy(testTemporalAddress());
    closed.cut();
    const { configFile } = await worldOn(closed.address);
    const start = (): WaybillProcess => waybill(['worker', '--config', configFile]);
    const [impatient, worker] = [start(), start()];
    await Promise.all([impatient, worker].map((one) => one.logged('The Temporal service at')));

    expect(await impatient.stop()).toBe(0);

    const open = await tcpProxy(testTemporalAddress(), Number(closed.address.split(':')[1]));
    await worker.says('The worker is running.');
    expect(await worker.stop()).toBe(0);
    open.cut();
  });
});

describe('waybill up on a Temporal service that is there', () => {
  it('starts no server, and without callbacks no listener, and promotes by the sweep', async () => {
    const { configFile, source, target } = await worldOn(testTemporalAddress());
    const polled = await pollOnly(configFile);
    const up = waybill(['up', '--config', polled]);
    await up.says('Waybill is running.');
    await up.logged('first start at this site');

    publishApproved(world!, 'Swept');
    await waitFor('the promotion', () => target.apps().some(({ name, stream }) => name === 'Swept' && stream));

    expect(up.stdout()).toContain(`Watching  ${source.alias} (localhost): a look every 300ms; to ${target.alias}`);
    expect(up.stdout()).toContain('Listener  none: every source has watch: poll');
    expect(up.stdout()).toContain(`Temporal  ${testTemporalAddress()}\n            web page: http://temporal.example`);
    expect(source.subscriptions()).toEqual([]);
    expect(await up.stop()).toBe(0);
  });
});

describe('waybill listener', () => {
  it.skipIf(oldNode() === undefined)(
    'ends in order when the old Node that handed over is stopped, or is gone',
    async () => {
      const { configFile } = await worldOn('127.0.0.1:1');
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const listener = waybill(['listener', '--config', configFile], { node: oldNode() });
        await listener.says('The listener is running.');

        listener.child.kill(signal);

        await waitFor('the port to be free', async () => !(await listens(listenerPort)));
        expect(await listener.ended).toBe(signal === 'SIGTERM' ? 0 : undefined);
      }
    },
  );

  it('says that there is nothing to listen for when every source is polled, and ends', async () => {
    const { configFile } = await worldOn('127.0.0.1:1');

    const { exitCode, stdout } = await waybillOnce(['listener', '--config', await pollOnly(configFile)]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('There is nothing to listen for.');
  });

  it('ends with 2 and names the file when its certificate cannot be used', async () => {
    const tls = { certificate: 'waybill.yaml', key: 'none.pem' };
    const { configFile } = await worldOn('127.0.0.1:1', { listener: { port: listenerPort, tls } });

    const { exitCode, stderr } = await waybillOnce(['listener', '--config', configFile]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/cannot use the file .*none\.pem \(listener\.tls\): ENOENT/);
    expect(stderr).toContain('Code: WAYBILL_LISTENER_CERTIFICATE_UNUSABLE');
  });
});

/** A second configuration file of the same world, in which the source is polled. */
async function pollOnly(configFile: string): Promise<string> {
  const text = await readFile(configFile, 'utf8');
  const file = configFile.replace(/\.yaml$/, '-poll.yaml');
  await writeFile(file, text.replace(/^ {2}(dev-\w+): \{\}$/m, '  $1: { watch: poll, sweep: 300ms }'));
  return file;
}
