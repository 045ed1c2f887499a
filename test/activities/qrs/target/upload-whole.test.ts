import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import { approvedApp, exported, fault, requestsTo, stagingNames } from '../acts.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const number = 1;
const site = 'prod';

describe('what a site keeps of an upload', () => {
  it('is made once more where objects of the file are missing, and refused where they are missing again', async () => {
    world.prod.switches.importLoses = 'sheet';
    const { app, decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    world.prod.requestLog.clear();

    const upload = world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    await expect(upload).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_IMPORT_LOSES',
      facts: { app: app.name, site, reasons: 'it has 1 of 2 objects of type sheet' },
    });
    expect(requestsTo(world.prod).filter((request) => request === 'POST /qrs/app/upload')).toHaveLength(2);
    expect(stagingNames(world.prod).filter((name) => name.includes(decision.promotionKey))).toEqual([]);
  });

  it('is whole though the site lists its objects late', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    const struck = fault(world.prod, {
      effect: { type: 'status', status: 200, json: [] },
      method: 'GET',
      path: '/app/object/full',
    });
    world.prod.requestLog.clear();

    await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    expect(struck()).toBe(1);
    expect(requestsTo(world.prod).filter((request) => request === 'POST /qrs/app/upload')).toHaveLength(1);
  });

  it('cannot be told where the site lists nothing of an app that it has, and one upload is enough', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    const nothing = { type: 'status', status: 200, json: [] } as const;
    fault(world.prod, { effect: nothing, method: 'GET', path: '/app/object/full', times: 0 });
    world.prod.requestLog.clear();

    const { appId } = await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    expect(world.prod.app(appId)).toBeDefined();
    expect(requestsTo(world.prod).filter((request) => request === 'POST /qrs/app/upload')).toHaveLength(1);
  });
});
