import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../../../../activities/promotion-types.ts';
import { waitFor } from '../../../harness/wait-for.ts';
import { type ActivityWorld, MANAGER, startActivityWorld } from '../activity-world.ts';
import { code, contentOf, fault, loseReply, requestsTo, standing, uploadedApp } from '../acts.ts';
import { inputOf, overwrite, type Overwrite, readyToOverwrite } from './overwriting.ts';

let world: ActivityWorld;
beforeAll(async () => {
  world = await startActivityWorld();
});
afterEach(() => world.mend());
afterAll(async () => {
  await world?.close();
});

const REPLACE = 'PUT /qrs/app/{id}/replace';
const APP = /\/app\/[0-9a-f-]{36}\?/;

function stamped(original: string): unknown {
  return expect.stringMatching(new RegExp(`^App promoted from node: [^]*\\n\\n${original}$`));
}

async function recordsOf(promotionKey: string): Promise<string[]> {
  return (await world.ledger.recordsOf(promotionKey)).map(({ seq }) => seq.replace(/[0-9a-f-]{36}/, '{id}'));
}

describe('replacing a target app', () => {
  it('puts in what was staged, keeps name, owner and stream, and stamps the description', async () => {
    const { app, decision, targetAppId, input, staged } = await readyToOverwrite(world);

    expect(await overwrite(world, input)).toEqual({ outcome: 'replaced', isClosed: false, warnings: [] });

    expect(contentOf(world.prod, targetAppId)).toEqual(contentOf(world.dev, app.id));
    expect(standing(world.prod, targetAppId)).toMatchObject({
      name: app.name,
      owner: MANAGER,
      stream: 'Sales',
      description: stamped('What stood here first'),
    });
    expect(await recordsOf(decision.promotionKey)).toEqual([
      'decision',
      'export',
      'deliver/prod/before/{id}',
      'deliver/prod/backup/{id}',
      'deliver/prod/replaced/{id}',
    ]);
    const records = await world.ledger.recordsOf(decision.promotionKey);
    expect(records.map(({ type }) => type).slice(2)).toEqual(['found', 'backup-kept', 'replaced']);
    expect(records.at(-1)).toMatchObject({
      site: 'prod',
      appId: targetAppId,
      facts: { appId: targetAppId, stream: 'Sales', sizeBytes: world.prod.app(targetAppId)!['fileSize'] },
    });
    expect(world.prod.app(staged.appId)).toBeDefined();
  });

  it('keeps what stood there first, with its data', async () => {
    const { decision, targetAppId, input } = await readyToOverwrite(world);
    world.nowUtc = '2026-05-04T10:00:00.000Z';

    await overwrite(world, input);

    const backup = (await world.ledger.getBackup('prod', targetAppId, decision.promotionKey))!;
    expect(backup).toMatchObject({ withData: true, atUtc: world.nowUtc });
    const file = await world.artifacts.look(backup.sha256);
    expect(file.sizeBytes).toBe(backup.sizeBytes);
    await file.close();
    const record = (await world.ledger.recordsOf(decision.promotionKey)).find(({ type }) => type === 'backup-kept');
    expect(record).toMatchObject({
      appId: targetAppId,
      site: 'prod',
      facts: { sha256: backup.sha256, withData: true },
    });
    expect(requestsTo(world.prod)).toContain('POST /qrs/app/{id}/export/{id}');
  });

  it.each([
    { setting: { upToWithData: '1B' }, kept: false, what: 'without data what is larger than said' },
    {
      setting: { upToWithData: '1B', above: 'off' },
      kept: undefined,
      what: 'nothing of what is larger, where said so',
    },
    { setting: { enabled: false }, kept: undefined, what: 'nothing, where backups are off' },
  ])('keeps $what', async ({ setting, kept }) => {
    world.configure((yaml) => (yaml['targets'].prod = { backup: setting }));
    const { decision, targetAppId, input } = await readyToOverwrite(world);

    await overwrite(world, input);

    const backup = await world.ledger.getBackup('prod', targetAppId, decision.promotionKey);
    expect(backup?.withData).toBe(kept);
  });

  it('keeps with its data what is exactly as large as said', async () => {
    const { decision, targetAppId, input } = await readyToOverwrite(world);
    const size = Number(world.prod.app(targetAppId)!['fileSize']);
    world.configure((yaml) => (yaml['targets'].prod = { backup: { upToWithData: `${size}B`, above: 'off' } }));

    await overwrite(world, input);

    expect((await world.ledger.getBackup('prod', targetAppId, decision.promotionKey))?.withData).toBe(true);
  });

  it('does not replace before the backup is kept', async () => {
    const { app, targetAppId, input } = await readyToOverwrite(world);
    const before = contentOf(world.prod, targetAppId);
    fault(world.prod, { effect: { type: 'status', status: 500 }, method: 'POST', path: '/export/' });

    await expect(overwrite(world, input)).rejects.toEqual(code('WAYBILL_QRS_SERVER'));

    expect(contentOf(world.prod, targetAppId)).toEqual(before);
    await overwrite(world, input, 2);
    expect(contentOf(world.prod, targetAppId)).toEqual(contentOf(world.dev, app.id));
  });

  it('never keeps new for old: the first backup of a promotion wins', async () => {
    const { decision, targetAppId, input } = await readyToOverwrite(world);
    loseReply(world.prod, 'PUT', '/replace');
    await expect(overwrite(world, input)).rejects.toThrow();
    const first = await world.ledger.getBackup('prod', targetAppId, decision.promotionKey);

    await overwrite(world, input, 2);

    expect(await world.ledger.getBackup('prod', targetAppId, decision.promotionKey)).toEqual(first);
    expect(await world.ledger.listBackups({ promotionKey: decision.promotionKey })).toHaveLength(1);
    expect(standing(world.prod, targetAppId)!['description']).toEqual(stamped('What stood here first'));
  });

  it('sets back the name that a site changes with the content', async () => {
    world.prod.switches.replaceName = 'source';
    const { app, targetAppId, input } = await readyToOverwrite(world);

    await overwrite(world, input);

    expect(standing(world.prod, targetAppId)).toMatchObject({
      name: app.name,
      description: stamped('What stood here first'),
    });
  });

  it('stamps nothing and keeps the description where the target wants no stamp', async () => {
    world.configure((yaml) => (yaml['targets'].prod = { description: { stamp: false } }));
    const { targetAppId, input } = await readyToOverwrite(world);

    await overwrite(world, input);

    expect(standing(world.prod, targetAppId)!['description']).toBe('What stood here first');
  });

  it('replaces its own stamp of an earlier promotion, and keeps the text that was there first', async () => {
    const { targetAppId, input } = await readyToOverwrite(world);
    await overwrite(world, input);
    const second = inputOf(world, await uploadedApp(world), targetAppId);
    await overwrite(world, second);

    const description = String(standing(world.prod, targetAppId)!['description']);
    expect(description.split('App promoted from node')).toEqual([
      '',
      expect.stringMatching(/\n\nWhat stood here first$/),
    ]);
  });

  it('replaces the stamp of the promotion that published the app', async () => {
    const first = await uploadedApp(world);
    const site = 'prod';
    const dressed = { decision: first.decision, site, ...first.staged };
    await world.run((activities) => activities.dressStaging(dressed));
    world.prod.actAs.publish(first.staged.appId, 'Sales', { name: first.app.name });

    await overwrite(world, inputOf(world, await uploadedApp(world), first.staged.appId));

    const description = String(standing(world.prod, first.staged.appId)!['description']);
    expect(description.split('App promoted from node')).toEqual(['', expect.stringMatching(/\n\nWhat it is for$/)]);
  });

  it('keeps a description that somebody wrote since the last promotion', async () => {
    const { targetAppId, input } = await readyToOverwrite(world);
    await overwrite(world, input);
    world.prod.actAs.describe(targetAppId, 'Written since');
    const second = inputOf(world, await uploadedApp(world), targetAppId);
    await overwrite(world, second);

    expect(standing(world.prod, targetAppId)!['description']).toEqual(stamped('Written since'));
  });

  it('names the version in the stamp', async () => {
    const { targetAppId, input } = await readyToOverwrite(world);

    await overwrite(world, { ...input, version: { versionId: 'v-17', key: 'k' } });

    expect(standing(world.prod, targetAppId)!['description']).toContain('S3 Version ID: v-17');
  });

  it('tells that the target app is gone', async () => {
    const { app, targetAppId, input } = await readyToOverwrite(world);
    world.prod.actAs.deleteApp(targetAppId);

    await expect(overwrite(world, input)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_TARGET_GONE',
      facts: { app: app.name, site: 'prod', targetAppId },
    });
  });

  it('does not believe a replace that the site only says it did', async () => {
    const { decision, targetAppId, input } = await readyToOverwrite(world);
    const before = contentOf(world.prod, targetAppId);
    fault(world.prod, { effect: { type: 'not-done' }, method: 'PUT', path: '/replace' });

    await expect(overwrite(world, input)).rejects.toMatchObject({
      code: 'WAYBILL_PROMOTION_NOT_REPLACED',
      facts: { site: 'prod', reasons: expect.stringContaining('objects') },
    });

    expect(contentOf(world.prod, targetAppId)).toEqual(before);
    expect(await recordsOf(decision.promotionKey)).not.toContain('deliver/prod/replaced/{id}');
    expect(await overwrite(world, input, 2)).toMatchObject({ outcome: 'replaced' });
  });

  it('tells a replace by its size where sizes can be compared', async () => {
    const { targetAppId, input, staged } = await readyToOverwrite(world);
    await overwrite(world, input);
    const shown = Number(world.prod.app(targetAppId)!['fileSize']);
    const again = await uploadedApp(world);
    expect(again.staged.appId).not.toBe(staged.appId);
    fault(world.prod, { effect: { type: 'not-done' }, method: 'PUT', path: '/replace' });
    const artifact = { ...again.artifact, sizeComparable: true, sizeBytes: shown + 1 };

    await expect(overwrite(world, { ...inputOf(world, again, targetAppId), artifact })).rejects.toMatchObject({
      facts: { reasons: expect.stringContaining('its size is still') },
    });
  });
});

describe('repeating a replace', () => {
  it('sends nothing once it is proven', async () => {
    const { input } = await readyToOverwrite(world);
    await overwrite(world, input);
    world.prod.requestLog.clear();

    expect(await overwrite(world, input, 2)).toEqual({ outcome: 'replaced', isClosed: false, warnings: [] });

    expect(requestsTo(world.prod)).toEqual([]);
  });

  it('does not undo a newer promotion that took its turn meanwhile', async () => {
    const { targetAppId, input } = await readyToOverwrite(world);
    await overwrite(world, input);
    const newer = await uploadedApp(world);
    await overwrite(world, inputOf(world, newer, targetAppId));

    await overwrite(world, input, 2);

    expect(contentOf(world.prod, targetAppId)).toEqual(contentOf(world.dev, newer.app.id));
  });

  it('looks twice when an earlier request may end only now', async () => {
    const { targetAppId, input } = await readyToOverwrite(world);
    loseReply(world.prod, 'PUT', '/replace');
    await expect(overwrite(world, input)).rejects.toThrow();
    world.prod.requestLog.clear();

    const startedMs = performance.now();
    await overwrite(world, input, 2);

    const requests = requestsTo(world.prod);
    expect(requests.filter((request) => request === REPLACE)).toHaveLength(1);
    expect(requests.filter((request) => request === 'GET /qrs/app/object/full')).toHaveLength(2);
    expect(performance.now() - startedMs).toBeGreaterThan(50);
    expect(standing(world.prod, targetAppId)!['description']).toEqual(stamped('What stood here first'));
  });

  it('looks once at the first replace', async () => {
    const { input } = await readyToOverwrite(world);
    world.prod.requestLog.clear();

    await overwrite(world, input);

    const after = requestsTo(world.prod);
    expect(
      after.slice(after.indexOf(REPLACE)).filter((request) => request === 'GET /qrs/app/object/full'),
    ).toHaveLength(1);
  });

  it('writes name and description once, and not again where they stand', async () => {
    const { input } = await readyToOverwrite(world);
    const lost = loseReply(world.prod, 'PUT', APP);
    await expect(overwrite(world, input)).rejects.toThrow();
    expect(lost()).toBe(1);
    world.prod.switches.replaceDescription = 'kept';
    world.prod.requestLog.clear();

    await overwrite(world, input, 2);

    expect(requestsTo(world.prod).filter((request) => request === 'PUT /qrs/app/{id}')).toEqual([]);
  });
});

describe('a replace that ends its delivery', () => {
  function endOf({ targetAppId }: Overwrite): DeliveryOutcome {
    const items = [{ action: 'replaced', streamName: 'Sales', appId: targetAppId, verified: true }] as const;
    return { site: 'prod', state: 'verified', items, missingStreams: [], warnings: [] };
  }

  it('removes the upload and writes the end down', async () => {
    const ready = await readyToOverwrite(world);

    expect(await overwrite(world, { ...ready.input, ends: endOf(ready) })).toEqual({
      outcome: 'replaced',
      isClosed: true,
      warnings: [],
    });

    expect(world.prod.app(ready.staged.appId)).toBeUndefined();
    const { promotionKey } = ready.decision;
    expect(await world.ledger.listDeliveries({ promotionKey })).toMatchObject([{ state: 'verified' }]);
    expect(await world.ledger.listStagings({ promotionKey })).toMatchObject([{ n: 1, state: 'removed' }]);
  });

  it('leaves the end to a step of its own when the upload cannot be removed at once', async () => {
    const ready = await readyToOverwrite(world);
    fault(world.prod, { effect: { type: 'status', status: 500 }, method: 'DELETE', path: APP });

    expect(await overwrite(world, { ...ready.input, ends: endOf(ready) })).toEqual({
      outcome: 'replaced',
      isClosed: false,
      warnings: [],
    });

    expect(world.prod.app(ready.staged.appId)).toBeDefined();
    const { promotionKey } = ready.decision;
    expect(await world.ledger.listDeliveries({ promotionKey })).toEqual([]);
  });

  it('is not over when the step is cancelled meanwhile', async () => {
    const ready = await readyToOverwrite(world);
    await overwrite(world, ready.input);
    const struck = fault(world.prod, { effect: { type: 'hang' }, method: 'DELETE', path: APP });
    const stop = new AbortController();

    const overwriting = overwrite(world, { ...ready.input, ends: endOf(ready) }, 2, stop.signal).catch(
      (error: unknown) => error,
    );
    await waitFor('the deletion to hang', () => struck() > 0);
    stop.abort();

    expect(await overwriting).toBeInstanceOf(Error);
  });
});
