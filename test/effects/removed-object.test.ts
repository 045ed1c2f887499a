import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setTimeout as wait } from 'node:timers/promises';
import { expectSound } from '../faults/expect-sound.ts';
import { approve } from '../harness/acts.ts';
import { quiet } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import { MANAGER, REP, type WorkerWorld } from '../harness/world.ts';
import {
  mailsOf,
  mendAll,
  promoted,
  promotionsOf,
  publishedApp,
  type SentApp,
  standingOf,
  startEffectsWorld,
} from './effects.ts';

/** What was removed bears no date any more: it counts where Waybill had seen it before. */
describe('an app that was approved while Waybill was down', () => {
  let world: WorkerWorld;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test'] });
  });

  afterEach(() => mendAll(world));

  afterAll(async () => {
    await world?.close();
  });

  it('is not promoted when a sheet was removed after the approval', async () => {
    const app = await approvedWhileDown('Removed', (id) => removeSheet(id));

    await waitFor('the mails', () => askedAgain(app).length === 2);
    await quiet(world, app.id);

    expect(await promotionsOf(world, app)).toEqual([]);
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    expect(askedAgain(app).toSorted()).toEqual(['manager@company.example', 'rep@company.example']);
    await expectSound(world);
  });

  it('is promoted when it was only renamed after the approval', async () => {
    const app = await approvedWhileDown('Renamed', (id) => world.site('dev').actAs.rename(id, 'Renamed since'));

    await promoted(world, app);

    expect(standingOf(world, 'test', 'Renamed since')).toHaveLength(1);
    await expectSound(world);
  });

  it('is promoted when it was renamed after the approval and another app was deleted', async () => {
    const other = publishedApp(world, 'Deleted');
    const app = await approvedWhileDown('Beside', (id) => {
      world.site('dev').actAs.rename(id, 'Beside the deleted one');
      world.site('dev').actAs.deleteApp(other.id, MANAGER);
    });

    await promoted(world, app);
  });

  async function approvedWhileDown(name: string, then: (appId: string) => unknown): Promise<SentApp> {
    const app = publishedApp(world, name);
    await quiet(world, app.id);
    await world.worker.close();
    approve(world, app.id, { test: 'Duplicate' }, ['Sales']);
    await wait(5);
    then(app.id);
    await world.restartWorker();
    return app;
  }

  function removeSheet(appId: string): void {
    const dev = world.site('dev');
    const sheet = dev.objects(appId).find(({ objectType }) => objectType === 'sheet');
    dev.actAs.edit(appId, { removeObject: String(sheet?.['engineObjectId']) }, REP);
  }

  /** Who was asked to approve the app again. */
  function askedAgain(app: SentApp): string[] {
    const mails = mailsOf(world, `${world.alias('dev')}.${app.id}`);
    return mails.filter(({ kind }) => kind === 'reapproval').flatMap(({ to }) => to);
  }
});
