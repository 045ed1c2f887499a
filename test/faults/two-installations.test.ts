import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { configFromYaml } from '../../config/load.ts';
import { type Ledger, openLedger } from '../../ledger/ledger.ts';
import { type StartedWorker, startWorker } from '../../worker/start-worker.ts';
import { promoted, send, stagingApps, standingOf, startEffectsWorld, sweep } from '../effects/effects.ts';
import { memoryLogger } from '../harness/memory-logger.ts';
import { waybillBundle } from '../harness/temporal.ts';
import { waitFor } from '../harness/wait-for.ts';
import { REP, type World, type Yaml } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';

describe('row 11: two Waybill installations on one site', () => {
  let world: World;
  let other: StartedWorker;
  let otherLedger: Ledger;
  let otherQueue: string;

  beforeAll(async () => {
    let written: Yaml = {};
    world = await startEffectsWorld({ targets: ['test'], change: (yaml) => (written = yaml) });
    ({ other, otherLedger, otherQueue } = await startOther(written));
  });

  afterAll(async () => {
    await other?.close();
    await otherLedger?.close();
    await world?.close();
  });

  /** A Waybill of its own, by its own name for the site, whose sweep takes away whatever is left behind at once. */
  async function startOther({ sites, temporal }: Yaml) {
    const dataFolder = path.join(world.folder, 'other');
    await mkdir(dataFolder, { recursive: true });
    const otherQueue = `${temporal.taskQueue}-other`;
    const [dev, test] = ['dev', 'test'].map(otherAlias) as [string, string];
    const yaml = {
      installation: { id: 'other' },
      dataFolder,
      sites: { [dev]: sites[world.alias('dev')], [test]: sites[world.alias('test')] },
      // It looks at what is approved too seldom to promote it as well.
      sources: { [dev]: { watch: 'poll', sweep: '1h' } },
      targets: { [test]: {} },
      staging: { sweepAfter: '0s' },
      temporal: { ...temporal, taskQueue: otherQueue },
    };
    const config = configFromYaml(stringify(yaml), world.folder, {});
    const otherLedger = await openLedger({ kind: 'sqlite', file: config.ledger.file });
    const { codePath } = await waybillBundle();
    const options = { config, ledger: otherLedger, logger: memoryLogger(), bundlePath: codePath };
    const other = await startWorker({ ...options, handleSignals: false });
    return { other, otherLedger, otherQueue };
  }

  function otherAlias(name: string): string {
    return `${world.alias(name)}-other`;
  }

  const sweepOther = (): Promise<Record<string, unknown>> =>
    world.temporal.client.workflow.execute('sweepStaging', {
      taskQueue: otherQueue,
      workflowId: `sweep-${randomUUID()}`,
    });

  it("never sweep each other's staging apps, though either takes away at once what is left behind", async () => {
    const { actAs, faults } = world.site('test');
    faults.add({ method: 'PUT', path: '/publish', effect: { type: 'status', status: 503 }, times: 0 });
    const app = send(world, 'Between two', { test: 'Duplicate' });
    await waitFor('the app to be staged', () => stagingApps(world, 'test').length === 1);
    const ours = stagingApps(world, 'test');

    expect(await sweepOther()).toEqual({
      [otherAlias('dev')]: { removed: 0, left: 0 },
      [otherAlias('test')]: { removed: 0, left: 0 },
    });
    expect(stagingApps(world, 'test')).toEqual(ours);

    // The other's, and that of one whose name only begins like ours.
    const theirs = ['other', 'test2'].map((id) => `~waybill/${id}/k3v5q2m7aaaa4xyz/elsewhere/1`);
    const made = theirs.map((name) => actAs.createApp({ name, owner: REP }));
    await sweep(world);
    expect(stagingApps(world, 'test').toSorted()).toEqual([...theirs, ...ours].toSorted());

    faults.clear();
    await promoted(world, app);
    expect(standingOf(world, 'test', app.name)).toHaveLength(1);
    for (const id of made) actAs.deleteApp(id, REP);
    await expectSound(world);
  });
});
