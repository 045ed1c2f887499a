import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultCacheFolder, findVersitygw } from '../../../sandbox/s3/find-versitygw.ts';
import { type S3Options, type SandboxS3, startS3 } from '../../../sandbox/s3/start-s3.ts';

const cleanUps: (() => unknown)[] = [];
// Builds the server program on a machine that has none yet.
beforeAll(() => findVersitygw(defaultCacheFolder(), () => undefined), 900_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('the sandbox S3', () => {
  it.each([
    ['over HTTP', {}],
    ['over HTTPS', { tls: true }],
  ])('keeps every version of an object %s', async (_, options) => {
    const s3 = await start({ folder: await temporaryFolder(), ...options });
    await s3.createBucket('versions');

    const [first, second] = [await put(s3, 'one'), await put(s3, 'two')];

    expect(first).toBeTruthy();
    expect(second).not.toBe(first);
    expect(await get(s3, first)).toBe('one');
  });

  it('keeps versions where files cannot hold extended attributes', async () => {
    const folder = await temporaryFolder();
    await mkdir(path.join(folder, 'sidecar'));
    const s3 = await start({ folder });
    await s3.createBucket('versions');

    const [first] = [await put(s3, 'one'), await put(s3, 'two')];

    expect(await get(s3, first)).toBe('one');
  });

  it('has its buckets, versions and keys again after a restart', async () => {
    const folder = await temporaryFolder();
    const before = await start({ folder });
    await before.createBucket('versions');
    await put(before, 'one');
    await put(before, 'two');
    await before.close();

    const after = await start({ folder });
    await after.createBucket('versions');

    const client = after.client();
    const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: 'versions' }));
    client.destroy();
    expect(Versions).toHaveLength(2);
    expect(after.secretAccessKey).toBe(before.secretAccessKey);
  });

  it('ends when the process that started it is killed', async () => {
    const script = path.join(import.meta.dirname, 'start-and-wait.ts');
    const parent = spawn(process.execPath, [script, await temporaryFolder()], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [endpoint] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
    expect(await isUp(endpoint)).toBe(true);

    parent.kill('SIGKILL');

    for (const deadline = Date.now() + 10_000; Date.now() < deadline && (await isUp(endpoint)); ) await sleep(20);
    expect(await isUp(endpoint)).toBe(false);
  });

  it('says what it tried and what to do when there is no server program', async () => {
    const cacheFolder = path.join(await temporaryFolder(), 'cache');
    const saved = process.env['PATH'];
    cleanUps.push(() => (process.env['PATH'] = saved));
    process.env['PATH'] = cacheFolder;

    const finding = findVersitygw(cacheFolder, () => undefined);

    await expect(finding).rejects.toThrow(/does not exist and could not be built .*install Go/);
  });
});

async function start(options: S3Options): Promise<SandboxS3> {
  const s3 = await startS3(options);
  cleanUps.push(() => s3.close());
  return s3;
}

async function put(s3: SandboxS3, text: string): Promise<string | undefined> {
  const client = s3.client();
  const { VersionId } = await client.send(new PutObjectCommand({ Bucket: 'versions', Key: 'app', Body: text }));
  client.destroy();
  return VersionId;
}

async function get(s3: SandboxS3, VersionId: string | undefined): Promise<string | undefined> {
  const client = s3.client();
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'versions', Key: 'app', VersionId }));
  const text = await Body?.transformToString();
  client.destroy();
  return text;
}

async function isUp(endpoint: string): Promise<boolean> {
  return fetch(endpoint.trim()).then(
    () => true,
    () => false,
  );
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'waybill-s3-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
