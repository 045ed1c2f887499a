import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { contentsOfApp, contentsOfArtifact } from '../../../../activities/qrs/content/read-contents.ts';
import { type ActivityWorld, type Attempt, startActivityWorld } from '../activity-world.ts';
import { approvedApp, cancelEachCall, exported, fault, publishedApp } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const contentsOf = (appId: string, attempt: Attempt = {}, appName = 'An app') =>
  world.inside((deps) => contentsOfApp(deps, { site: 'dev', appId, appName }), attempt);

/** Files of the artifact folder that are no artifacts. */
async function temporaryFiles(): Promise<string[]> {
  const folder = await world.inside(async (deps) => deps.config().artifacts.folder);
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith('.part'));
}

describe('what an app holds', () => {
  it('is read from a file that is gone afterwards', async () => {
    const { id } = await publishedApp(world, { sheets: 2 });

    const { objects, hasData } = await contentsOf(id);

    expect(objects.filter(({ objectType }) => objectType === 'sheet')).toHaveLength(2);
    expect(hasData).toBe(false);
    expect(await temporaryFiles()).toEqual([]);
  });

  it('leaves no file where it cannot be read, or ends early', async () => {
    const { id } = await publishedApp(world);
    const text = 'No app file. '.repeat(80);
    fault(world.dev, { effect: { type: 'status', status: 200, text }, method: 'GET', path: '/tempcontent/' });
    await expect(contentsOf(id)).rejects.toMatchObject({ code: expect.stringMatching(/^WAYBILL_QVF_/) });
    fault(world.dev, { effect: { type: 'short', afterBytes: 500 }, method: 'GET', path: '/tempcontent/' });

    await expect(contentsOf(id, {}, 'Cut off')).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_EXPORT_CUT',
      facts: { app: 'Cut off', site: 'dev', reason: expect.stringMatching(/\w/) },
    });
    expect(await temporaryFiles()).toEqual([]);
  });

  it('is given up when it is cancelled, whichever call hangs', async () => {
    const prepare = async () => {
      const { id } = await publishedApp(world);
      return (attempt: Attempt) => contentsOf(id, attempt);
    };

    expect(await cancelEachCall(world, world.dev, prepare)).toBeGreaterThanOrEqual(2);
    expect(await temporaryFiles()).toEqual([]);
  });
});

describe('what an exported file holds', () => {
  it('is not looked for in another store than its own', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);

    await expect(
      world.inside((deps) => contentsOfArtifact(deps, { ...artifact, storeId: 'another' })),
    ).rejects.toMatchObject({ code: 'WAYBILL_ARTIFACT_ELSEWHERE' });
    expect((await world.inside((deps) => contentsOfArtifact(deps, artifact))).objects.length).toBeGreaterThan(0);
  });
});
