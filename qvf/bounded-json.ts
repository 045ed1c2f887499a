import { compactJson } from './compact-json.ts';
import type { QvfFile } from './qvf-file.ts';

export type JsonObject = Record<string, unknown>;

/**
 * The JSON object in front of the closing zero byte (QVF facts, section 2). How many values there are, and how deep
 * they are nested, is counted before it is parsed: parsed, a small text can take a hundred times its size. With
 * `hashed`, very long texts within it are replaced by their hash, in the bytes given as well.
 * @throws WAYBILL_QVF_DAMAGED, WAYBILL_QVF_TOO_LARGE
 */
export function parseJsonObject(
  file: QvfFile,
  bytes: Buffer,
  what: string,
  offset: number,
  longTexts: 'kept' | 'hashed' = 'kept',
): JsonObject {
  if (bytes.at(-1) !== 0) throw file.damaged(`${what} has no end`, offset);
  const { json, values, depth } = compactJson(bytes.subarray(0, -1), longTexts);
  file.mustNotExceed(`the number of values in ${what}`, values, file.limits.maxJsonValues);
  file.addJson(json.length, values);
  file.mustNotExceed(`the nesting of ${what}`, depth, file.limits.maxJsonDepth);
  const value = parse(file, utf8(file, json, what, offset), what, offset);
  if (!isJsonObject(value)) throw file.damaged(`${what} is no JSON object`, offset);
  return value;
}

/** The text of UTF-8 bytes. @throws WAYBILL_QVF_DAMAGED */
export function utf8(file: QvfFile, bytes: Uint8Array, what: string, offset: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw file.damaged(`${what} is no text`, offset, error);
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(file: QvfFile, text: string, what: string, offset: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw file.damaged(`${what} is no JSON`, offset, error);
  }
}
