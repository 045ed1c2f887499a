import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeQvf } from '../../sandbox/qvf/write-qvf.ts';
import { bombs } from './bombs.ts';
import { fileOf, findRealFiles, sampleApp } from './make-qvf.ts';

const MIB = 1024 * 1024;
const mostGrowthBytes = 64 * MIB;
/** Room for a busy machine; alone, the longest takes 3 seconds. */
const mostMs = 40_000;
/**
 * V8 lets its young generation grow to about 100 MB while anything at all makes much garbage, now and then takes 30 MB to
 * compile a loop anew while it runs, and collects late on a busy machine. Without the first two, and with a heap that
 * ends the process when it is full, what is measured is what the reader holds.
 */
const readerAlone = ['--max-semi-space-size=2', '--no-opt', '--no-maglev', '--max-old-space-size=64'];
const child = path.join(import.meta.dirname, 'read-in-child.ts');
const realFiles = findRealFiles();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-qvf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Measured {
  readonly objects?: number;
  readonly code?: string;
  readonly message?: string;
  readonly growthBytes: number;
  readonly tookMs: number;
}

async function measure(files: readonly string[], nodeArgs: readonly string[] = []): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [...nodeArgs, child, ...files]);
  return JSON.parse(stdout) as Measured;
}

function expectBounded({ growthBytes, tookMs, code }: Measured): void {
  expect(growthBytes).toBeLessThan(mostGrowthBytes);
  expect(tookMs).toBeLessThan(mostMs);
  if (code !== undefined) expect(code).toMatch(/^WAYBILL_QVF_/);
}

describe('the memory of the reader', () => {
  it.each(Object.keys(bombs))('stays within 64 MB, and time within bounds, for %s', async (what) => {
    const file = path.join(folder, 'bomb.qvf');
    await writeFile(file, bombs[what]!());

    expectBounded(await measure([file], readerAlone));
  });

  it('stays within 64 MB over many whole and damaged files, one after the other', async () => {
    const whole = await fileOf(sampleApp({ dataSizeBytes: 100_000 }));
    const files = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const bytes = Buffer.from(whole.subarray(0, index % 3 === 0 ? whole.length - 512 * index : whole.length));
        if (index % 3 === 1) bytes[(index * 7919) % bytes.length]! ^= 0x10;
        const file = path.join(folder, `${index}.qvf`);
        await writeFile(file, bytes);
        return file;
      }),
    );

    expectBounded(await measure(files, readerAlone));
  });

  it('does not grow with the data model', async () => {
    const file = path.join(folder, 'large.qvf');
    await pipeline(writeQvf(sampleApp({ dataSizeBytes: 200 * MIB })).stream(), createWriteStream(file));

    const measured = await measure([file]);

    expect(measured.objects).toBe(4);
    expect(measured.growthBytes).toBeLessThan(24 * MIB);
  });
});

describe.skipIf(realFiles === undefined)('real files (skipped: no shared/data/qvf beside the project)', () => {
  it('are read within 64 MB, one after the other', async () => {
    const names = (await readdir(realFiles!)).filter((file) => file.endsWith('.qvf'));

    expectBounded(await measure(names.map((name) => path.join(realFiles!, name))));
  });
});
