/** The unit of the container: headers, extents and the file size are multiples of it (QVF facts, section 1). */
export const UNIT_BYTES = 512;
export const CELL_BYTES = 64;
export const CELL_BODY_BYTES = 60;

/** Offset of the root directory's stream header in every file seen. */
export const ROOT_OFFSET = 0x200;
/** Where a stream header holds its first extent table, and how long that is. */
export const TABLE_AT = 0x30;
export const TABLE_BYTES = 0x1d0;
/** Bit 63 of an extent's length: the region is another extent table. */
export const IS_TABLE = 1n << 63n;

export const CELL_FREE = 0;
export const CELL_CONTINUATION = 1;
export const CELL_FILE = 3;
export const CELL_DIRECTORY = 7;

/** ContentHash that means "none". */
export const NO_HASH = Buffer.alloc(32, 0x11).toString('base64');

export type ObjectType = 'GenericAppObjectEntry' | 'GenericMeasureProperties' | 'GenericDimensionProperties';

const objectTypes: ReadonlySet<string> = new Set([
  'GenericAppObjectEntry',
  'GenericMeasureProperties',
  'GenericDimensionProperties',
]);

export function isObjectType(type: string): type is ObjectType {
  return objectTypes.has(type);
}

/** What of an app the sandbox keeps: enough to export it again as a file with the same meaning. */
export interface QvfContent {
  appProperties: Record<string, unknown>;
  script: string;
  objects: { id: string; type: ObjectType; json: unknown }[];
  /** Bytes of the data model under `/data/`; 0 = exported without data. */
  dataSizeBytes: number;
  /** Integer from which the bytes under `/data/` are made. */
  dataSeed: number;
}

/** Rounds up to whole units. */
export function wholeUnits(sizeBytes: number): number {
  return Math.ceil(sizeBytes / UNIT_BYTES) * UNIT_BYTES;
}
