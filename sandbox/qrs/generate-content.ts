import type { QvfContent } from '../qvf/write-qvf.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How large a generated app is. */
export interface GeneratedApp {
  sheets?: number;
  measures?: number;
  dimensions?: number;
  /** Size of the data part in bytes. Default 64 KiB. */
  dataSizeBytes?: number;
  script?: string;
}

/** A small, believable app; the same random source gives the same one. */
export function generateContent(title: string, random: SeededRandom, wanted: GeneratedApp = {}): QvfContent {
  const measures = Array.from({ length: wanted.measures ?? 2 }, (_, at) => measure(random.guid(), at));
  const dimensions = Array.from({ length: wanted.dimensions ?? 1 }, (_, at) => dimension(random.guid(), at));
  const sheets = Array.from({ length: wanted.sheets ?? 2 }, (_, at) => sheet(random.guid(), at));
  return {
    appProperties: {
      qTitle: title,
      description: '',
      qThumbnail: {},
      qSavedInProductVersion: '14.97.4',
      qLastReloadTime: '',
      hassectionaccess: false,
    },
    script:
      wanted.script ??
      `///$tab Main\r\nLET vApp = '${title.replaceAll("'", "''")}';\r\nLOAD 1 AS One AUTOGENERATE 1;\r\n`,
    objects: [...sheets, ...measures, ...dimensions],
    dataSizeBytes: wanted.dataSizeBytes ?? 65_536,
    dataSeed: random.integer(2 ** 31),
  };
}

/** A sheet with one table on it. */
export function sheet(id: string, at: number, title = `Sheet ${at + 1}`): QvfContent['objects'][number] {
  const chart = `${id.slice(0, 5)}c`;
  return {
    id,
    type: 'GenericAppObjectEntry',
    json: {
      qMetaData: { qType: 'sheet' },
      qRoot: {
        qProperty: {
          qInfo: { qId: id, qType: 'sheet' },
          qMetaDef: { title, description: '' },
          rank: at,
          columns: 24,
          rows: 12,
          cells: [{ name: chart, type: 'table', col: 0, row: 0, colspan: 24, rowspan: 12 }],
        },
        qChildren: [
          {
            qProperty: { qInfo: { qId: chart, qType: 'table' }, qMetaDef: {}, title: `Table ${at + 1}` },
            qChildren: [],
          },
        ],
      },
    },
  };
}

function measure(id: string, at: number): QvfContent['objects'][number] {
  const title = `Measure ${at + 1}`;
  return {
    id,
    type: 'GenericMeasureProperties',
    json: {
      qInfo: { qId: id, qType: 'measure' },
      qMeasure: { qLabel: title, qDef: `Sum(Amount${at + 1})`, qGrouping: 'N', qExpressions: [] },
      qMetaDef: { title, description: '', tags: [] },
    },
  };
}

function dimension(id: string, at: number): QvfContent['objects'][number] {
  const title = `Dimension ${at + 1}`;
  return {
    id,
    type: 'GenericDimensionProperties',
    json: {
      qInfo: { qId: id, qType: 'dimension' },
      qDim: { qGrouping: 'N', qFieldDefs: [`Field${at + 1}`], qFieldLabels: [''], title },
      qMetaDef: { title, description: '', tags: [] },
    },
  };
}
