/**
 * How much of a file the reader is willing to take in. Real files stay far below each of these (QVF facts: the
 * largest JSON was 2.4 MB, a stream had at most 29 extents, tables were nested twice at most); a file beyond one is
 * refused with WAYBILL_QVF_TOO_LARGE, so that no file can take the worker's memory or time.
 */
export interface QvfLimits {
  /** Entries of one directory. */
  readonly maxEntries: number;
  /** Bytes of one directory, free cells among them. */
  readonly maxDirectoryBytes: number;
  /** Bytes of one directory entry with its meta. */
  readonly maxEntryBytes: number;
  /** UTF-8 bytes of an entry's name. */
  readonly maxNameBytes: number;
  /** Data regions of all streams together. */
  readonly maxExtents: number;
  /** Extent tables of one stream, the one in its header among them. */
  readonly maxTables: number;
  /** How deep extent tables may be nested. */
  readonly maxTableDepth: number;
  /** Inflated bytes of one JSON object. */
  readonly maxJsonBytes: number;
  /** Values in one JSON object: what decides how much memory it needs once parsed. */
  readonly maxJsonValues: number;
  /** Nesting of one JSON object. */
  readonly maxJsonDepth: number;
  /** Inflated bytes of one image, bookmark or other binary object; these are hashed in passing, never held. */
  readonly maxBinaryBytes: number;
  /** Inflated bytes of everything together. */
  readonly maxInflatedBytes: number;
  /** Charts of sheets, tabs of the script and variables together. */
  readonly maxParts: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_QVF_LIMITS: QvfLimits = {
  maxEntries: 20_000,
  maxDirectoryBytes: 32 * MIB,
  maxEntryBytes: 64 * KIB,
  maxNameBytes: 512,
  maxExtents: 100_000,
  maxTables: 1000,
  maxTableDepth: 8,
  maxJsonBytes: 6 * MIB,
  maxJsonValues: 300_000,
  maxJsonDepth: 200,
  maxBinaryBytes: 128 * MIB,
  maxInflatedBytes: 512 * MIB,
  maxParts: 20_000,
};
