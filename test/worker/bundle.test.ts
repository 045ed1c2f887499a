import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BundleOptions, workflowBundle } from '../../worker/bundle.ts';
import { silentLogger } from '../harness/memory-logger.ts';

let folder: string;

beforeEach(async () => {
  // Beside the project's own modules, so that the workflows below find the SDK.
  folder = await mkdtemp(join(import.meta.dirname, '..', '..', 'node_modules', '.waybill-bundle-'));
  await mkdir(join(folder, 'workflows'));
  await writeWorkflow('return 1');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function writeWorkflow(body: string, imports = ''): Promise<void> {
  await writeFile(join(folder, 'workflows', 'index.ts'), `${imports}\nexport async function one() { ${body}; }\n`);
}

function bundle(options: Partial<BundleOptions> = {}) {
  return workflowBundle({
    dataFolder: folder,
    encrypted: false,
    logger: silentLogger(),
    workflowsPath: join(folder, 'workflows', 'index.ts'),
    sources: [join(folder, 'workflows')],
    ...options,
  });
}

describe('workflowBundle', () => {
  it('builds once, and anew when a source changes', async () => {
    const first = await bundle();
    expect(first.built).toBe(true);
    expect(await bundle()).toEqual({ codePath: first.codePath, built: false });

    await writeWorkflow('return 2');
    const second = await bundle();

    expect(second.built).toBe(true);
    expect(await readFile(second.codePath, 'utf8')).toContain('return 2');
  });

  it('has the failure converter that encrypts inside only where encryption is on', async () => {
    const plain = await bundle();
    const sealed = await bundle({ encrypted: true });

    expect(sealed.codePath).not.toBe(plain.codePath);
    expect(await readFile(sealed.codePath, 'utf8')).toContain('sealed-failure-converter');
    expect(await readFile(plain.codePath, 'utf8')).not.toContain('sealed-failure-converter');
  });

  it('builds again what a full disk left empty, and leaves nothing half-written', async () => {
    const first = await bundle();
    await writeFile(first.codePath, '');

    expect(await bundle()).toEqual({ codePath: first.codePath, built: true });
    expect(await readdir(join(folder, 'bundles'))).toHaveLength(1);
  });

  it('keeps the latest three', async () => {
    for (const number of [1, 2, 3, 4]) {
      await writeWorkflow(`return ${number}`);
      await bundle();
    }

    expect(await readdir(join(folder, 'bundles'))).toHaveLength(3);
  });

  it('says why workflow code cannot be bundled', async () => {
    await writeWorkflow('return readFileSync("x")', "import { readFileSync } from 'node:fs';");

    await expect(bundle()).rejects.toMatchObject({
      code: 'WAYBILL_TEMPORAL_BUNDLE_FAILED',
      message: expect.stringMatching(/fs/) as string,
    });
  });
});
