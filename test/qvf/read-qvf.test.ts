import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../qvf/fingerprint.ts';
import { readQvf } from '../../qvf/read-qvf.ts';
import { type QvfSource, openFileSource } from '../../qvf/source.ts';
import { fileOf, fileOfEntries, framedJson, measure, sampleApp, sourceOf } from './make-qvf.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waybill-qvf-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, bytes: Buffer): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return file;
}

describe('a file of the sandbox', () => {
  it('is read as exactly the objects it was written from', async () => {
    const app = sampleApp();
    const bytes = await fileOf(app);

    const contents = await readQvf(await write('app.qvf', bytes), { name: 'Sales overview' });

    expect(contents).toMatchObject({
      fileName: 'Sales overview',
      sizeBytes: bytes.length,
      productVersion: '12.763.3',
      appTitle: 'Sales overview',
      hasData: false,
      dataSizeBytes: 0,
      entryCount: 11,
    });
    expect(contents.objects.map(({ id, type, objectType, title }) => [id, type, objectType, title])).toEqual([
      ['sheet-1', 'GenericAppObjectEntry', 'sheet', 'Overview'],
      ['sheet-2', 'GenericAppObjectEntry', 'sheet', 'Details'],
      ['measure-1', 'GenericMeasureProperties', 'measure', 'Turnover'],
      ['dimension-1', 'GenericDimensionProperties', 'dimension', 'Month'],
    ]);
    expect(contents.objects[0]!.parts.map(({ objectType, title }) => [objectType, title])).toEqual([
      ['barchart', 'Sales by month'],
      ['kpi', 'Margin'],
    ]);
    expect(contents.surroundings.map(({ kind }) => kind).sort()).toEqual(['properties', 'script']);
  });

  it('tells of its data model without reading it', async () => {
    const bytes = await fileOf(sampleApp({ dataSizeBytes: 3_000_000 }));
    let readBytes = 0;
    const source: QvfSource = {
      sizeBytes: bytes.length,
      read: async (offset, length) => {
        readBytes += length;
        return bytes.subarray(offset, offset + length);
      },
    };

    const contents = await readQvf(source);

    expect(contents).toMatchObject({ hasData: true, dataSizeBytes: 3_000_000, fileName: 'the app file' });
    expect(readBytes).toBeLessThan(200_000);
  });

  it('is read as what it was written from, whatever its texts and names are', async () => {
    const name = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }).filter((id) => id.trim() !== '');
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 20 }), fc.string(), fc.nat(3000), async (ids, words, size) => {
        const reserved = /^(qvapp_.*|user_variablelist|data)$/;
        const objects = ids.filter((id) => !reserved.test(id)).map((id) => measure(id, words, words));
        const app = sampleApp({ objects, script: words, dataSizeBytes: size });

        const contents = await readQvf(sourceOf(await fileOf(app)));

        expect(contents.objects.map(({ id }) => id)).toEqual(objects.map(({ id }) => id));
        expect(contents.dataSizeBytes).toBe(size);
      }),
      { numRuns: 60 },
    );
  });

  it('has the same fingerprint with and without data, and another after an edit', async () => {
    const print = async (change: Parameters<typeof sampleApp>[0]): Promise<string> =>
      fingerprintOf(await readQvf(sourceOf(await fileOf(sampleApp(change)))));

    expect(await print({ dataSizeBytes: 5000 })).toBe(await print({}));
    expect(await print({ script: 'LOAD 1 AS x AUTOGENERATE 1;' })).not.toBe(await print({}));
    expect(await print({})).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the variables of an app', () => {
  const list = (definition: string, value: number): string =>
    JSON.stringify({
      qEntryList: ['vStart', 'vTarget'].map((qName) => ({
        qValue: value,
        qProperties: { qInfo: { qId: `${qName}-${value}`, qType: 'variable' }, qName, qDefinition: definition },
      })),
    });
  const script = JSON.stringify({ qScript: '///$tab Main\r\n  LET vStart = now();\r\n' });
  const fileWith = (definition: string, value: number): Buffer =>
    fileOfEntries([
      framedJson('user_variablelist', 'GenericVariableEntryList', list(definition, value)),
      framedJson('qvapp_appscript', 'AppScriptObject', script),
    ]);

  it('are told by name, with those apart that the script sets', async () => {
    const { surroundings } = await readQvf(sourceOf(fileWith('1', 1)));

    const variables = surroundings.filter(({ kind }) => kind === 'variable');
    expect(variables.map(({ title, isSetByScript }) => [title, isSetByScript])).toEqual([
      ['vStart', true],
      ['vTarget', false],
    ]);
  });

  it('count by what they are defined as, not by their present value', async () => {
    const [first, otherValue, otherDefinition] = await Promise.all(
      [fileWith('1', 1), fileWith('1', 2), fileWith('2', 1)].map((bytes) => readQvf(sourceOf(bytes))),
    );

    expect(fingerprintOf(otherValue!)).toBe(fingerprintOf(first!));
    expect(fingerprintOf(otherDefinition!)).not.toBe(fingerprintOf(first!));
  });
});

describe('reading', () => {
  it('ends at once with the reason of an abort, even while the source is silent', async () => {
    const controller = new AbortController();
    const silent: QvfSource = { sizeBytes: 512 * 100, read: () => new Promise(() => undefined) };

    const reading = readQvf(silent, { signal: controller.signal });
    controller.abort(new Error('the worker stops'));

    await expect(reading).rejects.toThrow('the worker stops');
  });

  it('does not begin when it was aborted before', async () => {
    const source = sourceOf(await fileOf(sampleApp()));

    await expect(readQvf(source, { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
  });

  it('lets errors of the source through as they are', async () => {
    const failing: QvfSource = { sizeBytes: 5120, read: () => Promise.reject(new Error('the bucket is away')) };

    await expect(readQvf(failing)).rejects.toThrow('the bucket is away');
  });

  it('refuses a source that gives less than it announced', async () => {
    const bytes = await fileOf(sampleApp());

    await expect(
      readQvf({ ...sourceOf(bytes), sizeBytes: bytes.length + 512 * 200 }, { name: 'Sales' }),
    ).rejects.toThrow(/^Sales is cut off: reading gave/);
  });

  it('names a file that is not there', async () => {
    await expect(readQvf(path.join(folder, 'none.qvf'), { name: 'Sales' })).rejects.toMatchObject({
      code: 'WAYBILL_QVF_NOT_OPENED',
      message: 'The app file Sales could not be opened: ENOENT.',
    });
  });

  it('needs few reads of a source that is far away', async () => {
    const bytes = await fileOf(sampleApp());
    let reads = 0;
    const far: QvfSource = {
      sizeBytes: bytes.length,
      read: async (offset, length) => {
        reads += 1;
        return bytes.subarray(offset, offset + length);
      },
    };

    await readQvf(far);

    expect(reads).toBe(1);
  });

  it('leaves a file source open for its owner to close', async () => {
    const file = await write('mine.qvf', await fileOf(sampleApp()));
    const source = await openFileSource(file, 'mine');

    const first = await readQvf(source);
    const second = await readQvf(source);
    await source.close();

    expect(second).toEqual(first);
  });

  it('refuses more than the limits that are given', async () => {
    const source = sourceOf(await fileOf(sampleApp()));

    await expect(readQvf(source, { name: 'Sales', limits: { maxEntries: 5 } })).rejects.toMatchObject({
      code: 'WAYBILL_QVF_TOO_LARGE',
      message: 'The objects of Sales were not read: the number of objects is 6, and at most 5 is taken in.',
    });
  });
});
