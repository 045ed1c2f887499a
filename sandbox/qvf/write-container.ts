import {
  CELL_BODY_BYTES,
  CELL_BYTES,
  CELL_CONTINUATION,
  CELL_DIRECTORY,
  CELL_FILE,
  IS_TABLE,
  ROOT_OFFSET,
  TABLE_AT,
  TABLE_BYTES,
  UNIT_BYTES,
  wholeUnits,
} from './layout.ts';

/** Days since 1899-12-30: one fixed time for every entry, so that equal content gives equal bytes. */
const ENTRY_TIME_DAYS = 45_658;

export interface StreamSource {
  sizeBytes: number;
  chunks(): Iterable<Buffer>;
}

export interface DirectoryItem {
  name: string;
  /** A file has meta; a directory has items. */
  meta?: Record<string, unknown>;
  source?: StreamSource;
  items?: DirectoryItem[];
}

interface PlacedStream {
  offset: number;
  isDirectory: boolean;
  source: StreamSource;
}

/** The parts of a container in file order: fixed header, directories, then every file of it. */
export function layOut(root: DirectoryItem[]): { sizeBytes: number; chunks(): Generator<Buffer> } {
  const streams: PlacedStream[] = [];
  let end = ROOT_OFFSET;
  const place = (isDirectory: boolean, source: StreamSource): number => {
    const offset = end;
    streams.push({ offset, isDirectory, source });
    end += UNIT_BYTES + wholeUnits(source.sizeBytes);
    return offset;
  };
  placeDirectory(root, place);
  const sizeBytes = end;
  return { sizeBytes, chunks: () => containerChunks(streams) };
}

function placeDirectory(items: DirectoryItem[], place: (isDirectory: boolean, source: StreamSource) => number): number {
  const cells = { bytes: Buffer.alloc(0) };
  const sizeBytes = items.reduce((sum, item) => sum + entryCells(item, 0).length, 0);
  const offset = place(true, { sizeBytes, chunks: () => [cells.bytes] });
  cells.bytes = Buffer.concat(
    items.map((item) => {
      if (item.items !== undefined) return entryCells(item, placeDirectory(item.items, place));
      return entryCells(item, place(false, item.source ?? { sizeBytes: 0, chunks: () => [] }));
    }),
  );
  return offset;
}

function* containerChunks(streams: readonly PlacedStream[]): Generator<Buffer> {
  yield fixedHeader();
  for (const { offset, isDirectory, source } of streams) {
    yield streamHeader(offset, isDirectory, source.sizeBytes);
    yield* source.chunks();
    const padding = wholeUnits(source.sizeBytes) - source.sizeBytes;
    if (padding > 0) yield Buffer.alloc(padding);
  }
}

function fixedHeader(): Buffer {
  const header = Buffer.alloc(UNIT_BYTES);
  header.writeUInt32BE(0xffff0100, 0);
  header.writeUInt32LE(1729, 4);
  header.writeUInt32LE(UNIT_BYTES, 12);
  header.writeUInt32LE(1, 16);
  header.writeBigUInt64LE(BigInt(ROOT_OFFSET), 0x40);
  header.writeBigUInt64LE(BigInt(UNIT_BYTES), 0x48);
  return header;
}

function streamHeader(offset: number, isDirectory: boolean, sizeBytes: number): Buffer {
  const header = Buffer.alloc(UNIT_BYTES);
  const capacity = BigInt(wholeUnits(sizeBytes));
  header.writeBigUInt64LE(BigInt(sizeBytes), 0);
  header.writeBigUInt64LE(capacity, 8);
  if (!isDirectory) header.fill(0x11, 0x10, 0x20);
  header.writeBigUInt64LE(BigInt(offset + TABLE_AT), 0x20);
  header.writeBigUInt64LE(BigInt(TABLE_BYTES) | IS_TABLE, 0x28);
  if (capacity > 0n) {
    header.writeBigUInt64LE(BigInt(offset + UNIT_BYTES), TABLE_AT);
    header.writeBigUInt64LE(capacity, TABLE_AT + 8);
  }
  return header;
}

function entryCells(item: DirectoryItem, headerOffset: number): Buffer {
  const name = Buffer.from(item.name);
  const head = Buffer.alloc(28);
  head.writeDoubleLE(ENTRY_TIME_DAYS, 0);
  head.writeBigUInt64LE(BigInt(headerOffset), 8);
  head.writeBigUInt64LE(BigInt(UNIT_BYTES), 16);
  head.writeUInt32LE(name.length, 24);
  const body = [head, name];
  if (item.items === undefined) {
    const meta = Buffer.from(`${JSON.stringify(item.meta ?? {})}\0`);
    const metaLength = Buffer.alloc(4);
    metaLength.writeUInt32LE(meta.length);
    body.push(metaLength, meta);
  }
  return cellsOf(Buffer.concat(body), item.items === undefined ? CELL_FILE : CELL_DIRECTORY);
}

/** The first cell holds 56 bytes of the body behind its count of continuation cells, each of those 60. */
function cellsOf(body: Buffer, flags: number): Buffer {
  const firstBytes = CELL_BODY_BYTES - 4;
  const continuations = Math.max(0, Math.ceil((body.length - firstBytes) / CELL_BODY_BYTES));
  const cells = Buffer.alloc((continuations + 1) * CELL_BYTES);
  cells.writeUInt32LE(flags, 0);
  cells.writeUInt32LE(continuations, 4);
  body.copy(cells, 8, 0, firstBytes);
  for (let cell = 1; cell <= continuations; cell += 1) {
    const from = firstBytes + (cell - 1) * CELL_BODY_BYTES;
    cells.writeUInt32LE(CELL_CONTINUATION, cell * CELL_BYTES);
    body.copy(cells, cell * CELL_BYTES + 4, from, from + CELL_BODY_BYTES);
  }
  return cells;
}
