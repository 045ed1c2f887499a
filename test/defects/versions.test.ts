import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readQvf } from '../../sandbox/qvf/read-qvf.ts';
import { type SandboxS3, startS3 } from '../../sandbox/s3/start-s3.ts';
import { approve, whatStands } from '../harness/acts.ts';
import { waitFor } from '../harness/wait-for.ts';
import { startWorld, type World } from '../harness/world.ts';
import { isPublished, nthPromotion, promotionsOf, publishedApp } from '../harness/scenes.ts';

const BUCKET = 'versions';

let folder: string;
let s3: SandboxS3;
let client: S3Client;
let world: World;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-s3-'));
  s3 = await startS3({ folder });
  await s3.createBucket(BUCKET);
  client = s3.client();
  world = await startWorld({
    targets: ['test'],
    change: (yaml) => {
      yaml['versioning'] = {
        mode: 'byProperty',
        bucket: BUCKET,
        prefix: 'promoted/',
        endpoint: s3.endpoint,
        region: s3.region,
        pathStyle: true,
        credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
      };
    },
  });
}, 900_000);

afterEach(() => {
  for (const site of Object.values(world.sites)) site.faults.clear();
});

afterAll(async () => {
  client?.destroy();
  await world?.close();
  await s3?.close();
  await rm(folder, { recursive: true, force: true });
});

const withVersion = { PromotionS3Versioning: ['True'] };
const keyOf = (app: string): string => `promoted/${world.alias('dev')}/${app}.qvf`;
const standing = (name: string) => whatStands(world, 'test').filter((app) => app.name === name);

async function versionsOf(app: string): Promise<string[]> {
  const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: keyOf(app) }));
  return Versions.map(({ VersionId }) => VersionId ?? '');
}

describe('a version', () => {
  it('is there before anything is delivered, and its id stands in the description', async () => {
    const name = 'Versioned';
    const app = publishedApp(world, name);
    world.site('test').faults.add({ path: '/app/upload', effect: { type: 'delay', delayMs: 300 } });

    approve(world, app, { test: 'Overwrite' }, ['Sales'], withVersion);
    await waitFor('the upload', () => world.site('test').faults.all()[0]!.struck > 0);
    const [versionId] = await versionsOf(app);
    const promotion = await nthPromotion(world, app, 1);

    expect(versionId).toMatch(/./);
    expect(promotion).toMatchObject({ state: 'promoted', version: { versionId, key: keyOf(app) } });
    expect(await versionsOf(app)).toEqual([versionId]);
    const description = String(world.site('test').app(standing(name)[0]!.id)?.['description']);
    expect(description).toContain(`S3 Version ID: ${versionId}`);
  });

  it('holds the approved content without its data, under the hash of its own bytes', async () => {
    const name = 'Same hash';
    const app = publishedApp(world, name, { dataSizeBytes: 50_000 });
    world.site('dev').faults.add({ method: 'POST', path: 'skipdata=true', effect: { type: 'status', status: 500 } });

    approve(world, app, { test: 'Overwrite' }, ['Sales'], withVersion);
    const promotion = await nthPromotion(world, app, 1);

    const place = { Bucket: BUCKET, Key: keyOf(app) };
    const [{ Body }, { Metadata }] = await Promise.all([
      client.send(new GetObjectCommand(place)),
      client.send(new HeadObjectCommand(place)),
    ]);
    const bytes = Buffer.from(await Body!.transformToByteArray());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(bytes.length).toBeLessThan(50_000);
    expect(promotion.version).toMatchObject({ sha256 });
    expect(Metadata).toMatchObject({ 'waybill-sha256': sha256, 'waybill-promotion-key': promotion.promotionKey });
    const kept = await objectIds(bytes);
    const delivered = world.site('test').objects(standing(name)[0]!.id);
    expect(kept.length).toBeGreaterThan(3);
    expect(delivered.map((object) => String(object['engineObjectId']))).toEqual(expect.arrayContaining(kept));
  });

  it('of one app stands apart from that of its namesake', async () => {
    const name = 'Namesake';
    const [one, other] = [publishedApp(world, name), publishedApp(world, name, { stream: 'Finance' })];

    approve(world, one, { test: 'Duplicate' }, ['Sales'], withVersion);
    approve(world, other, { test: 'Duplicate' }, ['Finance'], withVersion);
    await Promise.all([nthPromotion(world, one, 1), nthPromotion(world, other, 1)]);

    expect(await versionsOf(one)).toHaveLength(1);
    expect(await versionsOf(other)).toHaveLength(1);
  });

  it.each([[[]], [['Untrue']]])(
    'is not kept where the property says %j, and the promotion completes',
    async (values) => {
      const app = publishedApp(world, `No version ${values.join('')}`);

      approve(world, app, { test: 'Overwrite' }, ['Sales'], { PromotionS3Versioning: values });

      expect(await nthPromotion(world, app, 1)).toMatchObject({ state: 'promoted', version: undefined });
      expect(await versionsOf(app)).toEqual([]);
    },
  );
});

/** Ids of the objects in an app file. */
async function objectIds(bytes: Buffer): Promise<string[]> {
  const file = path.join(folder, 'version.qvf');
  await writeFile(file, bytes);
  return (await readQvf(file)).objects.map(({ id }) => id);
}

describe('a version that cannot be kept', () => {
  it('is told in the results where it was only wished for', async () => {
    const name = 'Store is away';
    const app = publishedApp(world, name);
    await s3.close();

    approve(world, app, { test: 'Overwrite' }, ['Sales'], withVersion);
    const promotion = await nthPromotion(world, app, 1);

    expect(promotion).toMatchObject({ state: 'promoted', version: undefined });
    expect(isPublished(world, 'dev', app)).toBe(false);
    expect(await promotionsOf(world, app)).toHaveLength(1);
    const mail = await world.inbox.waitFor(({ subject }) => subject === `'${name}' promotion results`);
    expect(mail.text).toContain('No version could be kept');
    const [{ id } = { id: '' }] = standing(name);
    expect(world.site('test').app(id)?.['description']).not.toContain('S3 Version ID');
  });

  it('stops the promotion before anything is delivered, where it is required', async () => {
    const other = await startWorld({
      targets: ['test'],
      change: (yaml) => {
        const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
        const place = { bucket: BUCKET, endpoint: 'http://127.0.0.1:9', region: 'eu', pathStyle: true, credentials };
        yaml['versioning'] = { mode: 'always', required: true, ...place };
        yaml['retry'].needsOperatorAfter = '1s';
      },
    });
    try {
      const app = publishedApp(other, 'Version first');

      approve(other, app, { test: 'Overwrite' }, ['Sales']);
      const mail = await other.inbox.waitFor(({ text }) => text.includes('WAYBILL_S3_UNREACHABLE'));

      expect(mail.envelopeTo).toEqual(['operator@company.example']);
      expect(whatStands(other, 'test')).toEqual([]);
      expect(isPublished(other, 'dev', app)).toBe(true);
    } finally {
      await other.close();
    }
  });
});
