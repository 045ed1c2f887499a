import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { fingerprintOf } from '../../../config/load.ts';
import type { DoctorReport } from '../../../starter/cli/doctor/report.ts';
import { workflowIds } from '../../../workflows/contract.ts';
import { waitFor } from '../../harness/wait-for.ts';
import type { Yaml } from '../../harness/world.ts';
import { type LiveWorld, startLiveWorld } from './live-world.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const REFUSED = 'The changed configuration is not taken over';

let live: LiveWorld;

beforeAll(async () => {
  live = await startLiveWorld({ targets: ['test'] });
});

afterAll(() => live?.close());

const textNow = (): Promise<string> => readFile(live.file, 'utf8');
const changedText = async (change: (yaml: Yaml) => void): Promise<string> => {
  const yaml = parse(await textNow()) as Yaml;
  change(yaml);
  return stringify(yaml);
};
const doctor = async () => {
  const { findings } = await live.json<DoctorReport>('doctor', '--only', 'process');
  return findings.map(({ verdict, what, remedy }) => ({ verdict, what, remedy }));
};

describe('the configuration file of a running process', () => {
  it('is told of with what runs', async () => {
    await waitFor('the first word', async () => (await live.world.ledger.runningProcesses(60_000)).length === 1);
    const found = await doctor();

    expect(found).toMatchObject([
      { verdict: 'ok', what: expect.stringMatching(/^It runs with these settings since /) },
    ]);
    expect(await live.row()).toMatchObject({
      name: 'worker',
      pid: process.pid,
      configFile: live.file,
      configFingerprint: fingerprintOf(await textNow()),
      isWatching: true,
      waiting: [],
      problems: [],
    });
  });

  it('changes nothing where something is wrong with it, tells every problem once, and is taken when it is right', async () => {
    const good = await textNow();
    const before = await live.row();
    await writeFile(live.file, `${good}mial: {}\nlocale: "not a language"\n`);

    await waitFor('the refusal', () => live.told(REFUSED).length === 1);
    const [refusal] = live.told(REFUSED);
    expect(refusal?.['problems']).toMatchObject([/mial/, /locale/].map((text) => expect.stringMatching(text)));
    await waitFor('the ledger to know', async () => (await live.row()).problems.length === 2);
    expect(await live.row()).toMatchObject({ configFingerprint: before.configFingerprint });

    await writeFile(live.file, good);
    await waitFor('the problems to be over', async () => (await live.row()).problems.length === 0);
    expect(live.told(REFUSED)).toHaveLength(1);
    expect(await doctor()).toMatchObject([{ verdict: 'ok' }]);
  });

  it('says which settings wait for a restart, goes on with all others, and takes them back', async () => {
    const before = await textNow();
    const fingerprint = (): Promise<string> => live.row().then(({ configFingerprint }) => configFingerprint);
    await live.takenOver(() =>
      live.configure((yaml) => {
        yaml['mail'].operators = ['day@company.example'];
        yaml['temporal'].namespace = 'elsewhere';
        yaml['worker'].siteSlots = 3;
      }),
    );

    await waitFor('the ledger to know', async () => (await fingerprint()) === fingerprintOf(await textNow()));
    expect((await live.row()).waiting).toEqual([
      'temporal.namespace needs a restart, for open promotions are there',
      'worker.siteSlots needs a restart, for it is fixed when a worker begins',
    ]);
    expect(await doctor()).toMatchObject([
      {
        verdict: 'look',
        what: expect.stringContaining('temporal.namespace'),
        remedy: expect.stringMatching(/^Restart `waybill worker` on .*Restart-Service WaybillWorker/),
      },
    ]);

    await live.takenOver(() => writeFile(live.file, before));
    await waitFor('nothing to wait any more', async () => (await live.row()).waiting.length === 0);
  });

  it('may be replaced at once, be empty for a moment, or be away for a moment', async () => {
    const next = await changedText((yaml) => {
      yaml['locale'] = 'de';
    });
    await writeFile(`${live.file}.new`, next);
    expect(await live.takenOver(() => rename(`${live.file}.new`, live.file))).toEqual(['locale']);

    const last = await changedText((yaml) => {
      yaml['locale'] = 'fr';
    });
    const refusals = live.told(REFUSED).length;
    const changed = await live.takenOver(async () => {
      await truncate(live.file, 0);
      await rm(live.file);
      await writeFile(live.file, last);
    });
    expect(changed).toEqual(['locale']);
    expect(live.told(REFUSED)).toHaveLength(refusals);
  });

  it('keeps what is in force while it is away, and says so', async () => {
    const text = await textNow();
    await rm(live.file);
    await waitFor('the word that it is away', () => live.told('The configuration cannot be read').length === 1);
    await waitFor('the ledger to know', async () => (await live.row()).problems.length === 1);
    expect(live.world.worker.state().phase).toBe('running');

    await writeFile(live.file, text);
    await waitFor('it to be back', async () => (await live.row()).problems.length === 0);
  });

  it('brings a new source site, which is watched and served from then on, and takes it away again', async () => {
    const { world } = live;
    const { alias } = world;
    const watch = world.temporal.client.workflow.getHandle(workflowIds.siteWatch(alias('test')));
    const queues = (): string[] => world.worker.state().queues.map(({ taskQueue }) => taskQueue);
    const all = queues().length;

    const before = await textNow();
    await live.takenOver(() =>
      live.configure((yaml) => {
        yaml['locale'] = 'fr';
        yaml['sources'][alias('test')] = { watch: 'poll', sweep: '300ms', targets: [alias('dev')] };
        yaml['targets'][alias('dev')] = {};
        yaml['sources'][alias('dev')].targets = [alias('test')];
      }),
    );
    await waitFor('the first sweep of the new source', () => world.ledger.getSiteMemory(alias('test')));
    expect((await watch.describe()).status.name).toBe('RUNNING');

    await live.takenOver(() => writeFile(live.file, before));
    expect(queues()).toHaveLength(all);
  });
});
