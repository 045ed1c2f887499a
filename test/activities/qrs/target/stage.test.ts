import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ActivityWorld, API, MANAGER, REP, startActivityWorld } from '../activity-world.ts';
import {
  approve,
  approvedApp,
  code,
  contentOf,
  decided,
  exported,
  fault,
  loseReply,
  newName,
  publishedApp,
  requestsTo,
  standing,
  stagingNames,
  uploadedApp,
} from '../acts.ts';

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
const OTHER_SIZES = 'the site shows other sizes than those of the files; they are left out';

function nameOf(promotionKey: string, n = 1): string {
  return `~waybill/test/${promotionKey}/prod/${n}`;
}

describe('uploading a staging app', () => {
  it('puts the artifact on the site under its staging name and writes down which app that is', async () => {
    const { app, decision, staged } = await uploadedApp(world);

    expect(standing(world.prod, staged.appId)).toMatchObject({ name: nameOf(decision.promotionKey), owner: API });
    expect(contentOf(world.prod, staged.appId)).toEqual(contentOf(world.dev, app.id));
    expect(staged.number).toBe(1);
    expect(await world.ledger.listStagings({ promotionKey: decision.promotionKey })).toMatchObject([
      {
        target: 'prod',
        n: 1,
        name: nameOf(decision.promotionKey),
        appId: staged.appId,
        purpose: 'upload',
        state: 'open',
      },
    ]);
  });

  it('writes the name down before the upload, so that a lost one can be found', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    fault(world.prod, { effect: { type: 'status', status: 500 }, method: 'POST', path: '/app/upload' });

    const upload = world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    await expect(upload).rejects.toMatchObject({ code: 'WAYBILL_QRS_SERVER' });
    const [staging] = await world.ledger.listStagings({ promotionKey: decision.promotionKey });
    expect(staging).toMatchObject({ name: nameOf(decision.promotionKey), purpose: 'upload', state: 'intended' });
    expect(staging?.appId).toBeUndefined();
  });

  it('looks for nothing at the first attempt', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    world.prod.requestLog.clear();

    await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    expect(requestsTo(world.prod)).toEqual(['GET /qrs/about', 'POST /qrs/app/upload', 'GET /qrs/app/object/full']);
  });

  it.each([
    ['a later attempt', 2],
    ['a first attempt of another run', 1],
  ])('adopts an upload whose reply was lost: %s', async (_, attempt) => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    loseReply(world.prod, 'POST', '/app/upload');
    const input = { decision, site, number, artifact };
    await expect(world.run((activities) => activities.uploadStaging(input))).rejects.toThrow();

    const staged = await world.run((activities) => activities.uploadStaging(input), { attempt });

    const made = world.prod.apps().filter(({ name }) => name === nameOf(decision.promotionKey));
    expect(made.map(({ id }) => id)).toEqual([staged.appId]);
    expect(await world.ledger.listStagings({ promotionKey: decision.promotionKey })).toMatchObject([
      { appId: staged.appId, state: 'open' },
    ]);
  });

  it('looks again for what the site does not show yet', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    const input = { decision, site, number, artifact };
    const first = await world.run((activities) => activities.uploadStaging(input));
    const empty = { type: 'status', status: 200, json: [] } as const;
    const struck = fault(world.prod, { effect: empty, method: 'GET', path: '/app/full', times: 2 });

    const second = await world.run((activities) => activities.uploadStaging(input), { attempt: 2 });

    expect(second).toEqual(first);
    expect(struck()).toBe(2);
  });

  it('makes a new one when three looks found none', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    const input = { decision, site, number, artifact };
    world.prod.requestLog.clear();

    await world.run((activities) => activities.uploadStaging(input), { attempt: 2 });

    expect(requestsTo(world.prod).filter((request) => request === 'GET /qrs/app/full')).toHaveLength(3);
    expect(stagingNames(world.prod)).toContain(nameOf(decision.promotionKey));
  });

  it('removes one that is not whole, and keeps one of several that are', async () => {
    const { decision, artifact, staged } = await uploadedApp(world);
    const { actAs } = world.prod;
    const name = nameOf(decision.promotionKey);
    const empty = actAs.createApp({ name, owner: API, sheets: 0, measures: 0, dimensions: 0 });
    const double = actAs.copy(staged.appId, API, name);

    const again = await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }), {
      attempt: 2,
    });

    expect(world.prod.app(empty)).toBeUndefined();
    const left = world.prod.apps().filter((app) => app.name === name);
    expect(left.map(({ id }) => id)).toEqual([again.appId]);
    expect([staged.appId, double]).toContain(again.appId);
  });

  it('touches no published app, whatever its name', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    const { actAs } = world.prod;
    const foreign = actAs.createApp({ name: nameOf(decision.promotionKey), owner: REP });
    actAs.publish(foreign, 'Sales');

    const staged = await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }), {
      attempt: 2,
    });

    expect(staged.appId).not.toBe(foreign);
    expect(world.prod.app(foreign)).toBeDefined();
    actAs.deleteApp(foreign);
  });

  it('finds the one that a lost run had published already', async () => {
    const { decision, artifact, staged } = await uploadedApp(world);
    world.prod.actAs.publish(staged.appId, 'Sales', { name: newName() });
    const known = (await world.ledger.listStagings({ promotionKey: decision.promotionKey }))[0]!;
    await world.ledger.upsertStaging({ ...known, state: 'published' });

    const again = await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    expect(again).toEqual(staged);
    expect(await world.ledger.listStagings({ promotionKey: decision.promotionKey })).toMatchObject([
      { state: 'published' },
    ]);
    expect(stagingNames(world.prod)).not.toContain(nameOf(decision.promotionKey));
  });

  it('makes a new one when the published one is gone', async () => {
    const { decision, artifact, staged } = await uploadedApp(world);
    const known = (await world.ledger.listStagings({ promotionKey: decision.promotionKey }))[0]!;
    await world.ledger.upsertStaging({ ...known, state: 'published' });
    world.prod.actAs.deleteApp(staged.appId);

    const again = await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    expect(again.appId).not.toBe(staged.appId);
    expect(world.prod.app(again.appId)).toBeDefined();
  });

  it('makes an upload again that the site does not have, and does not believe a second one', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    const never = { effect: { type: 'not-done' }, method: 'POST', path: '/app/upload' } as const;
    const once = fault(world.prod, never);
    const first = await uploadedApp(world);
    expect(once()).toBe(1);
    expect(world.prod.app(first.staged.appId)).toBeDefined();
    fault(world.prod, { ...never, times: 0 });

    const upload = world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    await expect(upload).rejects.toEqual(code('WAYBILL_PROMOTION_NOT_DONE'));
    await expect(upload).rejects.toMatchObject({ facts: { site: 'prod', what: 'made' } });
  });

  it('refuses an artifact of another store', async () => {
    const { decision } = await approvedApp(world);
    const artifact = { ...(await exported(world, decision)), storeId: 'another' };
    world.prod.requestLog.clear();

    const upload = world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    await expect(upload).rejects.toEqual(code('WAYBILL_ARTIFACT_ELSEWHERE'));
    expect(requestsTo(world.prod)).toEqual([]);
  });

  it('says of a file that the site refuses whether it looks cut, and what to do then', async () => {
    const cut = { effect: { type: 'short', afterBytes: 1000 }, method: 'GET', path: '/tempcontent/' } as const;
    const { app, decision } = await approvedApp(world);
    fault(world.dev, cut);
    const exporting = await world.run((activities) => activities.exportApp({ ...decision, withData: true }), {
      attempt: 10,
    });
    const { artifact } = exporting as Extract<typeof exporting, { outcome: 'exported' }>;

    const refused = world.run((activities) => activities.uploadStaging({ decision, site, number: 1, artifact }));

    const { promotionKey } = decision;
    const facts = { app: app.name, site, source: 'dev', promotionKey, reason: expect.stringMatching(/./) };
    await expect(refused).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_EXPORT_UNUSABLE', facts, retryable: false });
  });

  it('passes on why the site refuses a file that is whole', async () => {
    const { decision } = await approvedApp(world);
    const artifact = await exported(world, decision);
    fault(world.prod, { effect: { type: 'status', status: 400, text: 'No.' }, method: 'POST', path: '/app/upload' });

    const refused = world.run((activities) => activities.uploadStaging({ decision, site, number: 1, artifact }));

    await expect(refused).rejects.toEqual(code('WAYBILL_QRS_REFUSED'));
  });

  it('uploads again what came cut', async () => {
    const { artifact: like, staged } = await uploadedApp(world);
    const sizeBytes = Number(world.prod.app(staged.appId)!['fileSize']);
    const { decision } = await approvedApp(world);
    const artifact = { ...like, sizeComparable: true, sizeBytes };
    const json = { id: randomUUID(), name: nameOf(decision.promotionKey), fileSize: sizeBytes - 1 };
    fault(world.prod, { effect: { type: 'status', status: 201, json }, method: 'POST', path: '/app/upload' });

    const { appId } = await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));

    expect(contentOf(world.prod, appId)).toEqual(contentOf(world.prod, staged.appId));
    expect(world.logger.lines.map(({ msg }) => msg)).not.toContain(OTHER_SIZES);
  });
});

describe('copying a staging app', () => {
  it('makes a copy on the site under a number of its own', async () => {
    const { decision, staged } = await uploadedApp(world);
    const input = { decision, site, number: 2, fromAppId: staged.appId };

    const copy = await world.run((activities) => activities.copyStaging(input));

    expect(copy.number).toBe(2);
    expect(copy.appId).not.toBe(staged.appId);
    expect(standing(world.prod, copy.appId)).toMatchObject({ name: nameOf(decision.promotionKey, 2) });
    expect(contentOf(world.prod, copy.appId)).toEqual(contentOf(world.prod, staged.appId));
    expect(await world.ledger.getStaging({ promotionKey: decision.promotionKey, target: 'prod', n: 2 })).toMatchObject({
      appId: copy.appId,
      purpose: 'copy',
      state: 'open',
    });
  });

  it('adopts a copy whose reply was lost', async () => {
    const { decision, staged } = await uploadedApp(world);
    const input = { decision, site, number: 2, fromAppId: staged.appId };
    loseReply(world.prod, 'POST', '/copy');
    await expect(world.run((activities) => activities.copyStaging(input))).rejects.toThrow();

    const copy = await world.run((activities) => activities.copyStaging(input), { attempt: 2 });

    const copies = world.prod.apps().filter(({ name }) => name === nameOf(decision.promotionKey, 2));
    expect(copies.map(({ id }) => id)).toEqual([copy.appId]);
  });

  it('makes a copy anew that lacks objects of what it was made from', async () => {
    const { decision, staged } = await uploadedApp(world);
    const input = { decision, site, number: 2, fromAppId: staged.appId };
    const cut = await world.run((activities) => activities.copyStaging(input));
    const object = world.prod.objects(cut.appId).find(({ objectType }) => objectType === 'sheet')!;
    world.prod.actAs.edit(cut.appId, { removeObject: String(object['engineObjectId']) });

    const copy = await world.run((activities) => activities.copyStaging(input), { attempt: 2 });

    expect(copy.appId).not.toBe(cut.appId);
    expect(world.prod.app(cut.appId)).toBeUndefined();
    expect(contentOf(world.prod, copy.appId)).toEqual(contentOf(world.prod, staged.appId));
  });
});

describe('dressing a staging app', () => {
  async function dressed(more: { ownerId?: string; version?: { versionId: string; key: string } } = {}) {
    const upload = await uploadedApp(world, { app: { description: 'What it is for' } });
    const { decision, staged } = upload;
    const input = { decision, site, ...staged, ...more };
    await world.run((activities) => activities.dressStaging(input));
    return { ...upload, input };
  }

  it('keeps the staging name and stamps the description', async () => {
    const { decision, staged } = await dressed();

    const { name, description, owner } = standing(world.prod, staged.appId)!;
    expect(name).toBe(nameOf(decision.promotionKey));
    expect(owner).toBe(API);
    expect(description).toBe(
      `App promoted from node: 'qlik-dev.company.example' by: '${MANAGER}' at: '${decision.decidedAtUtc}' where it was owned by: '${REP}'\n\nWhat it is for`,
    );
  });

  it('names whoever approved as he is called, whatever signs that has', async () => {
    const id = "O'Neill & <Sons>";
    const by = `COMPANY\\${id}`;
    world.dev.actAs.createUser({ directory: 'COMPANY', id, name: id });
    const { decision, staged } = await uploadedApp(world, { by });

    await world.run((activities) => activities.dressStaging({ decision, site, ...staged }));

    expect(standing(world.prod, staged.appId)!['description']).toContain(`by: '${by}'`);
  });

  it('names the version in the stamp', async () => {
    const { staged } = await dressed({ version: { versionId: 'v-17', key: 'k' } });

    expect(standing(world.prod, staged.appId)!['description']).toMatch(/\n\nS3 Version ID: v-17\n\nWhat it is for$/);
  });

  it('stamps nothing where the target wants no stamp', async () => {
    world.configure((yaml) => (yaml['targets'].prod = { description: { stamp: false } }));

    const { staged } = await dressed();

    expect(standing(world.prod, staged.appId)!['description']).toBe('What it is for');
  });

  it('gives it the owner that was found', async () => {
    const manager = world.prod.actAs.createUser({ directory: 'COMPANY', id: newName(), name: 'New' });

    const { staged } = await dressed({ ownerId: manager });

    expect(standing(world.prod, staged.appId)!['owner']).toMatch(/^COMPANY\\Margins/);
  });

  it('writes nothing at a repeat, even where the site orders rows otherwise', async () => {
    const { input } = await dressed();
    world.prod.requestLog.clear();

    await world.run((activities) => activities.dressStaging(input), { attempt: 2 });

    expect(requestsTo(world.prod)).toEqual(['GET /qrs/app/{id}']);
  });

  it('leaves one alone that is published already', async () => {
    const upload = await uploadedApp(world);
    world.prod.actAs.publish(upload.staged.appId, 'Sales', { name: upload.app.name });
    const { decision, staged } = upload;

    await world.run((activities) => activities.dressStaging({ decision, site, ...staged }));

    expect(standing(world.prod, staged.appId)!['description']).toBe('What it is for');
  });

  it('is done when the reply to it was lost', async () => {
    const { decision, staged } = await uploadedApp(world);
    const input = { decision, site, ...staged };
    const lost = loseReply(world.prod, 'PUT', /\/app\/[0-9a-f-]{36}\?/);
    await expect(world.run((activities) => activities.dressStaging(input))).rejects.toThrow();
    world.prod.requestLog.clear();

    await world.run((activities) => activities.dressStaging(input), { attempt: 2 });

    expect(lost()).toBe(1);
    expect(requestsTo(world.prod)).toEqual(['GET /qrs/app/{id}']);
    expect(standing(world.prod, staged.appId)!['description']).toContain('App promoted from node');
  });

  it('is not done when the site only says so', async () => {
    const { decision, staged } = await uploadedApp(world);
    fault(world.prod, { effect: { type: 'not-done' }, method: 'PUT', path: /\/app\/[0-9a-f-]{36}\?/ });

    const dressing = world.run((activities) => activities.dressStaging({ decision, site, ...staged }));

    await expect(dressing).rejects.toMatchObject({ code: 'WAYBILL_PROMOTION_NOT_DONE', facts: { what: 'changed' } });
  });

  it('is computed anew when somebody else writes the app in between', async () => {
    const { decision, staged } = await uploadedApp(world);
    const conflict = { type: 'status', status: 409 } as const;
    const struck = fault(world.prod, { effect: conflict, method: 'PUT', path: /\/app\/[0-9a-f-]{36}\?/ });

    await world.run((activities) => activities.dressStaging({ decision, site, ...staged }));

    expect(struck()).toBe(1);
    expect(standing(world.prod, staged.appId)!['description']).toContain('App promoted from node');
  });

  it('carries the tags and properties that the target takes and knows, and no others', async () => {
    world.configure(
      (yaml) => (yaml['targets'].prod = { keepTags: ['gold', 'Silver'], keepProperties: ['department', 'Missing'] }),
    );
    for (const name of ['Gold', 'Silver', 'Bronze']) world.dev.actAs.createTag(name);
    for (const name of ['gold', 'Bronze']) world.prod.actAs.createTag(name);
    world.dev.actAs.createProperty('Missing');
    const source = await publishedApp(world);
    world.dev.actAs.setTags(source.id, REP, ['Gold', 'Silver', 'Bronze']);
    world.dev.actAs.setProperties(source.id, REP, { Department: ['East', 'West'], Missing: ['x'] });
    approve(world, source.id);
    const decision = await decided(world, source.id);
    const artifact = await exported(world, decision);
    const staged = await world.run((activities) => activities.uploadStaging({ decision, site, number, artifact }));
    const input = { decision, site, ...staged };

    await world.run((activities) => activities.dressStaging(input));

    expect(standing(world.prod, staged.appId)).toMatchObject({
      tags: ['gold'],
      rows: ['Department=East', 'Department=West'],
    });
    world.prod.requestLog.clear();
    await world.run((activities) => activities.dressStaging(input), { attempt: 2 });
    expect(requestsTo(world.prod).filter((request) => request.startsWith('PUT'))).toEqual([]);
  });
});
