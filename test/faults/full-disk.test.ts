import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSmallDisk, type SmallDisk } from '../../sandbox/disk/open-small-disk.ts';
import { promoted, publishedApp, standingOf, startEffectsWorld } from '../effects/effects.ts';
import { approve } from '../harness/acts.ts';
import { promotionsOf } from '../harness/scenes.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';

const MIB = 1024 * 1024;

describe('row 12: a disk for artifacts', () => {
  let disk: SmallDisk | undefined;
  let world: World;

  beforeAll(async () => {
    disk = await openSmallDisk(4 * MIB);
    if (disk === undefined) return;
    const { folder } = disk;
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        yaml['artifacts'] = { folder };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
    await disk?.close();
  });

  it.for([
    { what: 'in the middle of the export', leaveBytes: 24 * 1024 },
    { what: 'from the first byte on', leaveBytes: 0 },
  ])(
    'that is full $what holds the promotion up, leaves no debris, and goes on when there is room',
    async (row, { skip }) => {
      if (disk === undefined) return skip('this process may not mount a disk');
      await disk.fill(row.leaveBytes);

      const app = publishedApp(world, `Full ${row.what}`);
      approve(world, app.id, { test: 'Duplicate' }, ['Sales'], { PromotionUnpublish: ['True'] });
      await waitFor('the disk to be full', () =>
        world.logger.lines.some((line) => JSON.stringify(line).includes('WAYBILL_ARTIFACT_DISK_FULL')),
      );
      expect(standingOf(world, 'test', app.name)).toEqual([]);
      await disk.free();

      await promoted(world, app);
      expect((await promotionsOf(world, app.id)).map(({ state }) => state)).toEqual(['promoted']);
      await expectSound(world);
    },
  );
});
