import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArtifactStore, requireStore } from '../../../activities/artifacts/artifact-store.ts';
import { openArtifactStore } from '../../../activities/artifacts/open-artifact-store.ts';
import type { ArtifactsConfig } from '../../../config/types.ts';
import { type SandboxS3, startS3 } from '../../../sandbox/s3/start-s3.ts';

const MEBIBYTE = 1024 * 1024;
let folder: string;
let s3: SandboxS3;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-artifacts-'));
  s3 = await startS3({ folder: path.join(folder, 's3') });
  await s3.createBucket('artifacts', { isVersioned: false });
}, 900_000);
afterAll(async () => {
  await s3.close();
  await rm(folder, { recursive: true, force: true });
});

describe.each(['folder', 's3'] as const)('an artifact store of kind %s', (kind) => {
  it('gives back under its hash what was written, small, empty or in many parts', async () => {
    const store = await open(kind);

    for (const sizeBytes of [0, 1, 3 * MEBIBYTE + 5, 40 * MEBIBYTE + 1]) {
      const bytes = randomBytes(sizeBytes);
      const stored = await store.write(chunksOf(bytes), { expectedSizeBytes: sizeBytes });

      expect(stored).toEqual({ sha256: sha256(bytes), sizeBytes });
      expect(await store.stat(stored.sha256)).toEqual({ sizeBytes });
      const { stream, sizeBytes: openedBytes } = await store.open(stored.sha256);
      expect(openedBytes).toBe(sizeBytes);
      expect(await hashOf(stream)).toBe(stored.sha256);
    }
  });

  it('reports the total of bytes as they come, and once that all have come', async () => {
    const store = await open(kind);
    const totals: number[] = [];
    const received: (number | undefined)[] = [];

    await store.write(chunksOf(randomBytes(3 * MEBIBYTE)), {
      onBytes: (total) => totals.push(total),
      onReceived: () => received.push(totals.at(-1)),
    });

    expect(totals.at(-1)).toBe(3 * MEBIBYTE);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
    expect(received).toEqual([3 * MEBIBYTE]);
  });

  it('does not report that all have come when there are fewer than announced', async () => {
    const store = await open(kind);
    let received = 0;
    const options = { expectedSizeBytes: 2 * MEBIBYTE, onReceived: () => void (received += 1) };

    await expect(store.write(chunksOf(randomBytes(MEBIBYTE)), options)).rejects.toThrow();

    expect(received).toBe(0);
  });

  it('lets the same content be written many times at once', async () => {
    const store = await open(kind);
    const bytes = randomBytes(2 * MEBIBYTE);

    const all = await Promise.all(Array.from({ length: 4 }, () => store.write(chunksOf(bytes))));

    expect(new Set(all.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(await hashOf((await store.open(sha256(bytes))).stream)).toBe(sha256(bytes));
  });

  it.each([
    ['more', 10],
    ['less', 30 * MEBIBYTE],
  ])('keeps nothing when there is %s than announced', async (_, expectedSizeBytes) => {
    const store = await open(kind);
    const bytes = randomBytes(20 * MEBIBYTE);

    await expect(store.write(chunksOf(bytes), { expectedSizeBytes })).rejects.toMatchObject({
      code: 'WAYBILL_ARTIFACT_SIZE_MISMATCH',
      retryable: true,
    });

    expect(await store.stat(sha256(bytes))).toBeUndefined();
  });

  it('passes an error of the source on unchanged', async () => {
    const store = await open(kind);
    const failure = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', syscall: 'read' });

    await expect(store.write(chunksOf(randomBytes(20 * MEBIBYTE), failure))).rejects.toBe(failure);
  });

  it('ends at once when it is aborted while the source is silent', async () => {
    const store = await open(kind);
    const abort = new AbortController();
    const reason = new Error('no byte for two minutes');
    const onBytes = (): void => abort.abort(reason);

    await expect(store.write(silentAfter(2 * MEBIBYTE), { signal: abort.signal, onBytes })).rejects.toBe(reason);
  });

  it('knows nothing of an artifact that was never written', async () => {
    const store = await open(kind);

    expect(await store.stat('a'.repeat(64))).toBeUndefined();
    await expect(store.open('a'.repeat(64))).rejects.toMatchObject({ code: 'WAYBILL_ARTIFACT_MISSING' });
  });

  it('collects what is old and not needed, and nothing else', async () => {
    const store = await open(kind);
    const [needed, old] = [await store.write(chunksOf(randomBytes(9))), await store.write(chunksOf(randomBytes(9)))];
    // S3 dates in whole seconds: what is young may look a second older.
    await sleep(2600);
    const young = await store.write(chunksOf(randomBytes(9)));

    const removed = await store.collect({ keep: new Set([needed.sha256]), olderThanMs: 2500 });

    expect(removed).toBe(1);
    expect(await store.stat(old.sha256)).toBeUndefined();
    for (const { sha256 } of [needed, young]) expect(await store.stat(sha256)).toEqual({ sizeBytes: 9 });
  });

  it('counts as written now what is written again', async () => {
    const store = await open(kind);
    const bytes = randomBytes(9);
    await store.write(chunksOf(bytes));
    await sleep(2600);
    await store.write(chunksOf(bytes));

    expect(await store.collect({ keep: new Set(), olderThanMs: 2500 })).toBe(0);
  });

  it('has the same id whoever opens it, and is told from another store', async () => {
    const name = 'shared';
    const [one, two] = await Promise.all([open(kind, name), open(kind, name)]);
    const other = await open(kind, 'other');

    requireStore(two, one.storeId);

    expect(() => requireStore(other, one.storeId)).toThrow(
      expect.objectContaining({ code: 'WAYBILL_ARTIFACT_ELSEWHERE', retryable: false }),
    );
  });
});

it('asks for a bucket when the kind is s3 and none is set', async () => {
  const opening = openArtifactStore({ kind: 's3', folder: '', keepMs: 1 });

  await expect(opening).rejects.toMatchObject({ code: 'WAYBILL_ARTIFACT_NO_BUCKET' });
});

let storeNumber = 0;
async function open(kind: ArtifactsConfig['kind'], name = `store-${(storeNumber += 1)}`): Promise<ArtifactStore> {
  const { accessKeyId, secretAccessKey, endpoint, region } = s3;
  const secret = { describe: () => 'test', resolve: async () => secretAccessKey, toJSON: () => '********' };
  return openArtifactStore({
    kind,
    folder: path.join(folder, name),
    keepMs: 1,
    s3: {
      bucket: 'artifacts',
      prefix: `${name}/`,
      endpoint,
      region,
      pathStyle: true,
      credentials: { accessKeyId, secretAccessKey: secret },
    },
  });
}

async function* chunksOf(bytes: Buffer, error?: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
  if (error !== undefined) throw error;
}

async function* silentAfter(sizeBytes: number): AsyncGenerator<Buffer> {
  yield* chunksOf(randomBytes(sizeBytes));
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
