import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../../../activities/promotion-types.ts';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import { approvedApp, exported, requestsTo, stagingNames, uploadedApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(async () => {
  world.mend();
  await world.ledger.putSiteMemory(MEMORY, { showsOtherSizes: false });
});
afterAll(async () => {
  await world?.close();
});

const MEMORY = 'target-sizes:prod';
const uploads = () => requestsTo(world.prod).filter((request) => request === 'POST /qrs/app/upload').length;
const remembered = async () =>
  (await world.ledger.getSiteMemory<{ showsOtherSizes: boolean }>(MEMORY))?.memory.showsOtherSizes;

/** An app to be uploaded whose artifact claims this size, as sizes of the source site can be compared. */
async function sized(change: Partial<Artifact> = {}) {
  const { decision } = await approvedApp(world);
  const artifact = { ...(await exported(world, decision)), sizeComparable: true, ...change };
  world.prod.requestLog.clear();
  const upload = (attempt = 1) =>
    world.run((activities) => activities.uploadStaging({ decision, site: 'prod', number: 1, artifact }), { attempt });
  return { decision, artifact, upload };
}

describe('the size that a site shows of an upload', () => {
  it('is that of the file, and one upload is enough', async () => {
    const shown = Number(world.prod.app((await uploadedApp(world)).staged.appId)!['fileSize']);
    const { upload } = await sized({ sizeBytes: shown });

    await upload();

    expect(uploads()).toBe(1);
    expect(await remembered()).not.toBe(true);
  });

  it('is another one twice where the site counts otherwise, which is remembered', async () => {
    const { decision, upload } = await sized();

    const staged = await upload();

    expect(uploads()).toBe(2);
    expect(await remembered()).toBe(true);
    const names = stagingNames(world.prod).filter((name) => name.includes(decision.promotionKey));
    expect(names).toHaveLength(1);
    expect(world.prod.app(staged.appId)).toBeDefined();
    const next = await sized();
    await next.upload();
    expect(uploads()).toBe(1);
  });

  it('tells nothing where the site shows none, or the source cannot be compared', async () => {
    const first = await sized({ sizeComparable: false });
    await first.upload();
    expect(uploads()).toBe(1);
    world.prod.switches.fileSizeShown = 'zero';
    const second = await sized();
    await second.upload();
    expect(uploads()).toBe(1);
    expect(await remembered()).not.toBe(true);
  });

  it('tells an upload that was cut from one that an earlier attempt left whole', async () => {
    const { artifact, decision, staged } = await uploadedApp(world);
    const shown = Number(world.prod.app(staged.appId)!['fileSize']);
    const again = (change: Partial<Artifact>) =>
      world.run(
        (activities) =>
          activities.uploadStaging({ decision, site: 'prod', number: 1, artifact: { ...artifact, ...change } }),
        {
          attempt: 2,
        },
      );

    expect(await again({ sizeComparable: true, sizeBytes: shown })).toEqual(staged);
    expect(await again({ sizeComparable: false, sizeBytes: shown + 1 })).toEqual(staged);
    const other = await again({ sizeComparable: true, sizeBytes: shown + 1 });
    expect(other.appId).not.toBe(staged.appId);
    expect(world.prod.app(staged.appId)).toBeUndefined();
  });
});
