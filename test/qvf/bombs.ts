import { deflateSync } from 'node:zlib';
import type { DirectoryItem } from '../../sandbox/qvf/write-container.ts';
import { CELL_DIRECTORY } from '../../sandbox/qvf/layout.ts';
import { bytesOf, cellOf, fileOfEntries, framed, framedJson, packed } from './make-qvf.ts';

const MIB = 1024 * 1024;

/** Files made to take memory or time, by what they do; each must be read or refused within bounds. */
export const bombs: Readonly<Record<string, () => Buffer>> = {
  'one JSON object of as many values as are taken in': () => {
    return fileOfEntries([framedJson('o', 'GenericAppObjectEntry', objectOf(89_000))]);
  },
  'one JSON object of more values than are taken in': () =>
    fileOfEntries([framedJson('o', 'GenericAppObjectEntry', `{"a":[${'{},'.repeat(1_900_000)}{}]}`)]),
  'a JSON object nested without end': () =>
    fileOfEntries([framedJson('o', 'GenericAppObjectEntry', `${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`)]),
  'one long text of wide characters': () =>
    fileOfEntries([framedJson('o', 'GenericAppObjectEntry', `{"a":"${'漢'.repeat(1.3 * MIB)}"}`)]),
  'many large JSON objects': () => {
    return manyTimes(100, Buffer.from(`{"a":"${'x'.repeat(4 * MIB - 20)}"}\0`));
  },
  'many JSON objects of many values': () => {
    return manyTimes(30, Buffer.from(`${objectOf(89_000)}\0`));
  },
  'many JSON objects of some values': () => {
    return manyTimes(60, Buffer.from(`${objectOf(20_000)}\0`));
  },
  'many JSON objects of many texts': () => {
    const text = Buffer.from(`{"a":[${`"${'x'.repeat(500)}",`.repeat(8000)}0]}\0`);
    return manyTimes(80, text);
  },
  'very many JSON objects of middle size': () => {
    const text = Buffer.from(`{"a":"${'x'.repeat(200 * 1024 - 20)}"}\0`);
    return manyTimes(1400, text);
  },
  'a script that is nothing but tabs': () =>
    fileOfEntries([framedJson('qvapp_appscript', 'AppScriptObject', `{"qScript":"${'///$tab \\n'.repeat(400_000)}"}`)]),
  'images of zeros': () => {
    const payload = Buffer.alloc(120 * MIB);
    const stored = deflateSync(payload);
    const images = Array.from({ length: 6 }, (_, index) =>
      packed(`${index}.png`, 'NxQvfBundledItem', 'binary', stored, payload.length),
    );
    return fileOfEntries([{ name: 'media', items: images }]);
  },
  'an image of more bytes than its frame says': () => {
    const stored = deflateSync(Buffer.alloc(300 * MIB));
    return fileOfEntries([{ name: 'media', items: [packed('a.png', 'NxQvfBundledItem', 'binary', stored, 300_000)] }]);
  },
  'JSON of more bytes than its frame says': () => {
    const stored = deflateSync(Buffer.alloc(300 * MIB));
    return fileOfEntries([packed('o', 'GenericAppObjectEntry', 'gzjson', stored, 1000)]);
  },
  'as many entries as are taken in, with long names': () => {
    const items = Array.from({ length: 9_990 }, (_, index) =>
      framed(`${index}`.padEnd(250, 'n'), 'GenericBookmarkEntry', 'binary', Buffer.from('b')),
    );
    return fileOfEntries(items);
  },
  'more entries than are taken in': () =>
    fileOfEntries(Array.from({ length: 10_001 }, (_, index) => framed(`o${index}`, 'T', 'binary', Buffer.from('b')))),
  'a directory of free cells': () =>
    asDirectory('data', { name: 'data', meta: {}, source: bytesOf(Buffer.alloc(31 * MIB)) }),
  'a directory of more bytes than are taken in': () =>
    asDirectory('data', { name: 'data', meta: {}, source: bytesOf(Buffer.alloc(33 * MIB)) }),
};

/** The bytes of a stream as the cells of a directory. */
function asDirectory(name: string, item: DirectoryItem): Buffer {
  const file = fileOfEntries([item]);
  file.writeUInt32LE(CELL_DIRECTORY, cellOf(file, name));
  return file;
}

/** So many objects of the same JSON. */
function manyTimes(count: number, json: Buffer): Buffer {
  const stored = deflateSync(json);
  const items = Array.from({ length: count }, (_, index) =>
    packed(`o${index}`, 'GenericAppObjectEntry', 'gzjson', stored, json.length),
  );
  return fileOfEntries(items);
}

/** So many small objects in one, as text. */
function objectOf(count: number): string {
  return `{${Array.from({ length: count }, (_, index) => `"k${index}":{"v${index % 977}":${index}}`).join(',')}}`;
}
