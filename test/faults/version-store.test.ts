import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { S3FaultRule } from '../../sandbox/s3/s3-faults.ts';
import { type FaultyS3, startFaultyS3 } from '../../sandbox/s3/start-faulty-s3.ts';
import { type SandboxS3, startS3 } from '../../sandbox/s3/start-s3.ts';
import { promoted, publishedApp, type SentApp, standingOf, startEffectsWorld } from '../effects/effects.ts';
import { approve } from '../harness/acts.ts';
import { promotionsOf } from '../harness/scenes.ts';
import { type PromotionStatus, queries, workflowIds } from '../../workflows/contract.ts';
import { waitFor } from '../harness/wait-for.ts';
import type { World } from '../harness/world.ts';
import { expectSound } from './expect-sound.ts';

const BUCKET = 'versions';

describe('row 14: a version store', () => {
  let folder: string;
  let s3: SandboxS3;
  let faulty: FaultyS3;
  let world: World;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-versions-'));
    s3 = await startS3({ folder });
    await s3.createBucket(BUCKET);
    faulty = await startFaultyS3(s3);
    world = await startEffectsWorld({
      targets: ['test'],
      change: (yaml) => {
        const { endpoint, region, accessKeyId, secretAccessKey } = faulty;
        const credentials = { accessKeyId, secretAccessKey };
        const place = { bucket: BUCKET, endpoint, region, pathStyle: true, credentials };
        yaml['versioning'] = { mode: 'byProperty', required: true, ...place };
      },
    });
  }, 900_000);

  afterEach(() => faulty.faults.clear());

  afterAll(async () => {
    await world?.close();
    await faulty?.close();
    await s3?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function versioned(name: string): SentApp {
    const app = publishedApp(world, name);
    approve(world, app.id, { test: 'Duplicate' }, ['Sales'], {
      PromotionS3Versioning: ['True'],
      PromotionUnpublish: ['True'],
    });
    return app;
  }

  /** What the promotion waits for, with its error. */
  async function needsOperator(app: SentApp): Promise<string> {
    const id = workflowIds.promotion(world.alias('dev'), app.id);
    await waitFor('the promotion to need an operator', async () => {
      const [latest] = await promotionsOf(world, app.id);
      return latest?.state === 'needs-operator';
    });
    const promotion = world.temporal.client.workflow.getHandle(id);
    const { trouble } = await promotion.query<PromotionStatus>(queries.status);
    return JSON.stringify(trouble);
  }

  async function setVersioning(bucket: string, Status: 'Enabled' | 'Suspended'): Promise<void> {
    const client = s3.client();
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }));
    client.destroy();
  }

  it.each([
    { what: '500', rule: { effect: { type: 'error' }, operation: 'PutObject', times: 2 } },
    { what: 'SlowDown', rule: { effect: { type: 'slow-down' }, times: 5 } },
    {
      what: 'a reset in mid-upload',
      rule: { effect: { type: 'reset-upload', afterBytes: 10 }, operation: 'PutObject', times: 2 },
    },
    { what: 'a lost reply', rule: { effect: { type: 'reply-lost' }, operation: 'PutObject', times: 2 } },
    {
      what: 'a failing look at its versions',
      rule: { effect: { type: 'error' }, operation: 'ListObjectVersions', times: 4 },
    },
  ] as const satisfies readonly { what: string; rule: S3FaultRule }[])(
    'that answers with $what keeps the version, once',
    async ({ what, rule }) => {
      const fault = faulty.faults.add(rule);

      const app = versioned(what);
      await promoted(world, app);

      expect(faulty.faults.struck(fault)).toBeGreaterThan(0);
      faulty.faults.clear();
      await expectSound(world, { store: { s3, bucket: BUCKET } });
    },
  );

  it('that stops keeping versions holds the promotion up where a version is required', async () => {
    const bucket = world.config.versioning.bucket!;
    await setVersioning(bucket, 'Suspended');

    const app = versioned('Versioning off');
    const stuck = await needsOperator(app);
    expect(stuck).toContain('WAYBILL_VERSION_STORE_UNVERSIONED');
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    await setVersioning(bucket, 'Enabled');

    await promoted(world, app);
    await expectSound(world, { store: { s3, bucket: BUCKET } });
  });

  it('that stands in another region holds the promotion up, and says which setting names it', async () => {
    faulty.faults.add({ effect: { type: 'error', status: 301, code: 'PermanentRedirect' }, times: 0 });

    const app = versioned('Another region');
    const stuck = await needsOperator(app);
    expect(stuck).toContain('WAYBILL_S3_NO_BUCKET');
    expect(stuck).toContain('versioning');
    faulty.faults.clear();

    await promoted(world, app);
    await expectSound(world, { store: { s3, bucket: BUCKET } });
  });

  it('whose keys have expired holds the promotion up, and nothing reaches a target before it is mended', async () => {
    faulty.faults.add({ effect: { type: 'expired' }, times: 0 });

    const app = versioned('Expired keys');
    await needsOperator(app);
    expect(standingOf(world, 'test', app.name)).toEqual([]);
    faulty.faults.clear();

    await promoted(world, app);
    await expectSound(world, { store: { s3, bucket: BUCKET } });
  });
});
