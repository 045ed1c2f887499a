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
  /** Bytes of all JSON objects together, very long texts in them not counted. */
  readonly maxAllJsonBytes: number;
  /** Values in all JSON objects together: what decides how long reading takes. */
  readonly maxAllJsonValues: number;
  /** Values in all JSON objects of more than 50,000 values: garbage of such is collected late. */
  readonly maxLargeJsonValues: number;
  /** Nesting of one JSON object. */
  readonly maxJsonDepth: number;
  /** Inflated bytes of one image, bookmark or other binary object; these are hashed in passing, never held. */
  readonly maxBinaryBytes: number;
  /** Inflated bytes of everything together. */
  readonly maxInflatedBytes: number;
  /** Charts of sheets, tabs of the script, variables and assignments to them in the script, together. */
  readonly maxParts: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_QVF_LIMITS: QvfLimits = {
  maxEntries: 10_000,
  maxDirectoryBytes: 32 * MIB,
  maxEntryBytes: 64 * KIB,
  maxNameBytes: 256,
  maxExtents: 100_000,
  maxTables: 1000,
  maxTableDepth: 8,
  maxJsonBytes: 4 * MIB,
  maxJsonValues: 180_000,
  maxAllJsonBytes: 16 * MIB,
  maxAllJsonValues: 800_000,
  maxLargeJsonValues: 250_000,
  maxJsonDepth: 200,
  maxBinaryBytes: 128 * MIB,
  maxInflatedBytes: 256 * MIB,
  maxParts: 20_000,
};
