import { IS_TABLE, PAIR_BYTES, TABLE_AT, TABLE_BYTES, TABLE_POINTER_AT, UNIT_BYTES } from './layout.ts';
import type { QvfFile } from './qvf-file.ts';

/** Tables are read in pieces of this size, a whole number of pairs. */
const PIECE_BYTES = 4096;

interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** Where the bytes of one stream are. */
export interface QvfStream {
  readonly headerOffset: number;
  readonly sizeBytes: number;
  readonly extents: readonly Extent[];
}

/** The extents of one stream while its tables are followed. */
interface Walk {
  readonly headerOffset: number;
  readonly extents: Extent[];
  readonly visited: Set<number>;
  depth: number;
}

/**
 * The stream whose header is at an offset; every region of it lies inside the file (QVF facts, section 1).
 * @throws WAYBILL_QVF_TRUNCATED, WAYBILL_QVF_DAMAGED, WAYBILL_QVF_TOO_LARGE
 */
export async function readStream(file: QvfFile, headerOffset: number): Promise<QvfStream> {
  if (headerOffset % UNIT_BYTES !== 0) throw file.damaged('a stream does not begin at a whole unit', headerOffset);
  const header = await file.read(headerOffset, UNIT_BYTES);
  const isHeader =
    header.readBigUInt64LE(TABLE_POINTER_AT) === BigInt(headerOffset + TABLE_AT) &&
    header.readBigUInt64LE(TABLE_POINTER_AT + 8) === (BigInt(TABLE_BYTES) | IS_TABLE);
  if (!isHeader) throw file.damaged('there is no stream header where one should be', headerOffset);
  file.claim(headerOffset, UNIT_BYTES);
  const walk: Walk = { headerOffset, extents: [], visited: new Set([headerOffset + TABLE_AT]), depth: 1 };
  await followTable(file, headerOffset + TABLE_AT, TABLE_BYTES, walk);
  const capacity = walk.extents.reduce((sum, extent) => sum + extent.length, 0);
  const sizeBytes = Number(header.readBigUInt64LE(0));
  if (header.readBigUInt64LE(8) !== BigInt(capacity) || sizeBytes > capacity) {
    throw file.damaged('the sizes in a stream header do not fit its parts', headerOffset);
  }
  return { headerOffset, sizeBytes, extents: walk.extents };
}

/** Up to `length` used bytes of a stream from `from`; fewer at its end. */
export async function readFromStream(file: QvfFile, stream: QvfStream, from: number, length: number): Promise<Buffer> {
  const end = Math.min(stream.sizeBytes, from + length);
  const parts: Buffer[] = [];
  let at = 0;
  for (const extent of stream.extents) {
    const begin = Math.max(from, at);
    const stop = Math.min(end, at + extent.length);
    if (begin < stop) parts.push(await file.read(extent.offset + begin - at, stop - begin));
    at += extent.length;
    if (at >= end) break;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

/** The bytes of a stream from `from` to before `to`, in pieces. */
export async function* streamPieces(
  file: QvfFile,
  stream: QvfStream,
  from: number,
  to: number,
  pieceBytes: number,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to; at += pieceBytes) {
    yield await readFromStream(file, stream, at, Math.min(pieceBytes, to - at));
  }
}

/** Follows the table at an offset, piece by piece up to its end: the first pair of zeros, or its length. */
async function followTable(file: QvfFile, tableAt: number, length: number, walk: Walk): Promise<void> {
  for (let at = 0; at + PAIR_BYTES <= length; at += PIECE_BYTES) {
    const pieceBytes = Math.min(PIECE_BYTES, length - at);
    if (!(await followPiece(file, await file.read(tableAt + at, pieceBytes), walk))) return;
  }
}

/** False when the table has ended. */
async function followPiece(file: QvfFile, piece: Buffer, walk: Walk): Promise<boolean> {
  for (let at = 0; at + PAIR_BYTES <= piece.length; at += PAIR_BYTES) {
    const offset = Number(piece.readBigUInt64LE(at));
    const rawLength = piece.readBigUInt64LE(at + 8);
    const length = Number(rawLength & ~IS_TABLE);
    if (offset === 0 && rawLength === 0n) return false;
    if ((rawLength & IS_TABLE) !== 0n) {
      await followNested(file, offset, length, walk);
      continue;
    }
    if (length === 0 || offset % UNIT_BYTES !== 0 || length % UNIT_BYTES !== 0) {
      throw file.damaged('a part of a stream is not made of whole units', walk.headerOffset);
    }
    file.claim(offset, length);
    walk.extents.push({ offset, length });
  }
  return true;
}

async function followNested(file: QvfFile, offset: number, length: number, walk: Walk): Promise<void> {
  const { limits } = file;
  if (walk.visited.has(offset)) throw file.damaged('extent tables lead back to themselves', offset);
  walk.visited.add(offset);
  walk.depth += 1;
  file.mustNotExceed('the number of extent tables of one stream', walk.visited.size, limits.maxTables);
  file.mustNotExceed('the depth of extent tables', walk.depth, limits.maxTableDepth);
  if (length < PAIR_BYTES) throw file.damaged('an extent table is empty', walk.headerOffset);
  file.claim(offset, length);
  await followTable(file, offset, length, walk);
  walk.depth -= 1;
}
