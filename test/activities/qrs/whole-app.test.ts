import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../activities/promotion-types.ts';
import { comparableSize, rememberOtherSizes } from '../../../activities/qrs/comparable-size.ts';
import type { QrsApp } from '../../../activities/qrs/client/types.ts';
import { askPolicyOf, cleanUpOf } from '../../../activities/qrs/source-policy.ts';
import { whyNotWholeCopy, whyNotWholeUpload } from '../../../activities/qrs/whole-app.ts';
import { type ActivityWorld, API, REP, startActivityWorld } from './activity-world.ts';
import { newName, publishedApp, uploadedApp } from './acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(async () => {
  world.mend();
  await world.ledger.putSiteMemory('target-sizes:prod', { showsOtherSizes: false });
});
afterAll(async () => {
  await world?.close();
});

const SHEETS = [expect.stringMatching(/of \d+ objects of type sheet$/)];

function sheetOf(appId: string): string {
  const sheet = world.dev.objects(appId).find(({ objectType }) => objectType === 'sheet');
  return String(sheet!['engineObjectId']);
}

describe('an upload', () => {
  const reasons = (app: QrsApp, artifact: Artifact) =>
    world.inside((deps) => whyNotWholeUpload(deps, 'prod', app, artifact));

  /** An upload at prod, as the site shows it. */
  async function uploaded() {
    const { artifact, staged } = await uploadedApp(world);
    const app = world.prod.app(staged.appId) as unknown as QrsApp;
    return { app, artifact: { ...artifact, sizeComparable: true, sizeBytes: app.fileSize } };
  }

  it('is whole where it has all objects and the size of the file', async () => {
    const { app, artifact } = await uploaded();

    expect(await reasons(app, artifact)).toEqual([]);
  });

  it('is not whole by another size, unless sizes of these sites cannot be compared', async () => {
    const { app, artifact } = await uploaded();
    const other = { ...artifact, sizeBytes: artifact.sizeBytes + 1 };

    expect(await reasons(app, other)).toHaveLength(1);
    expect(await reasons(app, { ...other, sizeComparable: false })).toEqual([]);
    await world.inside((deps) => rememberOtherSizes(deps, 'dev'));
    expect(await reasons(app, other)).toHaveLength(1);
    await world.inside((deps) => rememberOtherSizes(deps, 'prod'));
    expect(await reasons(app, other)).toEqual([]);
  });

  it('is not whole by one object too few of a kind', async () => {
    const { app, artifact } = await uploaded();
    const objects = artifact.objects.map((one) => (one.type === 'sheet' ? { ...one, count: one.count + 1 } : one));

    expect(await reasons(app, { ...artifact, objects })).toEqual(SHEETS);
  });

  it('has a size that can be compared where the source showed that of the file', async () => {
    const { artifact } = await uploaded();
    const size = (more: Partial<Artifact>) =>
      world.inside((deps) => comparableSize(deps, 'prod', { ...artifact, ...more }));

    expect(await size({ sizeBytes: 77 })).toBe(77);
    expect(await size({ sizeBytes: 77, sizeComparable: false })).toBe(0);
  });
});

describe('a copy', () => {
  const reasons = (copyId: string, appId: string, scope: 'approved' | 'all') =>
    world.inside((deps) => whyNotWholeCopy(deps, 'dev', world.dev.app(copyId) as unknown as QrsApp, { appId, scope }));

  it('of a published app carries what is approved there, and no more is asked of it', async () => {
    const app = await publishedApp(world);
    world.dev.actAs.edit(app.id, { addSheet: 'Private' });
    const copy = world.dev.actAs.copy(app.id, API, newName());

    expect(await reasons(copy, app.id, 'approved')).toEqual([]);
    world.dev.actAs.edit(copy, { removeObject: sheetOf(copy) });
    expect(await reasons(copy, app.id, 'approved')).toEqual(SHEETS);
  });

  it('of an app that is not published carries everything', async () => {
    const id = world.dev.actAs.createApp({ name: newName(), owner: REP });
    const copy = world.dev.actAs.copy(id, API, newName());
    world.dev.actAs.edit(id, { addSheet: 'More' });

    expect(await reasons(copy, id, 'all')).toEqual(SHEETS);
  });

  it('is told by its objects, whatever its size', async () => {
    const app = await publishedApp(world, { dataSizeBytes: 50_000 });
    const copy = world.dev.actAs.copy(app.id, API, newName());
    world.dev.switches.fileSizeShown = 'zero';

    expect(await reasons(copy, app.id, 'approved')).toEqual([]);
  });
});

describe('the policy of a source', () => {
  const streams = { SALES: { approval: { ownerMayApprove: false } }, Finance: {} };
  const policyOf = (streamName: string | undefined) =>
    world.inside(async (deps) => askPolicyOf(deps.config(), 'dev', streamName));

  it('is that of the stream, by its name in any case, and else that of the source', async () => {
    world.configure((yaml) => (yaml['sources'].dev = { streams, approval: { ownerMayApprove: true } }));

    expect((await policyOf('sales')).approval.ownerMayApprove).toBe(false);
    for (const name of ['Finance', 'Another', undefined])
      expect((await policyOf(name)).approval.ownerMayApprove).toBe(true);
  });

  it('has the accounts that Waybill acts as at each site, and what its source says of content and reloads', async () => {
    world.configure((yaml) => {
      yaml['sites'].prod.user = { directory: 'COMPANY', id: 'robot' };
      yaml['sources'].dev = {
        promoteOnReload: { enabled: true, tag: 'Nightly' },
        whenChanged: 'promoteLatest',
        dataCountsAsContent: true,
      };
    });

    expect(await policyOf('Sales')).toMatchObject({
      serviceAccounts: [API, 'COMPANY\\robot'],
      reload: { enabled: true, tag: 'Nightly' },
      whenChanged: 'promoteLatest',
      dataCounts: true,
    });
  });

  it('leaves an app that is promoted on reload as it is, whatever else it says', async () => {
    world.configure((yaml) => (yaml['sources'].dev = { afterPromotion: { unpublish: 'always' } }));
    const after = (verdict: 'approve' | 'deny' | 'reload') =>
      world.inside(async (deps) => cleanUpOf(deps.config(), 'dev', verdict, { unpublish: true } as never));

    expect([await after('approve'), await after('deny'), await after('reload')]).toEqual([
      'unpublish',
      'unpublish',
      'nothing',
    ]);
  });
});
