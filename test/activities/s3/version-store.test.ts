import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createVersionStore, type KeepVersionInput, type VersionStore } from '../../../activities/s3/version-store.ts';
import type { SecretRef, VersioningConfig } from '../../../config/types.ts';
import { type SandboxS3, startS3 } from '../../../sandbox/s3/start-s3.ts';

let folder: string;
let s3: SandboxS3;
const cleanUps: (() => unknown)[] = [];
let appNumber = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-versions-'));
  s3 = await startS3({ folder, tls: true });
  await writeFile(path.join(folder, 'ca.pem'), s3.caPem);
  await s3.createBucket('versions');
  await s3.createBucket('plain', { isVersioned: false });
}, 900_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

describe('keeping a version', () => {
  it('adds a version under one key an app, whatever the app is called', async () => {
    const store = await storeOf();
    const key = freshKey(store);

    const first = await store.keep(inputOf(key, randomBytes(1000), { appName: 'Sales', promotionKey: 'p1' }));
    const second = await store.keep(inputOf(key, randomBytes(1000), { appName: 'Umsätze 📈', promotionKey: 'p2' }));

    expect(first).toMatchObject({ key, alreadyThere: false });
    expect(await versionIds(key)).toEqual([second.versionId, first.versionId]);
  });

  it('does not add a second version when the same promotion is repeated', async () => {
    const store = await storeOf();
    const key = freshKey(store);
    const input = inputOf(key, randomBytes(1000));
    const first = await store.keep(input);
    await store.keep(inputOf(key, randomBytes(1000), { promotionKey: 'newer' }));

    const again = await store.keep(input);

    expect(again).toEqual({ ...first, alreadyThere: true });
    expect(await versionIds(key)).toHaveLength(2);
  });

  it('adds one when the same promotion has other bytes', async () => {
    const store = await storeOf();
    const key = freshKey(store);
    await store.keep(inputOf(key, randomBytes(1000)));

    const again = await store.keep(inputOf(key, randomBytes(1000)));

    expect(again.alreadyThere).toBe(false);
  });

  it('finds the version whose reply was lost on the way', async () => {
    const key = freshKey(await storeOf());
    const input = inputOf(key, randomBytes(1000));
    const lossy = await losingReplyTo('PUT');

    const lost = (await storeOf(lossy)).keep(input);
    await expect(lost).rejects.toMatchObject({ code: 'WAYBILL_S3_UNREACHABLE', retryable: true });
    const again = await (await storeOf()).keep(input);

    expect(again.alreadyThere).toBe(true);
    expect(await versionIds(key)).toEqual([again.versionId]);
  });

  it('stores a file of several parts and gives back its bytes', async () => {
    const store = await storeOf();
    const bytes = randomBytes(20 * 1024 * 1024 + 7);
    const seen: number[] = [];

    const kept = await store.keep({ ...inputOf(freshKey(store), bytes), onBytes: (total) => seen.push(total) });

    const { stream, sizeBytes } = await store.open(kept.key, kept.versionId);
    expect(sizeBytes).toBe(bytes.length);
    expect(await hashOf(stream)).toBe(sha256(bytes));
    expect(seen.at(-1)).toBe(bytes.length);
  });

  it.each([
    ['another hash', { sha256: 'f'.repeat(64) }],
    ['fewer bytes than announced', { body: bodyOf(randomBytes(10_000_000), 10_000_001) }],
    ['fewer bytes than announced in one part', { body: bodyOf(randomBytes(10), 11) }],
  ])('writes nothing when the body has %s', async (_, wrong) => {
    const store = await storeOf();
    const key = freshKey(store);

    const keeping = store.keep({ ...inputOf(key, randomBytes(9_000_000)), ...wrong });

    await expect(keeping).rejects.toMatchObject({ code: 'WAYBILL_VERSION_CONTENT_MISMATCH' });
    expect(await versionIds(key)).toEqual([]);
    expect(await openUploads(key)).toEqual([]);
  });

  it('leaves no part behind when it is aborted, and throws the reason', async () => {
    const store = await storeOf();
    const key = freshKey(store);
    const abort = new AbortController();
    const reason = new Error('worker shuts down');
    const endless = async () => ({ stream: Readable.from(silentAfter(40)), sizeBytes: 1e9 });
    const onBytes = (total: number) => total >= 40 * 1024 * 1024 && abort.abort(reason);

    const keeping = store.keep({ ...inputOf(key, Buffer.alloc(0)), body: endless, signal: abort.signal, onBytes });

    await expect(keeping).rejects.toBe(reason);
    expect(await openUploads(key)).toEqual([]);
  });

  it('passes an error of the body on and leaves no part behind', async () => {
    const store = await storeOf();
    const key = freshKey(store);
    const failure = Object.assign(new Error('export broke'), { code: 'ECONNRESET' });
    const body = async () => ({ stream: Readable.from(silentAfter(20, failure)), sizeBytes: 1e9 });

    await expect(store.keep({ ...inputOf(key, Buffer.alloc(0)), body })).rejects.toBe(failure);

    expect(await openUploads(key)).toEqual([]);
  });

  it('refuses a bucket without versioning and writes nothing', async () => {
    const store = await storeOf({ bucket: 'plain' });

    await expect(store.keep(inputOf('a/b.qvf', randomBytes(10)))).rejects.toMatchObject({
      code: 'WAYBILL_VERSION_STORE_UNVERSIONED',
      retryable: false,
    });

    await expect(store.find('p', 'a/b.qvf')).resolves.toBeUndefined();
  });
});

describe('uploads that a dead process left half-way', () => {
  it('are ended once they are old enough, and no others in the bucket', async () => {
    const store = await storeOf({ prefix: 'kept/' });
    const own = store.keyOf({ site: 'dev', appId: '3f1e8396-14fe-4da2-a43b-a826bfa77167' });
    const others = ['kept/reports/2028.qvf', 'elsewhere/dev/3f1e8396-14fe-4da2-a43b-a826bfa77167.qvf'];
    for (const key of [own, ...others]) await beginUpload(key);

    expect(await store.endAbandonedUploads(3_600_000)).toBe(0);
    expect(await openUploads(own)).toHaveLength(1);

    expect(await store.endAbandonedUploads(0)).toBe(1);
    expect(await openUploads(own)).toEqual([]);
    for (const key of others) expect(await openUploads(key)).toHaveLength(1);
  });
});

describe('finding and opening', () => {
  it('finds nothing where another program wrote, or another app begins with the same key', async () => {
    const store = await storeOf();
    const key = freshKey(store);
    const client = s3.client();
    await client.send(new PutObjectCommand({ Bucket: 'versions', Key: key, Body: 'by hand' }));
    client.destroy();
    await store.keep(inputOf(`${key}2`, randomBytes(10)));

    expect(await store.find('p1', key)).toBeUndefined();
  });

  it('tells of a version that was deleted', async () => {
    const store = await storeOf();
    const { key } = await store.keep(inputOf(freshKey(store), randomBytes(10)));

    const opening = store.open(key, '01ARZ3NDEKTSV4RRFFQ69G5FAV');

    await expect(opening).rejects.toMatchObject({ code: 'WAYBILL_VERSION_MISSING' });
  });

  it('builds keys from prefix, site and app id only', async () => {
    const store = await storeOf({ prefix: 'PromotedToTest/' });

    expect(store.keyOf({ site: 'dev', appId: '3F1E8396-14FE-4DA2-A43B-A826BFA77167' })).toBe(
      'PromotedToTest/dev/3f1e8396-14fe-4da2-a43b-a826bfa77167.qvf',
    );
  });
});

describe('a store that cannot be used', () => {
  it.each<[string, string, boolean, () => Partial<VersioningConfig> | Promise<Partial<VersioningConfig>>]>([
    ['a wrong secret', 'WAYBILL_S3_CREDENTIALS', false, () => ({ credentials: keys('wrong') })],
    [
      'an unknown key',
      'WAYBILL_S3_CREDENTIALS',
      false,
      () => ({ credentials: { ...keys('x'), accessKeyId: 'SANDBOXNOBODY00000' } }),
    ],
    ['no such bucket', 'WAYBILL_S3_NO_BUCKET', false, () => ({ bucket: 'absent' })],
    ['an untrusted certificate', 'WAYBILL_S3_CERTIFICATE', false, () => ({ ca: undefined })],
    ['nobody listening', 'WAYBILL_S3_UNREACHABLE', true, async () => ({ endpoint: await deadEndpoint() })],
    ['a busy store', 'WAYBILL_S3_BUSY', true, () => answering(503)],
    ['a denied operation', 'WAYBILL_S3_DENIED', false, () => answering(403)],
  ])('is reported for %s', async (_, code, retryable, change) => {
    const store = await storeOf(await change());

    const error: unknown = await store.check().catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code, retryable });
    expect(JSON.stringify(error) + String(error)).not.toContain(s3.secretAccessKey);
  });
});

async function storeOf(change: Partial<VersioningConfig> = {}): Promise<VersionStore> {
  const store = await createVersionStore({
    mode: 'always',
    required: true,
    bucket: 'versions',
    prefix: '',
    region: s3.region,
    endpoint: s3.endpoint,
    pathStyle: true,
    credentials: keys(s3.secretAccessKey),
    ca: path.join(folder, 'ca.pem'),
    ...change,
  });
  cleanUps.push(() => store.close());
  return store;
}

function keys(text: string): NonNullable<VersioningConfig['credentials']> {
  const secretAccessKey: SecretRef = { describe: () => 'test', resolve: async () => text, toJSON: () => '********' };
  return { accessKeyId: s3.accessKeyId, secretAccessKey };
}

function freshKey(store: VersionStore): string {
  appNumber += 1;
  return store.keyOf({ site: 'dev', appId: `app-${appNumber}` });
}

function inputOf(key: string, bytes: Buffer, change: Partial<KeepVersionInput> = {}): KeepVersionInput {
  return { key, body: bodyOf(bytes), promotionKey: 'p1', sha256: sha256(bytes), appName: 'Sales', ...change };
}

function bodyOf(bytes: Buffer, sizeBytes = bytes.length): KeepVersionInput['body'] {
  return async () => ({ stream: Readable.from([bytes]), sizeBytes });
}

/** So many MiB, then an error or no more word. */
async function* silentAfter(mebibytes: number, error?: Error): AsyncGenerator<Buffer> {
  for (let count = 0; count < mebibytes; count += 1) yield Buffer.alloc(1024 * 1024, count);
  if (error !== undefined) throw error;
  await new Promise(() => undefined);
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function beginUpload(key: string): Promise<void> {
  const client = s3.client();
  await client.send(new CreateMultipartUploadCommand({ Bucket: 'versions', Key: key }));
  client.destroy();
}

async function versionIds(key: string): Promise<(string | undefined)[]> {
  const client = s3.client();
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: 'versions', Prefix: key }));
  client.destroy();
  return Versions.filter(({ Key }) => Key === key).map(({ VersionId }) => VersionId);
}

async function openUploads(key: string): Promise<unknown[]> {
  const client = s3.client();
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'versions', Prefix: key }));
  client.destroy();
  return Uploads;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => server.closeAllConnections());
  cleanUps.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answering(status: number): Promise<Partial<VersioningConfig>> {
  return { endpoint: await listen(createServer((_, response) => response.writeHead(status).end())) };
}

/** Passes all calls on to the store, and drops the connection instead of the reply to one method. */
async function losingReplyTo(method: string): Promise<Partial<VersioningConfig>> {
  const server = createServer((incoming, outgoing) => {
    const { method: called, headers, url } = incoming;
    const call = request(new URL(url ?? '/', s3.endpoint), { method: called, headers, ca: s3.caPem }, (reply) => {
      if (called === method) outgoing.destroy();
      else reply.pipe(outgoing.writeHead(reply.statusCode ?? 500, reply.headers));
    });
    incoming.pipe(call);
  });
  return { endpoint: await listen(server) };
}

async function deadEndpoint(): Promise<string> {
  const server = createServer();
  const endpoint = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return endpoint;
}
