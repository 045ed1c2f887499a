import type { FileHandle } from 'node:fs/promises';
import {
  CELL_BODY_BYTES,
  CELL_BYTES,
  CELL_CONTINUATION,
  CELL_DIRECTORY,
  CELL_FILE,
  CELL_FREE,
  IS_TABLE,
  ROOT_OFFSET,
  TABLE_AT,
  UNIT_BYTES,
} from './layout.ts';

/** A file that is no QVF, or not a whole one. Nothing of such a file is used. */
export class UnreadableQvf extends Error {
  override readonly name = 'UnreadableQvf';
}

export interface Extent {
  offset: number;
  length: number;
}

export interface QvfStream {
  sizeBytes: number;
  extents: Extent[];
}

export interface QvfEntry {
  name: string;
  isDirectory: boolean;
  headerOffset: number;
  meta: Record<string, unknown>;
}

/** Random access to an open file; every breach of the format throws `UnreadableQvf`. */
export class QvfContainer {
  readonly #file: FileHandle;
  readonly #fileSizeBytes: number;

  private constructor(file: FileHandle, fileSizeBytes: number) {
    this.#file = file;
    this.#fileSizeBytes = fileSizeBytes;
  }

  /** Checks the fixed header and the size rule; the caller closes the file. */
  static async open(file: FileHandle): Promise<QvfContainer> {
    const { size } = await file.stat();
    if (size < 2 * UNIT_BYTES || size % UNIT_BYTES !== 0) {
      throw new UnreadableQvf(`the size of ${size} bytes is no multiple of ${UNIT_BYTES}`);
    }
    const container = new QvfContainer(file, size);
    const header = await container.read({ offset: 0, length: UNIT_BYTES });
    const isQvf =
      header.readUInt32BE(0) === 0xffff0100 &&
      header.readUInt32LE(12) === UNIT_BYTES &&
      header.readBigUInt64LE(0x40) === BigInt(ROOT_OFFSET);
    if (!isQvf) throw new UnreadableQvf('it does not begin as a QVF file does');
    return container;
  }

  /** The bytes of one region, which must lie inside the file. */
  async read({ offset, length }: Extent): Promise<Buffer> {
    this.#mustLieInside(offset, length);
    const bytes = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#file.read(bytes, 0, length, offset);
    if (bytesRead !== length) throw new UnreadableQvf(`the file ended inside ${offset}+${length}`);
    return bytes;
  }

  /** Size and data regions of the stream whose header is at `offset`. */
  async stream(offset: number): Promise<QvfStream> {
    const header = await this.read({ offset, length: UNIT_BYTES });
    const sizeBytes = Number(header.readBigUInt64LE(0));
    const extents: Extent[] = [];
    const first = header.subarray(0x20, 0x30);
    if (Number(first.readBigUInt64LE(0)) !== offset + TABLE_AT) {
      throw new UnreadableQvf(`no stream header at ${offset}`);
    }
    await this.#expand(first, extents, new Set());
    const capacity = extents.reduce((sum, extent) => sum + extent.length, 0);
    if (capacity !== Number(header.readBigUInt64LE(8)) || sizeBytes > capacity) {
      throw new UnreadableQvf(`the stream at ${offset} does not add up to its capacity`);
    }
    return { sizeBytes, extents };
  }

  /** Up to `maxBytes` of a stream's used bytes, from its start. */
  async content(stream: QvfStream, maxBytes = stream.sizeBytes): Promise<Buffer> {
    const parts: Buffer[] = [];
    let left = Math.min(stream.sizeBytes, maxBytes);
    for (const extent of stream.extents) {
      if (left === 0) break;
      const length = Math.min(extent.length, left);
      parts.push(await this.read({ offset: extent.offset, length }));
      left -= length;
    }
    return Buffer.concat(parts);
  }

  /** All entries of the directory whose stream header is at `offset`. */
  async directory(offset: number): Promise<QvfEntry[]> {
    const bytes = await this.content(await this.stream(offset));
    if (bytes.length % CELL_BYTES !== 0) throw new UnreadableQvf('a directory is not made of whole cells');
    const entries: QvfEntry[] = [];
    for (let at = 0; at < bytes.length; ) {
      const flags = bytes.readUInt32LE(at);
      if (flags === CELL_FREE) {
        at += CELL_BYTES;
        continue;
      }
      if (flags !== CELL_FILE && flags !== CELL_DIRECTORY) throw new UnreadableQvf(`unknown directory cell ${flags}`);
      const end = at + (bytes.readUInt32LE(at + 4) + 1) * CELL_BYTES;
      if (end > bytes.length) throw new UnreadableQvf('a directory entry ends outside its directory');
      entries.push(readEntry(bytes.subarray(at, end), flags === CELL_DIRECTORY));
      at = end;
    }
    return entries;
  }

  async #expand(table: Buffer, into: Extent[], visited: Set<number>): Promise<void> {
    for (let at = 0; at + 16 <= table.length; at += 16) {
      const offset = Number(table.readBigUInt64LE(at));
      const rawLength = table.readBigUInt64LE(at + 8);
      const length = Number(rawLength & ~IS_TABLE);
      if (offset === 0 && length === 0) return;
      this.#mustLieInside(offset, length);
      if ((rawLength & IS_TABLE) === 0n) {
        if (offset % UNIT_BYTES !== 0 || length % UNIT_BYTES !== 0) throw new UnreadableQvf('an extent is not aligned');
        into.push({ offset, length });
        continue;
      }
      if (visited.has(offset)) throw new UnreadableQvf('extent tables refer to each other');
      visited.add(offset);
      await this.#expand(await this.read({ offset, length }), into, visited);
    }
  }

  #mustLieInside(offset: number, length: number): void {
    const end = offset + length;
    if (!Number.isSafeInteger(end) || end > this.#fileSizeBytes) {
      throw new UnreadableQvf(`the region ${offset}+${length} lies outside the file`);
    }
  }
}

function readEntry(cells: Buffer, isDirectory: boolean): QvfEntry {
  const parts = [cells.subarray(8, CELL_BYTES)];
  for (let at = CELL_BYTES; at < cells.length; at += CELL_BYTES) {
    // Two old files have garbage above bit 1 in continuation cells (QVF facts, section 1).
    if ((cells.readUInt32LE(at) & 3) !== CELL_CONTINUATION) throw new UnreadableQvf('a directory entry is cut');
    parts.push(cells.subarray(at + CELL_BYTES - CELL_BODY_BYTES, at + CELL_BYTES));
  }
  const body = Buffer.concat(parts);
  try {
    const headerOffset = Number(body.readBigUInt64LE(8));
    const nameEnd = 28 + body.readUInt32LE(24);
    const name = utf8(slice(body, 28, nameEnd));
    if (isDirectory) return { name, isDirectory, headerOffset, meta: {} };
    const metaEnd = nameEnd + 4 + body.readUInt32LE(nameEnd);
    return { name, isDirectory, headerOffset, meta: parseObject(slice(body, nameEnd + 4, metaEnd)) };
  } catch (error) {
    throw new UnreadableQvf('a directory entry cannot be read', { cause: error });
  }
}

function slice(bytes: Buffer, from: number, to: number): Buffer {
  if (to > bytes.length) throw new UnreadableQvf('a length points outside its entry');
  return bytes.subarray(from, to);
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

/** The JSON object before the closing zero byte. */
export function parseObject(bytes: Buffer): Record<string, unknown> {
  const text = utf8(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnreadableQvf('not a JSON object');
  return value as Record<string, unknown>;
}
