import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { dataEntries } from './data-blocks.ts';
import { NO_HASH, type QvfContent } from './layout.ts';
import { type DirectoryItem, layOut } from './write-container.ts';

export type { ObjectType, QvfContent } from './layout.ts';

/**
 * A real QVF container of the content: equal content gives equal bytes. `sizeBytes` is exact before anything is
 * streamed; `stream()` may be called several times. Memory stays flat, however large the data model is
 * (container and payloads: QVF facts, sections 1 to 3).
 */
export function writeQvf(content: QvfContent): { sizeBytes: number; stream(): Readable } {
  const container = layOut(rootItems(content));
  return {
    sizeBytes: container.sizeBytes,
    stream: () => Readable.from(container.chunks(), { objectMode: false, highWaterMark: 1024 * 1024 }),
  };
}

function rootItems(content: QvfContent): DirectoryItem[] {
  const data = dataEntries(content.dataSizeBytes, content.dataSeed);
  const items: DirectoryItem[] = [
    raw('qvapp_header', 'qvapp_header', Buffer.from(`${JSON.stringify(headerOf(content))}\0`), NO_HASH),
    raw('qvapp_data', 'qvapp_cheader', emptyDataHeader()),
    raw('qvapp_qaccess', 'qvapp_data', emptyAccess()),
    framed('qvapp_approperties', 'NxAppProperties', content.appProperties, titleOf(content)),
    framed('qvapp_appscript', 'AppScriptObject', {
      qScript: content.script,
      qBreakpointList: [],
      qFavoriteVariables: [],
    }),
    framed('qvapp_variablelist', 'GenericVariableEntryList', { qId: 'qvapp_variablelist', qEntryList: [] }),
    framed('user_variablelist', 'GenericVariableEntryList', { qId: 'user_variablelist', qEntryList: [] }),
    ...content.objects.map(({ id, type, json }) => framed(id, type, json)),
  ];
  if (data.length > 0) {
    const entries = data.map(({ name, source }) => ({
      name,
      source,
      meta: metaOf('qvapp_cfield', hashOf(`data ${content.dataSeed} ${source.sizeBytes}`, Buffer.from(name)), 'gzjson'),
    }));
    items.push({ name: 'data', items: entries });
  }
  return items;
}

function titleOf({ appProperties: { qTitle } }: QvfContent): string {
  return typeof qTitle === 'string' ? qTitle : '';
}

function headerOf(content: QvfContent): Record<string, unknown> {
  return {
    FileFormat: 12000,
    File32: 1,
    FileType: 1,
    UseCompression: true,
    ScrambleA: 0,
    ScrambleB: 0,
    ProhibitBinaryLoad: false,
    USeBinary: true,
    QVFFileVersion: 1.43,
    buildno: '50689',
    SandboxData: { seed: content.dataSeed, sizeBytes: content.dataSizeBytes },
  };
}

function framed(name: string, type: string, json: unknown, title?: string): DirectoryItem {
  const plain = Buffer.from(`${JSON.stringify(json)}\0`);
  const stored = deflateSync(plain);
  const frame = Buffer.alloc(32);
  frame.writeUInt32LE(20, 0);
  frame.write('{"format":"gzjson"}', 4, 'latin1');
  frame.writeUInt32LE(plain.length, 24);
  frame.writeUInt32LE(stored.length, 28);
  const meta = metaOf(type, hashOf(type, plain), 'gzjson', title);
  return { name, meta, source: sourceOf(Buffer.concat([frame, stored])) };
}

function raw(name: string, type: string, bytes: Buffer, hash = hashOf(type, bytes)): DirectoryItem {
  return { name, meta: metaOf(type, hash), source: sourceOf(bytes) };
}

function metaOf(type: string, contentHash: string, format?: string, title?: string): Record<string, unknown> {
  return {
    ContentHash: contentHash,
    ...(format === undefined ? {} : { Format: format }),
    ...(title === undefined ? {} : { Title: title }),
    Type: type,
    SharedStatus: 'Private',
  };
}

/** Same type and same hash mean same bytes, as in Qlik's files (QVF facts, section 4); not the same algorithm. */
function hashOf(type: string, bytes: Buffer): string {
  return createHash('sha256').update(type).update('\0').update(bytes).digest('base64');
}

function sourceOf(bytes: Buffer): { sizeBytes: number; chunks(): Iterable<Buffer> } {
  return { sizeBytes: bytes.length, chunks: () => [bytes] };
}

/** `qvapp_data` as a file without data holds it. */
function emptyDataHeader(): Buffer {
  const bytes = Buffer.alloc(35);
  bytes.write('\u00031.0', 0, 'latin1');
  bytes[24] = 1;
  return bytes;
}

/** `qvapp_qaccess` as a file without section access holds it. */
function emptyAccess(): Buffer {
  const bytes = Buffer.alloc(27);
  bytes[20] = 1;
  return bytes;
}
