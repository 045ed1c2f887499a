import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { openArtifactStore } from '../../../activities/artifacts/open-artifact-store.ts';
import { createVersionStore } from '../../../activities/s3/version-store.ts';
import { configFromYaml } from '../../../config/load.ts';
import type { Config } from '../../../config/types.ts';
import { startS3 } from '../../../sandbox/s3/start-s3.ts';
import { keptFiles } from '../../../starter/cli/console-files.ts';
import { storeSettings } from './sick-world.ts';

const BYTES = Buffer.from('an exported app');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

function configWith(more: object): Config {
  const site = (host: string) => ({ hosts: [host], certificates: 'certificates' });
  const sites = { dev: site('dev.example'), test: site('test.example') };
  const yaml = { sites, sources: { dev: {} }, targets: { test: {} }, ...more };
  return configFromYaml(stringify(yaml), folder, {});
}

describe('the files that a console offers', () => {
  it('are those of the artifact store, also of the one that it takes over', async () => {
    const [before, after] = ['one', 'two'].map((name) =>
      configWith({ artifacts: { folder: path.join(folder, name) } }),
    );
    const written = await (await openArtifactStore(after!.artifacts)).write(chunks());
    const files = await keptFiles(before!);

    await expect(files.artifact(written.sha256)).rejects.toMatchObject({ code: 'WAYBILL_ARTIFACT_MISSING' });
    files.takeOver(after!);
    const { stream, sizeBytes } = await files.artifact(written.sha256);

    expect(await buffer(stream)).toEqual(BYTES);
    expect(sizeBytes).toBe(BYTES.length);
    await files.close();
  });

  it('are versions in S3, of which one that is gone says so', { timeout: 120_000 }, async () => {
    const s3 = await startS3({ folder: path.join(folder, 's3') });
    try {
      await s3.createBucket('versions');
      const config = configWith({ versioning: { mode: 'always', bucket: 'versions', ...storeSettings(s3) } });
      const store = await createVersionStore(config.versioning);
      const { sha256 } = await (await openArtifactStore(config.artifacts)).write(chunks());
      const { stream, sizeBytes } = await (await keptFiles(config)).artifact(sha256);
      const body = async () => ({ stream, sizeBytes });
      const key = store.keyOf({ site: 'dev', appId: '8d7a4a0c-98d3-4d0d-9c3f-0c7a7f3d2b11' });
      const { versionId } = await store.keep({ key, body, promotionKey: 'p1', sha256, appName: 'Sales' });
      store.close();
      const files = await keptFiles(config);

      expect(await buffer((await files.version({ key, versionId })).stream)).toEqual(BYTES);
      await expect(files.version({ key: `${key}x`, versionId })).rejects.toMatchObject({
        code: 'WAYBILL_VERSION_MISSING',
      });
      await files.close();
    } finally {
      await s3.close();
    }
  });

  it('close safely when none was opened', async () => {
    const files = await keptFiles(configWith({}));
    await files.close();
    await expect(files.close()).resolves.toBeUndefined();
  });
});

async function* chunks(): AsyncGenerator<Uint8Array> {
  yield BYTES;
}
