import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateMultipartUploadCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultCacheFolder, findVersitygw } from '../../../sandbox/s3/find-versitygw.ts';
import { type FaultyS3, startFaultyS3 } from '../../../sandbox/s3/start-faulty-s3.ts';
import { callOf } from '../../../sandbox/s3/s3-faults.ts';
import { type SandboxS3, startS3 } from '../../../sandbox/s3/start-s3.ts';

const BUCKET = 'versions';

describe('a store on which things go wrong', () => {
  let folder: string;
  let s3: SandboxS3;
  let faulty: FaultyS3;
  let client: S3Client;
  let keys = 0;
  let key: string;

  beforeAll(async () => {
    await findVersitygw(defaultCacheFolder(), () => undefined);
    folder = await mkdtemp(path.join(tmpdir(), 'waybill-faulty-s3-'));
    s3 = await startS3({ folder });
    await s3.createBucket(BUCKET);
    faulty = await startFaultyS3(s3);
    client = faulty.client();
  }, 900_000);

  beforeEach(() => {
    keys += 1;
    key = `dev/app-${keys}.qvf`;
  });

  afterEach(() => faulty.faults.clear());

  afterAll(async () => {
    client?.destroy();
    await faulty?.close();
    await s3?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (text: string) => client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: text }));

  async function versions(): Promise<number> {
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: key }));
    return Versions.length;
  }

  it('serves what no fault strikes', async () => {
    faulty.faults.add({ effect: { type: 'reset' }, operation: 'PutObject', key: 'another' });

    const { VersionId } = await put('one');
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, VersionId }));

    expect(await Body?.transformToString()).toBe('one');
    expect(faulty.calls.PutObject).toBeGreaterThan(0);
  });

  it.each([
    { effect: { type: 'error' }, error: { name: 'InternalError' }, status: 500 },
    { effect: { type: 'slow-down' }, error: { name: 'SlowDown' }, status: 503 },
    { effect: { type: 'expired' }, error: { name: 'ExpiredToken' }, status: 403 },
    { effect: { type: 'error', status: 403, code: 'AccessDenied' }, error: { name: 'AccessDenied' }, status: 403 },
  ] as const)('refuses with $error.name and stores nothing', async ({ effect, error, status }) => {
    const fault = faulty.faults.add({ effect, operation: 'PutObject' });

    await expect(put('one')).rejects.toMatchObject({ ...error, $metadata: { httpStatusCode: status } });

    expect(faulty.faults.struck(fault)).toBe(1);
    expect(await versions()).toBe(0);
    expect((await put('two')).VersionId).toBeTruthy();
  });

  it('resets before the call is done, or after so many bytes of it', async () => {
    faulty.faults.add({ effect: { type: 'reset' }, operation: 'PutObject' });
    await expect(put('one')).rejects.toThrow();
    faulty.faults.clear();
    faulty.faults.add({ effect: { type: 'reset-upload', afterBytes: 1000 }, operation: 'PutObject' });
    await expect(put('x'.repeat(500_000))).rejects.toThrow();

    expect(await versions()).toBe(0);
  });

  it('does what was asked and loses the answer', async () => {
    const fault = faulty.faults.add({ effect: { type: 'reply-lost' }, operation: 'PutObject' });

    await expect(put('one')).rejects.toThrow();

    expect(faulty.faults.struck(fault)).toBe(1);
    expect(await versions()).toBe(1);
  });

  it('hangs until the client gives up, and does nothing', async () => {
    faulty.faults.add({ effect: { type: 'hang' }, operation: 'PutObject' });
    const command = new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'one' });

    await expect(client.send(command, { abortSignal: AbortSignal.timeout(150) })).rejects.toThrow();

    expect(await versions()).toBe(0);
  });

  it('cuts an answer short', async () => {
    const { VersionId } = await put('x'.repeat(300_000));
    faulty.faults.add({ effect: { type: 'truncate', afterBytes: 1000 }, operation: 'GetObject' });

    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, VersionId }));

    await expect(Body?.transformToString()).rejects.toThrow();
  });

  it('strikes from the n-th call on, as often as told, and knows the calls apart', async () => {
    const fault = faulty.faults.add({ effect: { type: 'slow-down' }, operation: 'UploadPart', nth: 2, times: 2 });
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: key }));
    const part = (PartNumber: number) =>
      client.send(new UploadPartCommand({ Bucket: BUCKET, Key: key, UploadId, PartNumber, Body: 'part' })).then(
        () => 'taken',
        (error: Error) => error.name,
      );

    expect([await part(1), await part(2), await part(2), await part(2)]).toEqual([
      'taken',
      'SlowDown',
      'SlowDown',
      'taken',
    ]);
    expect(faulty.faults.struck(fault)).toBe(2);
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    expect(Uploads).toMatchObject([{ Key: key, UploadId }]);
  });

  it('has a bucket that keeps no versions, where one is asked for', async () => {
    await s3.createBucket('plain', { isVersioned: false });

    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: 'plain' }));

    expect(Status).not.toBe('Enabled');
  });
});

describe('the name of a call', () => {
  it.each([
    ['PUT', '/b/k?x-id=PutObject', 'PutObject'],
    ['PUT', '/b/k?partNumber=1&uploadId=u', 'UploadPart'],
    ['POST', '/b/k?uploads=', 'CreateMultipartUpload'],
    ['POST', '/b/k?uploadId=u', 'CompleteMultipartUpload'],
    ['DELETE', '/b/k?uploadId=u', 'AbortMultipartUpload'],
    ['DELETE', '/b/k', 'DeleteObject'],
    ['HEAD', '/b/k?versionId=v', 'HeadObject'],
    ['GET', '/b?versions=', 'ListObjectVersions'],
    ['GET', '/b/?versioning', 'GetBucketVersioning'],
    ['PUT', '/b/?versioning', 'PutBucketVersioning'],
    ['GET', '/b?uploads', 'ListMultipartUploads'],
    ['PUT', '/b', 'CreateBucket'],
  ])('of %s %s is %s', (method, url, operation) => {
    expect(callOf(method, url).operation).toBe(operation);
  });
});
