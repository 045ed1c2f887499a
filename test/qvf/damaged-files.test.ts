import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { layOut } from '../../sandbox/qvf/write-container.ts';
import { readQvf } from '../../qvf/read-qvf.ts';
import {
  cellOf,
  fileOf,
  fileOfEntries,
  framed,
  framedJson,
  headerOf,
  packed,
  sampleApp,
  sourceOf,
} from './make-qvf.ts';

const IS_TABLE = 1n << 63n;
const whole = await fileOf(sampleApp());

const refusal = async (bytes: Buffer): Promise<{ code: string; message: string }> =>
  readQvf(sourceOf(bytes), { name: 'sales.qvf' }).then(
    () => ({ code: 'none', message: 'it was read' }),
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

/** The whole file after a change. */
function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(whole);
  change(bytes);
  return bytes;
}

/** A stream header's first table, and where it is. */
function tableOf(bytes: Buffer, name: string): { at: number; set(pair: number, offset: bigint, length: bigint): void } {
  const at = headerOf(bytes, name) + 0x30;
  return {
    at,
    set: (pair, offset, length) => {
      bytes.writeBigUInt64LE(offset, at + pair * 16);
      bytes.writeBigUInt64LE(length, at + pair * 16 + 8);
    },
  };
}

const notQvf = [
  ['an empty file', Buffer.alloc(0), 'it is empty'],
  ['a ZIP archive', Buffer.from('PK\u0003\u0004 and more'), 'it is a ZIP archive'],
  ['a packed file', gzipSync('anything'), 'it is packed with gzip'],
  ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), 'it is a web page'],
  ['a text', Buffer.from('LOAD * FROM x;'), 'it is text'],
  ['something else', Buffer.alloc(5120, 7), 'it does not begin as one does'],
] as const;

describe('what is no app file', () => {
  it.each(notQvf)('is refused and called by its name: %s', async (_what, bytes, reason) => {
    expect(await refusal(bytes)).toEqual({
      code: 'WAYBILL_QVF_NOT_A_QVF',
      message: `sales.qvf is no Qlik Sense app file: ${reason}.`,
    });
  });
});

describe('a file that is cut off', () => {
  it.each([512, 1024, 1536, 4096, whole.length - 4096, whole.length - 512])(
    'is refused with %i bytes',
    async (size) => {
      expect(await refusal(whole.subarray(0, size))).toMatchObject({
        code: 'WAYBILL_QVF_TRUNCATED',
        message: expect.stringMatching(/^sales\.qvf is cut off: .* \(at byte \d+\)\. Nothing of it was used\.$/),
      });
    },
  );

  it('is refused when its size is no whole number of units', async () => {
    expect(await refusal(whole.subarray(0, whole.length - 200))).toEqual({
      code: 'WAYBILL_QVF_TRUNCATED',
      message: `sales.qvf is cut off: its size of ${whole.length - 200} bytes is no multiple of 512 (at byte ${whole.length - 200}). Nothing of it was used.`,
    });
  });
});

describe('a file whose line ends were changed', () => {
  const withLines = fileOfEntries([
    framed('bookmark', 'GenericBookmarkEntry', 'binary', Buffer.from('a')),
    packed('lines', 'GenericBookmarkEntry', 'binary', Buffer.from('\r\n\r\n\r\n'), 6),
  ]);

  it('is refused with that reason after CR LF became LF', async () => {
    const damaged = Buffer.from(withLines.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

    expect(await refusal(damaged)).toMatchObject({
      code: 'WAYBILL_QVF_LINE_ENDS_CHANGED',
      message: expect.stringContaining('no CR LF is left in it'),
    });
  });

  it('is refused with that reason after LF became CR LF', async () => {
    const damaged = Buffer.from(withLines.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1');
    const more = Buffer.from(whole.toString('latin1').replaceAll(/\r?\n/g, '\r\n'), 'latin1');

    for (const bytes of [damaged, more].filter(({ length }) => length % 512 !== 0)) {
      expect(await refusal(bytes)).toMatchObject({
        code: 'WAYBILL_QVF_LINE_ENDS_CHANGED',
        message: expect.stringContaining('every LF in it has become CR LF'),
      });
    }
  });
});

describe('a file of another kind', () => {
  it.each([
    ['another unit', 12, 1024],
    ['another root', 0x40, 0x400],
    ['another format', 4, 1730],
  ])('is refused as unknown: %s', async (_what, at, value) => {
    expect(await refusal(changed((bytes) => bytes.writeUInt32LE(value, at)))).toMatchObject({
      code: 'WAYBILL_QVF_UNSUPPORTED',
      message: expect.stringContaining(`its header says ${value} where`),
    });
  });

  it('is refused as unknown: a later file version', async () => {
    const bytes = changed((file) => file.write('2.43', file.indexOf('"QVFFileVersion":1.43') + 17, 'latin1'));

    expect(await refusal(bytes)).toMatchObject({
      code: 'WAYBILL_QVF_UNSUPPORTED',
      message: expect.stringContaining('its file version is 2.43'),
    });
  });

  it('is refused as unknown: another way of packing', async () => {
    const bytes = fileOfEntries([packed('o', 'GenericAppObjectEntry', 'brotli', Buffer.from('x'), 1)]);

    expect(await refusal(bytes)).toMatchObject({ code: 'WAYBILL_QVF_UNSUPPORTED' });
  });
});

describe('a damaged file', () => {
  const damages: readonly (readonly [string, Buffer, RegExp])[] = [
    [
      'a flipped byte in an object',
      changed((bytes) => (bytes[headerOf(bytes, 'sheet-1') + 560]! ^= 0x55)),
      /encrypted or damaged|no JSON|another length/,
    ],
    [
      'encrypted bytes',
      fileOfEntries([packed('o', 'GenericAppObjectEntry', 'gzjson', Buffer.alloc(300, 0xa7), 900)]),
      /is encrypted or damaged/,
    ],
    [
      'an object without a frame',
      changed((bytes) => bytes.fill(0xa7, headerOf(bytes, 'sheet-1') + 512, headerOf(bytes, 'sheet-1') + 540)),
      /no frame/,
    ],
    [
      'another length',
      fileOfEntries([packed('o', 'GenericAppObjectEntry', 'gzjson', deflateSync('{}\0'), 9)]),
      /another length/,
    ],
    ['no JSON', fileOfEntries([framedJson('o', 'GenericAppObjectEntry', '{"a":')]), /is no JSON/],
    ['a JSON list', fileOfEntries([framedJson('o', 'GenericAppObjectEntry', '[1]')]), /is no JSON object/],
    [
      'no UTF-8',
      fileOfEntries([framedJson('o', 'GenericAppObjectEntry', Buffer.from('{"a":"\xff"}', 'latin1'))]),
      /is no text/,
    ],
    [
      'another id inside',
      fileOfEntries([framedJson('o', 'GenericMeasureProperties', '{"qInfo":{"qId":"p"}}')]),
      /another id than its entry/,
    ],
    [
      'an unknown cell',
      changed((bytes) => bytes.writeUInt32LE(5, cellOf(bytes, 'sheet-1'))),
      /cell of unknown kind \(5\)/,
    ],
    [
      'a cell that looks free',
      changed((bytes) => bytes.writeUInt32LE(0, cellOf(bytes, 'sheet-1'))),
      /cell of unknown kind \(1\)/,
    ],
    ['a torn entry', changed((bytes) => bytes.writeUInt32LE(0, cellOf(bytes, 'sheet-1') + 64)), /is torn/],
    [
      'a name without end',
      changed((bytes) => bytes.writeUInt32LE(0xffff_ffff, cellOf(bytes, 'sheet-1') + 32)),
      /reaches beyond/,
    ],
    ['two entries of one name', changed((bytes) => bytes.write('sheet-1', cellOf(bytes, 'sheet-2') + 36)), /same name/],
    [
      'no app properties',
      Buffer.concat([...layOut([framedJson('o', 'GenericAppObjectEntry', '{}')]).chunks()]),
      /no properties/,
    ],
    [
      'a wrong capacity',
      changed((bytes) => bytes.writeBigUInt64LE(99_999n, headerOf(bytes, 'sheet-1') + 8)),
      /do not fit/,
    ],
    [
      'a size beyond the capacity',
      changed((bytes) => bytes.writeBigUInt64LE(1n << 62n, headerOf(bytes, 'sheet-1'))),
      /do not fit/,
    ],
    [
      'no stream header',
      changed((bytes) => bytes.fill(0, headerOf(bytes, 'sheet-1'), headerOf(bytes, 'sheet-1') + 512)),
      /no stream header/,
    ],
  ];

  it.each(damages)('is refused: %s', async (_what, bytes, reason) => {
    const { code, message } = await refusal(bytes);

    expect(code).toBe('WAYBILL_QVF_DAMAGED');
    expect(message).toMatch(reason);
    expect(message).toMatch(
      /^The objects of sales\.qvf cannot be read: .* \(at byte \d+\)\. Nothing of it was used\.$/,
    );
  });
});

describe('extent tables made to trap', () => {
  it('are refused when one leads back to itself', async () => {
    const bytes = changed((file) => {
      const table = tableOf(file, 'sheet-1');
      table.set(0, BigInt(table.at), 464n | IS_TABLE);
    });

    expect(await refusal(bytes)).toMatchObject({ message: expect.stringContaining('lead back to themselves') });
  });

  it('are refused when two lead to each other', async () => {
    const bytes = changed((file) => {
      const [one, other] = [tableOf(file, 'sheet-1'), tableOf(file, 'sheet-2')];
      one.set(0, BigInt(other.at), 464n | IS_TABLE);
      other.set(0, BigInt(one.at), 464n | IS_TABLE);
    });

    expect(await refusal(bytes)).toMatchObject({ message: expect.stringContaining('lead back to themselves') });
  });

  it('are refused when objects share their bytes, after a few of them', async () => {
    const items = Array.from({ length: 400 }, (_, index) =>
      framed(`bookmark-${index}.`, 'GenericBookmarkEntry', 'binary', Buffer.from('the same size')),
    );
    const bytes = fileOfEntries(items);
    const first = tableOf(bytes, 'bookmark-0.');
    for (let index = 1; index < 400; index += 1) {
      tableOf(bytes, `bookmark-${index}.`).set(0, bytes.readBigUInt64LE(first.at), bytes.readBigUInt64LE(first.at + 8));
    }
    const lastHeader = headerOf(bytes, 'bookmark-30.');
    bytes.fill(0xff, lastHeader, lastHeader + 512);

    expect(await refusal(bytes)).toMatchObject({
      code: 'WAYBILL_QVF_DAMAGED',
      message: expect.stringContaining('two parts of it share the same bytes'),
    });
  });

  it('are refused when two entries are the same stream', async () => {
    const bytes = changed((file) => {
      file.writeBigUInt64LE(BigInt(headerOf(file, 'measure-1')), cellOf(file, 'dimension-1') + 16);
    });

    expect((await refusal(bytes)).code).toBe('WAYBILL_QVF_DAMAGED');
  });

  it('are followed when they are nested as in real files', async () => {
    const bytes = Buffer.concat([changed(() => undefined), Buffer.alloc(512)]);
    const table = tableOf(bytes, 'sheet-1');
    bytes.copy(bytes, whole.length, table.at, table.at + 16);
    table.set(0, BigInt(whole.length), 512n | IS_TABLE);

    expect(await readQvf(sourceOf(bytes))).toEqual({
      ...(await readQvf(sourceOf(whole))),
      sizeBytes: whole.length + 512,
    });
  });

  it.each([
    ['beyond the end', BigInt(whole.length), 512n, 'WAYBILL_QVF_TRUNCATED'],
    ['beyond all numbers', 1n << 62n, 512n, 'WAYBILL_QVF_TRUNCATED'],
    ['of a huge length', 512n, 1n << 62n, 'WAYBILL_QVF_TRUNCATED'],
    ['not at a unit', 1025n, 512n, 'WAYBILL_QVF_DAMAGED'],
    ['of no length', 1024n, 0n, 'WAYBILL_QVF_DAMAGED'],
  ])('are refused when a part is %s', async (_what, offset, length, code) => {
    expect(await refusal(changed((file) => tableOf(file, 'sheet-1').set(0, offset, length)))).toMatchObject({ code });
  });

  it('are refused when they are nested deeper than is taken in', async () => {
    const bytes = Buffer.concat([changed(() => undefined), Buffer.alloc(512 * 12)]);
    tableOf(bytes, 'sheet-1').set(0, BigInt(whole.length), 512n | IS_TABLE);
    for (let level = 0; level < 11; level += 1) {
      bytes.writeBigUInt64LE(BigInt(whole.length + (level + 1) * 512), whole.length + level * 512);
      bytes.writeBigUInt64LE(512n | IS_TABLE, whole.length + level * 512 + 8);
    }

    expect(await refusal(bytes)).toMatchObject({
      code: 'WAYBILL_QVF_TOO_LARGE',
      message: expect.stringContaining('the depth of extent tables is 9, and at most 8'),
    });
  });

  it.each([
    ['cells of an entry', (bytes: Buffer) => bytes.writeUInt32LE(0xffff_fff0, cellOf(bytes, 'sheet-1') + 4)],
    [
      'unpacked bytes of an object',
      (bytes: Buffer) => bytes.writeUInt32LE(0xffff_fff0, headerOf(bytes, 'sheet-1') + 512 + 24),
    ],
  ])('are refused with a huge number of %s', async (_what, change) => {
    expect((await refusal(changed(change))).code).toBe('WAYBILL_QVF_TOO_LARGE');
  });
});
