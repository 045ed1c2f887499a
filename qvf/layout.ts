/** Numbers of the container, all little-endian (QVF facts, section 1). */

/** Stream headers, extents and the file size are multiples of it. */
export const UNIT_BYTES = 512;

/** Offset of the root directory's stream header. */
export const ROOT_OFFSET = 0x200;

/** Where a stream header names its extent table, where that table is, and how long it is. */
export const TABLE_POINTER_AT = 0x20;
export const TABLE_AT = 0x30;
export const TABLE_BYTES = 0x1d0;

/** Bit 63 of an extent's length: the region is another extent table. */
export const IS_TABLE = 1n << 63n;
export const PAIR_BYTES = 16;

export const CELL_BYTES = 64;
export const CELL_FREE = 0;
export const CELL_CONTINUATION = 1;
export const CELL_FILE = 3;
export const CELL_DIRECTORY = 7;
