import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readQvf, UnreadableQvf } from '../../../sandbox/qvf/read-qvf.ts';
import { type QvfContent, writeQvf } from '../../../sandbox/qvf/write-qvf.ts';

const realFiles = findRealFiles();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waybill-qvf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a written file', () => {
  it('reads back as the content it was written from', async () => {
    const content = sample({ dataSizeBytes: 3_000_000, dataSeed: 7 });

    const read = await readQvf(await write(content));

    expect(read).toMatchObject({ ...content, isDataReproducible: true, entryCount: 7 + content.objects.length });
  });

  it('has the announced size and the same bytes each time it is streamed', async () => {
    const qvf = writeQvf(sample({ dataSizeBytes: 1_048_576 + 13 }));

    const [first, second] = [await bytesOf(qvf.stream()), await bytesOf(qvf.stream())];

    expect(first.length).toBe(qvf.sizeBytes);
    expect(first.length % 512).toBe(0);
    expect(second.equals(first)).toBe(true);
    expect((await bytesOf(writeQvf(sample({ dataSizeBytes: 1_048_576 + 13 })).stream())).equals(first)).toBe(true);
  });

  it('has other data for another seed', async () => {
    const digest = async (dataSeed: number) =>
      createHash('sha256')
        .update(await bytesOf(writeQvf(sample({ dataSeed, dataSizeBytes: 5000 })).stream()))
        .digest('hex');

    expect(await digest(1)).not.toBe(await digest(2));
  });

  it('leaves out the data directory when there is no data', async () => {
    const bytes = await bytesOf(writeQvf(sample({ dataSizeBytes: 0 })).stream());

    expect(bytes.includes('field_0')).toBe(false);
  });

  it('survives a round trip with any text and object names', async () => {
    const name = fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 20 }),
        fc.string(),
        fc.nat(2000),
        async (ids, script, size) => {
          const objects = ids.map((id) => ({
            id,
            type: 'GenericMeasureProperties' as const,
            json: { qInfo: { qId: id }, script },
          }));
          const content: QvfContent = {
            appProperties: { qTitle: script },
            script,
            objects,
            dataSizeBytes: size,
            dataSeed: 1,
          };
          expect(await readQvf(await write(content))).toMatchObject(content);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('lays out 5 GB without making them', () => {
    const { sizeBytes } = writeQvf(sample({ dataSizeBytes: 5e9 }));

    expect(sizeBytes).toBeGreaterThan(5e9);
    expect(sizeBytes).toBeLessThan(5e9 + 100_000);
  });
});

describe('a damaged file', () => {
  it.each([512, 4096])('is refused when %i bytes are missing at its end', async (missing) => {
    const path = await write(sample({ dataSizeBytes: 10_000 }));
    await truncate(path, (await readFile(path)).length - missing);

    await expect(readQvf(path)).rejects.toBeInstanceOf(UnreadableQvf);
  });

  it('is refused when one byte of an object changed', async () => {
    const path = await write(sample({}));
    const bytes = await readFile(path);
    const file = await open(path, 'r+');
    await file.write(Buffer.from([0xff, 0xff, 0xff]), 0, 3, bytes.lastIndexOf('{"format":"gzjson"}') + 40);
    await file.close();

    await expect(readQvf(path)).rejects.toBeInstanceOf(UnreadableQvf);
  });
});

describe.skipIf(realFiles === undefined)('the real files (skipped where shared/data/qvf is absent)', () => {
  it('gives the known number of entries for every whole file and refuses every damaged one', async () => {
    const expected = await knownCounts();
    const names = (await readdir(realFiles!)).filter((name) => name.endsWith('.qvf'));

    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      const reading = readQvf(join(realFiles!, name));
      const count = expected.get(name);
      if (count === undefined) await expect(reading, name).rejects.toBeInstanceOf(UnreadableQvf);
      else expect((await reading).entryCount, name).toBe(count);
    }
  });

  it('keeps objects, script and properties of a real file when it is written again', async () => {
    const real = await readQvf(join(realFiles!, 'v12.625.0-movies.qvf'));

    const again = await readQvf(await write(real));

    expect(again).toMatchObject({ appProperties: real.appProperties, script: real.script, objects: real.objects });
    expect(again.dataSizeBytes).toBe(real.dataSizeBytes);
  });
});

function sample(change: Partial<QvfContent>): QvfContent {
  return {
    appProperties: { qTitle: 'Sales overview', description: 'näme' },
    script: '///$tab Main\r\nLOAD * FROM [lib://data/a.qvd] (qvd);',
    objects: [
      {
        id: 'sheet-1',
        type: 'GenericAppObjectEntry',
        json: { qMetaData: { qType: 'sheet' }, qRoot: { qProperty: { qInfo: { qId: 'sheet-1' } }, qChildren: [] } },
      },
      { id: 'measure-1', type: 'GenericMeasureProperties', json: { qInfo: { qId: 'measure-1' }, qMeasure: {} } },
    ],
    dataSizeBytes: 0,
    dataSeed: 1,
    ...change,
  };
}

async function write(content: QvfContent): Promise<string> {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.qvf`);
  await pipeline(writeQvf(content).stream(), createWriteStream(path));
  return path;
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function findRealFiles(): string | undefined {
  for (let at = import.meta.dirname; at !== dirname(at); at = dirname(at)) {
    const candidate = join(at, '..', 'shared', 'data', 'qvf');
    if (existsSync(candidate)) return candidate;
  }
  return undefined;
}

async function knownCounts(): Promise<Map<string, number>> {
  const rows = (await readFile(join(realFiles!, 'SOURCES.md'), 'utf8')).split('\n').map((row) => row.split(' | '));
  return new Map(
    rows.filter((row) => /^\d+$/.test(row[3] ?? '')).map((row) => [row[0]!.replace('| ', ''), Number(row[3])]),
  );
}
