import { existsSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { layOut, type DirectoryItem } from '../../sandbox/qvf/write-container.ts';
import { type QvfContent, writeQvf } from '../../sandbox/qvf/write-qvf.ts';
import type { QvfSource } from '../../qvf/source.ts';

/** A small app: two sheets with charts, master items, a script of two tabs. */
export function sampleApp(change: Partial<QvfContent> = {}): QvfContent {
  return {
    appProperties: {
      qTitle: 'Sales overview',
      description: 'näme',
      qSavedInProductVersion: '12.763.3',
      qThumbnail: { qUrl: '/media/logo.png' },
      dynamicColor: 'hsla(3,18%,43%,1)',
    },
    script: '///$tab Main\r\nSET vStart = 1;\r\n///$tab Load\r\nLOAD * FROM [lib://data/a.qvd] (qvd);\r\n',
    objects: [
      sheet('sheet-1', 'Overview', [chart('chart-1', 'barchart', 'Sales by month'), chart('chart-2', 'kpi', 'Margin')]),
      sheet('sheet-2', 'Details', [chart('chart-3', 'table', 'All orders')]),
      measure('measure-1', 'Turnover', 'Sum(Sales)'),
      dimension('dimension-1', 'Month', 'OrderMonth'),
    ],
    dataSizeBytes: 0,
    dataSeed: 1,
    ...change,
  };
}

type AppObject = QvfContent['objects'][number];

export function sheet(id: string, title: string, children: readonly object[] = []): AppObject {
  const qProperty = {
    qInfo: { qId: id, qType: 'sheet' },
    qMetaDef: { title, description: '' },
    cells: cellsOf(children),
  };
  return {
    id,
    type: 'GenericAppObjectEntry',
    json: { qMetaData: { qType: 'sheet' }, qRoot: { qProperty, qChildren: children } },
  };
}

export function chart(id: string, visualization: string, title: string): object {
  return { qProperty: { qInfo: { qId: id, qType: visualization }, qMetaDef: {}, visualization, title }, qChildren: [] };
}

export function measure(id: string, title: string, definition: string): AppObject {
  const json = { qInfo: { qId: id, qType: 'measure' }, qMeasure: { qDef: definition }, qMetaDef: { title } };
  return { id, type: 'GenericMeasureProperties', json };
}

export function dimension(id: string, title: string, field: string): AppObject {
  const json = { qInfo: { qId: id, qType: 'dimension' }, qDim: { qFieldDefs: [field] }, qMetaDef: { title } };
  return { id, type: 'GenericDimensionProperties', json };
}

function cellsOf(children: readonly object[]): object[] {
  return children.map((_, index) => ({ name: `cell-${index}`, col: index, row: 0 }));
}

/** The bytes of the app as a file. */
export async function fileOf(content: QvfContent): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of writeQvf(content).stream()) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** A file of any entries; what an app must have is added. */
export function fileOfEntries(items: readonly DirectoryItem[]): Buffer {
  const properties = framedJson('qvapp_approperties', 'NxAppProperties', '{"qTitle":"Any"}');
  return Buffer.concat([...layOut([properties, ...items]).chunks()]);
}

/** An entry with a JSON payload, which need not be JSON. */
export function framedJson(name: string, type: string, json: string | Buffer): DirectoryItem {
  const text = Buffer.isBuffer(json) ? json : Buffer.from(json);
  return framed(name, type, 'gzjson', Buffer.concat([text, Buffer.alloc(1)]));
}

export function framed(name: string, type: string, format: 'gzjson' | 'binary', payload: Buffer): DirectoryItem {
  return packed(name, type, format, deflateSync(payload), payload.length);
}

/** An entry whose packed bytes and announced length are as told. */
export function packed(
  name: string,
  type: string,
  format: string,
  stored: Buffer,
  inflatedBytes: number,
): DirectoryItem {
  const frame = Buffer.alloc(32);
  frame.writeUInt32LE(20, 0);
  frame.write(`{"format":"${format}"}`, 4, 'latin1');
  frame.writeUInt32LE(inflatedBytes, 24);
  frame.writeUInt32LE(stored.length, 28);
  return { name, meta: { Type: type }, source: bytesOf(Buffer.concat([frame, stored])) };
}

export function bytesOf(bytes: Buffer): { sizeBytes: number; chunks(): Buffer[] } {
  return { sizeBytes: bytes.length, chunks: () => [bytes] };
}

export function sourceOf(bytes: Buffer): QvfSource {
  return { sizeBytes: bytes.length, read: async (offset, length) => bytes.subarray(offset, offset + length) };
}

/** Where the directory cell of the entry with a name begins: its name has 8 + 24 bytes and its length before it. */
export function cellOf(file: Buffer, name: string): number {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(name));
  return file.indexOf(Buffer.concat([length, Buffer.from(name)])) - 32;
}

/** Where the stream header of the entry with a name is. */
export function headerOf(file: Buffer, name: string): number {
  return Number(file.readBigUInt64LE(cellOf(file, name) + 16));
}

/** Where real files are, if someone put them beside the project. */
export function findRealFiles(): string | undefined {
  for (let at = import.meta.dirname; ; at = path.dirname(at)) {
    const folder = path.join(at, '..', 'shared', 'data', 'qvf');
    if (existsSync(folder)) return folder;
    if (path.dirname(at) === at) return undefined;
  }
}
