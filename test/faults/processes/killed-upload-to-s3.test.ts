import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ListMultipartUploadsCommand, type MultipartUpload } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FaultyS3, startFaultyS3 } from '../../../sandbox/s3/start-faulty-s3.ts';
import { type SandboxS3, startS3 } from '../../../sandbox/s3/start-s3.ts';
import { promoted, send, sweep } from '../../effects/effects.ts';
import { waitFor } from '../../harness/wait-for.ts';
import { expectSound } from '../expect-sound.ts';
import { type KillableWorld, startKillableWorld } from './killable-world.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 900_000 });

const BUCKET = 'artifacts';
/** An upload goes in parts from 8 MiB on. */
const DATA_BYTES = 20 * 1024 * 1024;

describe('row 14: a worker that is killed in the middle of an upload in parts to S3', () => {
  let folder: string;
  let s3: SandboxS3;
  let faulty: FaultyS3;
  let world: KillableWorld;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-artifacts-'));
    s3 = await startS3({ folder });
    await s3.createBucket(BUCKET, { isVersioned: false });
    faulty = await startFaultyS3(s3);
    world = await startKillableWorld({
      targets: ['test'],
      change: (yaml) => {
        const { endpoint, region, accessKeyId, secretAccessKey } = faulty;
        const credentials = { accessKeyId, secretAccessKey };
        yaml['artifacts'] = { kind: 's3', s3: { bucket: BUCKET, endpoint, region, pathStyle: true, credentials } };
        yaml['staging'] = { sweepAfter: '0s' };
      },
    });
  });

  afterAll(async () => {
    await world?.close();
    await faulty?.close();
    await s3?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('leaves parts that the sweep ends, and the app is promoted', async () => {
    const held = faulty.faults.add({ effect: { type: 'hang' }, operation: 'UploadPart', nth: 2, times: 0 });
    const app = send(world, 'Killed in parts', { test: 'Duplicate' }, { dataSizeBytes: DATA_BYTES });
    await waitFor('a part to hang', () => faulty.faults.struck(held) > 0);

    await world.processes.worker.kill();
    faulty.faults.clear();
    expect(await openUploads()).toHaveLength(1);
    await world.processes.worker.start();

    await promoted(world, app);
    await sweep(world);
    expect(await openUploads()).toEqual([]);
    await expectSound(world);
  });

  async function openUploads(): Promise<MultipartUpload[]> {
    const client = s3.client();
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    client.destroy();
    return Uploads;
  }
});
