import { z } from 'zod';
import { CELL_BYTES, CELL_CONTINUATION, CELL_DIRECTORY, CELL_FILE, CELL_FREE, UNIT_BYTES } from './layout.ts';
import { parseJsonObject, utf8 } from './bounded-json.ts';
import type { QvfFile } from './qvf-file.ts';
import { readFromStream, readStream } from './stream.ts';

/** One entry of a directory. */
export interface QvfEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly headerOffset: number;
  /** Where the entry itself is, within its directory; for messages. */
  readonly offset: number;
  readonly meta: EntryMeta;
}

export type EntryMeta = z.infer<typeof metaSchema>;

/** What is kept of the meta of an entry; owners are personal data and are not. */
const metaSchema = z.object({
  Type: z.string().catch(''),
  Title: z.string().optional().catch(undefined),
  SecurityMetaAsBase64: z.string().optional().catch(undefined),
});

const READ_BYTES = 128 * 1024;
const NO_META: EntryMeta = { Type: '' };
const HEAD_BYTES = 28;

/**
 * The entries of the directory whose stream header is at an offset, one after the other: the complete list of what is
 * in it (QVF facts, section 1).
 * @throws WAYBILL_QVF_TRUNCATED, WAYBILL_QVF_DAMAGED, WAYBILL_QVF_TOO_LARGE
 */
export async function* readDirectory(file: QvfFile, headerOffset: number): AsyncGenerator<QvfEntry> {
  const stream = await readStream(file, headerOffset);
  const { sizeBytes } = stream;
  file.mustNotExceed('a directory in bytes', sizeBytes, file.limits.maxDirectoryBytes);
  if (sizeBytes % CELL_BYTES !== 0) throw file.damaged('a directory is not made of whole cells', headerOffset);
  const names = new Set<string>();
  let block: Buffer = Buffer.alloc(0);
  let blockAt = 0;
  for (let at = 0; at < sizeBytes; ) {
    const isAway = at + CELL_BYTES > blockAt + block.length;
    if (isAway) block = await readFromStream(file, stream, (blockAt = at), READ_BYTES);
    const cellCount = cellsOfEntry(file, block, at - blockAt, headerOffset);
    const end = at + Math.max(1, cellCount) * CELL_BYTES;
    if (cellCount > 0) {
      if (end > sizeBytes) throw file.damaged('an entry ends outside its directory', headerOffset);
      if (end > blockAt + block.length) block = await readFromStream(file, stream, (blockAt = at), READ_BYTES);
      const entry = readEntry(file, block.subarray(at - blockAt, end - blockAt), headerOffset);
      if (names.has(entry.name)) throw file.damaged('two entries have the same name', headerOffset);
      names.add(entry.name);
      file.mustNotExceed('the number of objects', names.size, file.limits.maxEntries);
      yield entry;
    }
    at = end;
  }
}

/** How many cells the entry beginning at `at` has; 0 for a free cell. */
function cellsOfEntry(file: QvfFile, block: Buffer, at: number, offset: number): number {
  const flags = block.readUInt32LE(at);
  if (flags === CELL_FREE) return 0;
  if (flags !== CELL_FILE && flags !== CELL_DIRECTORY) {
    throw file.damaged(`a directory has a cell of unknown kind (${flags})`, offset);
  }
  const cellCount = block.readUInt32LE(at + 4) + 1;
  file.mustNotExceed('a directory entry in bytes', cellCount * CELL_BYTES, file.limits.maxEntryBytes);
  return cellCount;
}

function readEntry(file: QvfFile, cells: Buffer, offset: number): QvfEntry {
  const isDirectory = cells.readUInt32LE(0) === CELL_DIRECTORY;
  const body = bodyOf(file, cells, offset);
  const nameLength = body.length < HEAD_BYTES ? 0 : body.readUInt32LE(24);
  if (body.length < HEAD_BYTES || nameLength > body.length - HEAD_BYTES) {
    throw file.damaged('a name reaches beyond its directory entry', offset);
  }
  file.mustNotExceed('a name in bytes', nameLength, file.limits.maxNameBytes);
  const headerOffset = Number(body.readBigUInt64LE(8));
  if (body.readBigUInt64LE(16) !== BigInt(UNIT_BYTES) || nameLength === 0 || headerOffset % UNIT_BYTES !== 0) {
    throw file.damaged('a directory entry leads nowhere', offset);
  }
  const name = utf8(file, body.subarray(HEAD_BYTES, HEAD_BYTES + nameLength), 'a name', offset);
  const meta = isDirectory ? NO_META : readMeta(file, body, HEAD_BYTES + nameLength, offset);
  return { name, isDirectory, headerOffset, offset, meta };
}

/** The body of an entry: what is left of its cells without their flags. */
function bodyOf(file: QvfFile, cells: Buffer, offset: number): Buffer {
  const parts = [cells.subarray(8, CELL_BYTES)];
  for (let at = CELL_BYTES; at < cells.length; at += CELL_BYTES) {
    // Two old files have garbage above bit 1 here, and only here (QVF facts, section 1).
    if ((cells.readUInt32LE(at) & 3) !== CELL_CONTINUATION) throw file.damaged('a directory entry is torn', offset);
    parts.push(cells.subarray(at + 4, at + CELL_BYTES));
  }
  return Buffer.concat(parts);
}

function readMeta(file: QvfFile, body: Buffer, at: number, offset: number): EntryMeta {
  const metaLength = at + 4 > body.length ? Number.POSITIVE_INFINITY : body.readUInt32LE(at);
  if (at + 4 + metaLength > body.length) {
    throw file.damaged('the description of an object reaches beyond its directory entry', offset);
  }
  const bytes = body.subarray(at + 4, at + 4 + metaLength);
  return metaSchema.parse(parseJsonObject(file, bytes, 'the description of an object', offset));
}
