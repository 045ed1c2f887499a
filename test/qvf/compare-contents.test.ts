import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareContents, type Difference } from '../../qvf/compare-contents.ts';
import type { QvfContents } from '../../qvf/contents.ts';
import { fingerprintOf } from '../../qvf/fingerprint.ts';
import { readQvf } from '../../qvf/read-qvf.ts';
import type { QvfContent } from '../../sandbox/qvf/write-qvf.ts';
import {
  chart,
  dimension,
  fileOf,
  fileOfEntries,
  framedJson,
  measure,
  sampleApp,
  sheet,
  sourceOf,
} from './make-qvf.ts';

async function contentsOf(change: Partial<QvfContent> = {}): Promise<QvfContents> {
  return readQvf(sourceOf(await fileOf(sampleApp(change))));
}

const namesOf = (differences: readonly Difference[]): string[] => differences.map(({ name }) => name);

/** Any app of measures, dimensions and sheets with few ids, so that two of them often share some. */
const anyApp = fc
  .record({
    objects: fc.uniqueArray(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('Turnover', 'Cost'), fc.constantFrom('x', 'y')),
      { selector: ([id]) => id, maxLength: 4 },
    ),
    kind: fc.constantFrom(measure, dimension),
    charts: fc.subarray(['chart-1', 'chart-2', 'chart-3']),
    script: fc.constantFrom('', 'LOAD 1;', '///$tab Main\nLOAD 1;'),
  })
  .map(({ objects, kind, charts, script }) => ({
    script,
    objects: [
      ...objects.map(([id, title, definition]) => kind(id, title, definition)),
      sheet(
        'sheet',
        'Overview',
        charts.map((id) => chart(id, 'kpi', id)),
      ),
    ],
  }));

describe('the comparison of two files', () => {
  it('finds no difference between a file and itself, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(anyApp, async (app) => {
        expect(compareContents(await contentsOf(app), await contentsOf(app))).toEqual({
          equal: true,
          missing: [],
          added: [],
          changed: [],
          renumbered: [],
          rewritten: [],
        });
      }),
      { numRuns: 40 },
    );
  });

  it('finds the same differences from both sides, and equal ones exactly where fingerprints are', async () => {
    await fc.assert(
      fc.asyncProperty(anyApp, anyApp, async (one, other) => {
        const [left, right] = [await contentsOf(one), await contentsOf(other)];
        const [there, back] = [compareContents(left, right), compareContents(right, left)];

        expect(namesOf(there.missing)).toEqual(namesOf(back.added));
        expect(namesOf(there.added)).toEqual(namesOf(back.missing));
        expect(there.changed.length).toBe(back.changed.length);
        expect(there.renumbered.length).toBe(back.renumbered.length);
        expect(there.equal).toBe(back.equal);
        expect(there.equal).toBe(fingerprintOf(left) === fingerprintOf(right));
      }),
      { numRuns: 80 },
    );
  });

  it('does not care for the order of objects, keys, charts and cells', async () => {
    await fc.assert(
      fc.asyncProperty(anyApp, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), async (app, random) => {
        const shuffled = {
          ...app,
          objects: shuffle(app.objects, random).map((object) => shuffleWithin(object, random)),
        };

        expect(fingerprintOf(await contentsOf(shuffled))).toBe(fingerprintOf(await contentsOf(app)));
      }),
      { numRuns: 40 },
    );
  });

  it('leaves out the title and description of the app, its dates and what saved it', async () => {
    const { appProperties, ...app } = sampleApp();
    const other = {
      ...appProperties,
      qTitle: 'Sales overview (3f1a)',
      description: 'approved by somebody',
      qLastReloadTime: '2026-01-01T00:00:00.000Z',
      qSavedInProductVersion: '12.2375.0',
      qMigrationHash: 'abc',
      published: true,
      owner: 'DIR\\user',
      encrypted: true,
    };

    expect(compareContents(await contentsOf(), await contentsOf({ ...app, appProperties: other })).equal).toBe(true);
  });

  it('tells the looks of the app', async () => {
    const appProperties = { ...sampleApp().appProperties, dynamicColor: 'hsla(200,18%,43%,1)' };

    const { changed } = compareContents(await contentsOf(), await contentsOf({ appProperties }));

    expect(namesOf(changed)).toEqual(['app properties']);
  });

  it('names objects by kind and title, and what changed within them', async () => {
    const { objects } = sampleApp();
    const edited = [
      sheet('sheet-1', 'Overview', [chart('chart-1', 'barchart', 'Sales by week'), chart('chart-9', 'map', 'Regions')]),
      ...objects.slice(2),
      measure('measure-2', 'Margin', 'Sum(Margin)'),
    ];

    const compared = compareContents(await contentsOf(), await contentsOf({ objects: edited, script: 'LOAD 1;' }));

    expect(compared.equal).toBe(false);
    expect(namesOf(compared.missing)).toEqual(['sheet "Details"']);
    expect(namesOf(compared.added)).toEqual(['measure "Margin"']);
    expect(namesOf(compared.changed)).toEqual(['script', 'sheet "Overview"']);
    expect(compared.changed[1]!.details).toEqual([
      'barchart "Sales by week" was changed',
      'kpi "Margin" was removed',
      'map "Regions" was added',
    ]);
    expect(JSON.stringify(compared)).not.toMatch(/(sheet|chart|measure)-\d/);
  });

  it('decides by approved objects only, where the repository told which these are', async () => {
    const withPrivate = [...sampleApp().objects, sheet('own-sheet', 'My own sheet')];
    const approvedIds = new Set(sampleApp().objects.map(({ id }) => id));
    const [exported, standing] = [await contentsOf(), await contentsOf({ objects: withPrivate })];

    expect(namesOf(compareContents(exported, standing).added)).toEqual(['sheet "My own sheet"']);
    expect(compareContents(exported, standing, { standing: { approvedIds } }).equal).toBe(true);
    expect(fingerprintOf(standing, { approvedIds })).toBe(fingerprintOf(exported));
  });

  it('compares only the kinds that are asked for', async () => {
    const scope = { kinds: ['object'] as const };

    const { equal } = compareContents(await contentsOf(), await contentsOf({ script: 'LOAD 1;' }), {
      exported: scope,
      standing: scope,
    });

    expect(equal).toBe(true);
  });

  it('tells objects that have another id and are otherwise the same', async () => {
    const [first, ...others] = sampleApp({ objects: [measure('measure-1', 'Turnover', 'Sum(Sales)')] }).objects;
    const renamed = [measure('measure-7', 'Turnover', 'Sum(Sales)'), ...others];

    const compared = compareContents(await contentsOf({ objects: [first!] }), await contentsOf({ objects: renamed }));

    expect(namesOf(compared.renumbered)).toEqual(['measure "Turnover"']);
    expect(compared).toMatchObject({ equal: false, missing: [], added: [], changed: [] });
  });

  it('tells apart what only an upgrade rewrote', async () => {
    const fileWith = (measureJson: object): Buffer =>
      fileOfEntries([framedJson('m', 'GenericMeasureProperties', JSON.stringify(measureJson))]);
    const json = {
      qInfo: { qId: 'm', qType: 'measure' },
      qMeasure: { qDef: 'Sum(x)' },
      qMetaDef: { title: 'Turnover' },
    };
    const rewritten = {
      ...json,
      qLayoutExclude: { disabled: {} },
      extensionMeta: { version: 3 },
      qMeasure: { ...json.qMeasure, cId: 'abc', qExpressions: [], coloring: { changeHash: '0.5' } },
      tags: [],
    };

    const compared = compareContents(
      await readQvf(sourceOf(fileWith(json))),
      await readQvf(sourceOf(fileWith(rewritten))),
    );

    expect(compared).toMatchObject({ equal: true, changed: [] });
    expect(namesOf(compared.rewritten)).toEqual(['measure "Turnover"']);
  });

  it('sees a change of a long text, and of one character in it', async () => {
    const fileWith = (image: string): Buffer =>
      fileOfEntries([framedJson('o', 'GenericAppObjectEntry', JSON.stringify({ image, after: 1 }))]);
    const print = async (image: string): Promise<string> => fingerprintOf(await readQvf(sourceOf(fileWith(image))));
    const long = 'x'.repeat(5000);

    expect(await print(long)).toBe(await print(long));
    expect(await print(`${long}"\\`)).not.toBe(await print(`${long}"`));
    expect(await print(`${long}y`)).not.toBe(await print(`${long}z`));
  });
});

function shuffle<T>(values: readonly T[], random: Iterator<number>): T[] {
  return values
    .map((value) => [Number(random.next().value), value] as const)
    .sort(([left], [right]) => left - right)
    .map(([, value]) => value);
}

/** The object with its keys, and the charts and cells of a sheet, in any order. */
function shuffleWithin<T>(value: T, random: Iterator<number>, key = ''): T {
  if (Array.isArray(value)) {
    const items = value.map((item) => shuffleWithin(item as unknown, random));
    return (key === 'qChildren' || key === 'cells' ? shuffle(items, random) : items) as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, shuffleWithin(inner as unknown, random, name)]);
  return Object.fromEntries(shuffle(entries, random) as [string, unknown][]) as T;
}
