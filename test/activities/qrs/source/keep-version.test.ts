import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DecisionRecord, VersionOutcome } from '../../../../activities/promotion-types.ts';
import { createVersionStore, type VersionStore } from '../../../../activities/s3/version-store.ts';
import type { SecretRef, VersioningConfig } from '../../../../config/types.ts';
import { type SandboxS3, startS3 } from '../../../../sandbox/s3/start-s3.ts';
import { type ActivityWorld, startActivityWorld } from '../activity-world.ts';
import { approvedApp, fault, later, requestsTo } from '../acts.ts';

let folder: string;
let s3: SandboxS3;
let world: ActivityWorld;
let versions: VersionStore;
let broken: VersionStore;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-kept-'));
  [world, s3] = await Promise.all([startActivityWorld(), startS3({ folder, tls: true })]);
  await writeFile(path.join(folder, 'ca.pem'), s3.caPem);
  await s3.createBucket('versions');
  versions = await storeOf('versions');
  broken = await storeOf('no-such-bucket');
}, 900_000);
afterEach(() => {
  world.mend();
  world.versions = versions;
});
afterAll(async () => {
  await world?.close();
  await s3?.close();
  await rm(folder, { recursive: true, force: true });
});

function storeOf(bucket: string): Promise<VersionStore> {
  const resolve = async () => s3.secretAccessKey;
  const secretAccessKey: SecretRef = { describe: () => 'test', resolve, toJSON: () => '********' };
  const config = {
    bucket,
    prefix: '',
    region: s3.region,
    endpoint: s3.endpoint,
    pathStyle: true,
    ca: path.join(folder, 'ca.pem'),
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey },
  };
  return createVersionStore(config as unknown as VersioningConfig);
}

function keep(decision: DecisionRecord, attempt = 1): Promise<VersionOutcome> {
  world.versions ??= versions;
  return world.run((activities) => activities.keepVersion(decision), { attempt });
}

const wanted = async (version: 'wanted' | 'required' = 'wanted') => {
  const { app, decision } = await approvedApp(world, { app: { dataSizeBytes: 50_000 } });
  return { app, decision: { ...decision, version } };
};
const exports = () =>
  requestsTo(world.dev).filter((request) => request.startsWith('POST') && request.includes('/export/'));

describe('keeping a version', () => {
  it('writes the app without its data, and writes down which version it is', async () => {
    const { app, decision } = await wanted();
    world.nowUtc = new Date().toISOString();

    const outcome = await keep(decision);

    if (outcome.outcome !== 'kept') throw new Error(outcome.outcome);
    const found = (await versions.find(decision.promotionKey, outcome.version.key))!;
    expect(found.versionId).toBe(outcome.version.versionId);
    expect(outcome.version.key).toBe(versions.keyOf({ site: 'dev', appId: app.id }));
    expect(found.sizeBytes).toBeLessThan(50_000);
    const promotion = await world.ledger.getPromotion(decision.promotionKey);
    expect(promotion?.version).toEqual({ ...outcome.version, sha256: found.sha256, sizeBytes: found.sizeBytes });
    expect((await world.ledger.recordsOf(decision.promotionKey)).at(-1)).toMatchObject({
      seq: 'version',
      type: 'version-kept',
      atUtc: world.nowUtc,
      site: 'dev',
      appId: app.id,
      facts: { versionId: found.versionId },
    });
  });

  it('takes the one that an earlier try wrote, without another export', async () => {
    const { decision } = await wanted();
    const first = await keep(decision);
    world.dev.requestLog.clear();

    expect(await keep(decision, 2)).toEqual(first);
    expect(exports()).toEqual([]);
  });

  it('keeps nothing of content that nobody approved', async () => {
    const { app, decision } = await wanted();
    later(world.dev, app.id);
    world.dev.actAs.edit(app.id);

    expect((await keep(decision)).outcome).toBe('changed');
    expect(await versions.find(decision.promotionKey, versions.keyOf({ site: 'dev', appId: app.id }))).toBeUndefined();
    expect(await world.ledger.getPromotion(decision.promotionKey)).toMatchObject({ state: 'withdrawn' });
  });
});

describe('a version that cannot be kept', () => {
  it('is tried five times for a reason that may pass, and then the promotion goes on without', async () => {
    const { app, decision } = await wanted();
    const busy = { effect: { type: 'status', status: 503 }, method: 'POST', path: '/export/', times: 0 } as const;
    fault(world.dev, busy);

    await expect(keep(decision, 4)).rejects.toMatchObject({ retryable: true });
    world.nowUtc = new Date().toISOString();
    const outcome = await keep(decision, 5);

    expect(outcome).toMatchObject({ outcome: 'failed', why: expect.stringContaining('503') });
    expect((await world.ledger.recordsOf(decision.promotionKey)).at(-1)).toMatchObject({
      seq: 'version',
      type: 'version-failed',
      atUtc: world.nowUtc,
      site: 'dev',
      appId: app.id,
      facts: { why: expect.stringContaining('503') },
    });
  });

  it('is given up at once for a reason that stays', async () => {
    const { decision } = await wanted();
    world.versions = broken;

    expect(await keep(decision)).toMatchObject({ outcome: 'failed' });
  });

  it('stops the promotion where it is required', async () => {
    const { decision } = await wanted('required');
    world.versions = broken;

    await expect(keep(decision, 5)).rejects.toThrow();
    const records = await world.ledger.recordsOf(decision.promotionKey);
    expect(records.map(({ seq }) => seq)).not.toContain('version');
  });

  it('is not given up because the step was cancelled', async () => {
    const { decision } = await wanted();
    await expect(
      world.run((activities) => activities.keepVersion(decision), { attempt: 5, signal: AbortSignal.abort() }),
    ).rejects.toThrow();
  });
});
