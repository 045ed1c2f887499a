import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';
import { defaultSwitches, type QrsSwitches } from '../../sandbox/qrs/switches.ts';
import { expectMails, mendAll, promoted, send, standingApp, startEffectsWorld } from '../effects/effects.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';
import { nameOf, setSwitches } from './unknowns.ts';

/** What no public source settles, each under the setting that is not the default. */
const others: readonly Partial<QrsSwitches>[] = [
  { rowIdsOnResend: 'renewed' },
  { rowsWithoutId: 'matched-by-value' },
  { omittedFields: 'kept' },
  { idlePutRenewsModifiedDate: false },
  { replaceName: 'source' },
  { replaceDescription: 'kept' },
  { replaceName: 'source', replaceDescription: 'kept' },
  { replaceRenewsPublishTime: false },
  { replaceTakesReloadTime: false },
  { copyKeepsTags: true },
  { copyKeepsCommunity: true },
  { copyDefaultName: 'source' },
  { unpublishedObjectsApproved: true },
  { unpublishedExport: 'approved-only', unpublishedObjectsApproved: true },
  { importKeepsObjectIds: false },
  { contentHashOnImport: 'renewed' },
  { contentHashOnImport: 'renewed', importKeepsObjectIds: false },
  { fileSizeShown: 'zero' },
  { visibilityLagMs: 300 },
  { exportDurationMs: 300, writeDurationMs: 100 },
  { errorBodies: 'json-string' },
  { secondDownloadCode: 403 },
  { secondDownloadCode: 410 },
  { nodeCount: 2 },
];

describe('whatever the real server does', () => {
  let world: World;

  beforeAll(async () => {
    world = await startEffectsWorld({ targets: ['test', 'prod'] });
  });

  afterEach(() => {
    mendAll(world);
    setSwitches(world, defaultSwitches);
  });

  afterAll(async () => {
    await world?.close();
  });

  it.each(others.map((switches) => ({ name: nameOf(switches), switches })))(
    'an app is promoted and unpublished: $name',
    async ({ name, switches }) => {
      setSwitches(world, switches);
      standingApp(world, 'test', name);

      const app = send(world, name, { test: 'Overwrite', prod: 'Duplicate' });
      const { promotionKey } = await promoted(world, app);

      await expectMails(world, promotionKey, ['approved', 'results']);
      await expectSound(world);
    },
  );
});
