import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { DoctorReport } from '../../../starter/cli/doctor/report.ts';
import { testTemporalAddress } from '../../harness/temporal.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { Yaml } from '../../harness/world.ts';
import { publishApproved, type SmallWorld, smallWorld } from '../small-world.ts';
import { endAll, freePorts, waybill, waybillOnce } from '../waybill-process.ts';

// A start takes a second or two, and many times that on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 200_000 });

let world: SmallWorld | undefined;

afterEach(async () => {
  endAll();
  await world?.close();
});

async function findings(configFile: string) {
  const { stdout } = await waybillOnce(['doctor', '--only', 'process', '--json', '--config', configFile]);
  return (JSON.parse(stdout) as DoctorReport).findings;
}

async function change(configFile: string, how: (yaml: Yaml) => void): Promise<void> {
  const yaml = parse(await readFile(configFile, 'utf8')) as Yaml;
  how(yaml);
  await writeFile(configFile, stringify(yaml));
}

describe('processes of Waybill whose configuration changes', () => {
  it('each take over what concerns them, say what waits for which restart, and go on promoting', async () => {
    const suffix = `-${randomBytes(3).toString('hex')}`;
    const [port] = await freePorts(1);
    world = await smallWorld(
      {
        temporal: { address: testTemporalAddress(), taskQueue: `waybill${suffix}` },
        listener: { port },
        configuration: { checkEvery: '200ms' },
      },
      suffix,
    );
    const { configFile, source, target } = world;
    const worker = waybill(['worker', '--config', configFile]);
    await worker.says('The worker is running.');
    const listener = waybill(['listener', '--config', configFile]);
    await listener.says('The listener is running.');
    await waitFor('the site to call back', () => source.subscriptions().length > 0);

    await change(configFile, (yaml) => {
      yaml['locale'] = 'de';
      yaml['listener'].maxBody = '2MB';
    });

    expect(await worker.logged('Changed settings were taken over')).toMatchObject({
      changed: ['locale', 'listener.maxBody'],
    });
    expect(await listener.logged('Settings that wait for a restart of `waybill listener`')).toMatchObject({
      level: 'warn',
      waiting: ['listener.maxBody needs a restart, for the port is open'],
    });
    const found = await waitFor('both to be told of', async () => {
      const all = await findings(configFile);
      return all.length === 2 && all.some(({ verdict }) => verdict === 'look') ? all : undefined;
    });
    expect(found).toMatchObject([
      { subject: expect.stringContaining('waybill listener on '), verdict: 'look' },
      { subject: expect.stringContaining('waybill worker on '), verdict: 'ok' },
    ]);
    publishApproved(world, 'Afterwards');
    await waitFor('the promotion', () => target.apps().some(({ name, stream }) => name === 'Afterwards' && stream));
    expect(source.deliveryCounts).toMatchObject({ failed: 0 });

    expect(await listener.stop('SIGTERM')).toBe(0);
    expect(await worker.stop('SIGTERM')).toBe(0);
    expect(await findings(configFile)).toMatchObject([{ verdict: 'skipped', subject: 'processes' }]);
  });

  it('leave the file alone where they are told to, and doctor says that a restart is missing', async () => {
    const suffix = `-${randomBytes(3).toString('hex')}`;
    world = await smallWorld(
      {
        temporal: { address: testTemporalAddress(), taskQueue: `waybill${suffix}` },
        sources: { [`dev${suffix}`]: { watch: 'poll' } },
        configuration: { checkEvery: 0 },
      },
      suffix,
    );
    const { configFile } = world;
    const worker = waybill(['worker', '--config', configFile]);
    await worker.says('The worker is running.');
    await waitFor('the first word', async () => (await findings(configFile))[0]?.verdict === 'ok');

    await change(configFile, (yaml) => {
      yaml['locale'] = 'de';
    });

    expect(await findings(configFile)).toMatchObject([
      {
        verdict: 'look',
        what: expect.stringMatching(/^It runs with older settings, since /),
        remedy: expect.stringMatching(/^Restart `waybill worker`/),
      },
    ]);
    expect(await worker.stop('SIGTERM')).toBe(0);
  });
});
